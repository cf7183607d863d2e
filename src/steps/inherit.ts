import type { SeedRecord } from '../plan/build-record.ts'
import { encodeRecord } from '../plan/build-record.ts'
import { errnoOf } from '../plan/guard-error.ts'
import type { Self } from '../plan/evidence.ts'
import { isLocal } from '../plan/lease.ts'
import type { Lease } from '../plan/lease.ts'
import type { Origin, SeedSource } from '../plan/seed.ts'
import { ageHours } from '../plan/reclaim.ts'
import { readUptime } from '../host/boot.ts'
import { linkFormerPath } from '../host/former-paths.ts'
import { withHostLock } from '../host/host-lock.ts'
import { whileFileLocked, whileLocked } from '../host/kernel-lock.ts'
import { handDownInputs, readLinked, writeRecord } from '../host/lease-companions.ts'
import { lookAtShared } from '../host/linked-files.ts'
import { dropLease, endedLeasePath, findLease } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { handDownSize } from '../host/size-samples.ts'
import { moveOutOfSlot, pathsOf } from '../host/slots.ts'
import { dropSeed } from './drop-seed.ts'
import { SHARED_UNKNOWN, giveUpHybrid } from './give-up-hybrid.ts'
import { lookUntilLeft, whyOccupied } from './look-until-left.ts'
import type { Runtime } from './runtime.ts'
import type { Filled } from './seed.ts'
import { ownerRefusal } from './slot-owner.ts'

export interface InheritRequest {
  root: Root
  self: Self
  /** the lease of the new slot, which is empty */
  lease: Lease
  /** absolute path at which the seed is to lie until it is fit for the slot; nothing is there yet */
  place: string
  source: SeedSource
  /** the source's slot, relative to the root */
  slot: string
  origin: Origin
}

/**
 * Takes an ended slot over as the seed of a new one, by one rename.
 *
 * Of two jobs that want it the rename gives it to one; a pass that retires it is such another. Who
 * clones from it meanwhile holds a lock on it, and it is left alone.
 *
 * @returns why it was not to be had, in words
 * @throws as the file system does: the slot stays empty, and what was taken goes
 */
export async function inherit(request: InheritRequest, runtime: Runtime): Promise<Filled | string> {
  const { root, slot } = request
  try {
    // The lease first: who only asks whether the slot is to be had would look like one who lives in it.
    const lease = endedLeasePath(root, request.source.record.id)
    const locked = await whileFileLocked(lease, 'exclusive', async () =>
      whileLocked(`${root.realPath}/${slot}`, 'exclusive', async () =>
        takeOverSlot(request, runtime),
      ),
    )
    if ('refused' in locked) return locked.refused
    return 'refused' in locked.value ? locked.value.refused : locked.value.value
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) return GONE
    throw error
  }
}

/** What would be written through the links might be published, or be in a snapshot already. */
const SHARED_WITH_TRUSTED = 'it shares files by hard link with what may be published'

const GONE = 'it is gone: another job or a pass was faster'

async function takeOverSlot(
  { root, self, lease, place, source, slot, origin }: InheritRequest,
  runtime: Runtime,
): Promise<Filled | string> {
  const { id, lease: former } = source.record
  const container = former?.owner.container ?? null
  const occupancy = await lookUntilLeft(root, { slot, container }, self, runtime)
  const occupied = whyOccupied(occupancy)
  if (occupied !== null) return occupied
  const shared = readLinked(root, id)
  if (shared === null) return SHARED_UNKNOWN
  const { same, written } = lookAtShared(`${root.realPath}/${slot}`, shared)
  if (written.length > 0) {
    const spoilt = { label: slot, place: { lease: id }, written, record: shared }
    return giveUpHybrid(root, spoilt, runtime)
  }
  if (former?.trusted === true && !lease.trusted && same.length > 0) return SHARED_WITH_TRUSTED
  const refusal = ownerRefusal(`${root.realPath}/${slot}`, `${root.realPath}/${lease.slot}`)
  if (refusal !== null) return refusal
  const chain = [slot, ...(source.build?.former ?? [])]
  const hours = ageHours(source.record, source.moment)
  const record: SeedRecord = {
    version: 1,
    kind: 'inherit',
    source: id,
    ageHours: Number.isFinite(hours) ? hours : null,
    generation: (source.build?.generation ?? 0) + 1,
    former: chain,
    environment: '',
    unused: null,
  }
  // Noted first: whatever ends this process, the links go when this slot goes.
  writeRecord(root, lease.id, '.seed', encodeRecord(record))
  const { value } = await withHostLock(root, () => {
    // A pass that deletes a slot where it lies has taken its end away before.
    const now = findLease(root, id)
    if (now?.state !== 'ended' || now.end === null) return null
    if (!moveOutOfSlot(root, slot, place)) return null
    try {
      handDownInputs(root, id, lease.id)
      // Its clones live on: what is written through their links, or through its own, is to be found.
      if (same.length > 0) writeRecord(root, lease.id, '.linked', JSON.stringify(same))
      // Most commands are over before anybody has measured: who did it then would be in the next one's way.
      if (isLocal(lease.madeBy)) handDownSize(root, id, lease.id, Math.round(readUptime() * 1000))
      dropLease(root, id, false)
      return chain.filter((each) => !linkFormerPath(root, each, lease.slot))
    } catch (error) {
      dropSeed(root, lease, record)
      throw error
    }
  })
  if (value === null) return GONE
  const linked = chain.filter((each) => !value.includes(each))
  return {
    record,
    origin,
    formerTargets: value.flatMap((each) => pathsOf(root, each)),
    linked: linked.flatMap((each) => pathsOf(root, each)),
  }
}
