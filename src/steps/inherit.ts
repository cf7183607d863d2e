import type { SeedRecord } from '../plan/build-record.ts'
import { encodeRecord } from '../plan/build-record.ts'
import { errnoOf } from '../plan/guard-error.ts'
import type { Self } from '../plan/evidence.ts'
import { isLocal } from '../plan/lease.ts'
import type { Lease } from '../plan/lease.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import type { Origin, SeedSource } from '../plan/seed.ts'
import { ageHours } from '../plan/reclaim.ts'
import { readUptime } from '../host/boot.ts'
import { heirOf, linkFormerPath } from '../host/former-paths.ts'
import { whileFileLocked } from '../host/kernel-lock.ts'
import {
  handDownInputs,
  readLinked,
  takeInputsBack,
  writeRecord,
} from '../host/lease-companions.ts'
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
 * clones from it meanwhile, or deletes it where it lies, holds a lock on its lease, and it is left alone.
 *
 * @returns why it was not to be had, in words
 * @throws as the file system does: the slot stays empty, and what was taken goes
 */
export async function inherit(request: InheritRequest, runtime: Runtime): Promise<Filled | string> {
  const { root, source } = request
  try {
    // Its lease, and not the slot: who only asks whether that is to be had would look like one who lives in it.
    const lease = endedLeasePath(root, source.record.id)
    const locked = await whileFileLocked(lease, 'exclusive', async () =>
      takeOverSlot(request, runtime),
    )
    return 'refused' in locked ? locked.refused : locked.value
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) return GONE
    throw error
  }
}

/** What would be written through the links might be published, or be in a snapshot already. */
const SHARED_WITH_TRUSTED = 'it shares files by hard link with what may be published'

const GONE = 'it is gone: another job or a pass was faster'

async function takeOverSlot(request: InheritRequest, runtime: Runtime): Promise<Filled | string> {
  const { root, self, lease, source, slot, origin } = request
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
  const unlinked = move(request, record, same)
  if (unlinked === null) return GONE
  const linked = chain.filter((each) => !unlinked.includes(each))
  return {
    record,
    origin,
    formerTargets: unlinked.flatMap((each) => pathsOf(root, each)),
    linked: linked.flatMap((each) => pathsOf(root, each)),
  }
}

/**
 * The move itself. A pass that deletes the slot where it lies holds its lease, and of one that takes it
 * into the trash the rename decides, so that no host lock is waited for.
 *
 * @returns the former slots to which no link could be left; null where the slot is gone
 */
function move(
  request: InheritRequest,
  record: SeedRecord,
  shared: readonly LinkedFile[],
): string[] | null {
  const { root, lease, place, slot, source } = request
  const { id } = source.record
  if (!hasEnd(root, id)) return null
  const [, ...before] = record.former
  let isMoved = false
  try {
    // First what a pass that finds no slot takes away: what lies beside the lease, and links to the slot.
    handDownInputs(root, id, lease.id)
    const unlinked = before.filter((each) => !linkFormerPath(root, each, lease.slot))
    isMoved = moveOutOfSlot(root, slot, place)
    if (!isMoved) return null
    // Who could take no lock may have begun to delete it a moment ago.
    if (!hasEnd(root, id)) {
      dropSeed(root, lease, record)
      return null
    }
    // Its clones live on: what is written through their links, or through its own, is to be found.
    if (shared.length > 0) writeRecord(root, lease.id, '.linked', JSON.stringify(shared))
    // Most commands are over before anybody has measured: who did it then would be in the next one's way.
    if (isLocal(lease.madeBy)) handDownSize(root, id, lease.id, Math.round(readUptime() * 1000))
    dropLease(root, id, false)
    return linkFormerPath(root, slot, lease.slot) ? unlinked : [slot, ...unlinked]
  } catch (error) {
    if (isMoved) dropSeed(root, lease, record)
    throw error
  } finally {
    if (!isMoved) giveBack(request, before)
  }
}

/** Has what was handed down already be the source’s again. */
function giveBack({ root, lease, slot, source }: InheritRequest, former: readonly string[]): void {
  takeInputsBack(root, lease.id, source.record.id)
  for (const each of former) if (heirOf(root, each) === lease.slot) linkFormerPath(root, each, slot)
}

/** Whether a slot is to be had: who deletes it where it lies has taken the end away before. */
function hasEnd(root: Root, id: string): boolean {
  const now = findLease(root, id)
  return now?.state === 'ended' && now.end !== null
}

/**
 * The first of the former slots that cannot be made to lead to the heir again: a pass that found the slot
 * gone, and not yet its heir, may have taken a link away. Null where all do.
 */
export function findLostPath(
  root: Root,
  { slot }: Lease,
  { record, linked }: Pick<Filled, 'record' | 'linked'>,
): string | null {
  const leading = record.former.filter((each) => linked.includes(`${root.path}/${each}`))
  const lost = leading.filter((each) => heirOf(root, each) !== slot)
  return lost.find((each) => !linkFormerPath(root, each, slot)) ?? null
}
