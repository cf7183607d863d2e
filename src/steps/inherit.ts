import type { SeedRecord } from '../plan/build-record.ts'
import { encodeRecord } from '../plan/build-record.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import type { Self } from '../plan/evidence.ts'
import type { Lease } from '../plan/lease.ts'
import type { Origin, SeedSource } from '../plan/seed.ts'
import { ageHours } from '../plan/reclaim.ts'
import { linkFormerPath } from '../host/former-paths.ts'
import { withHostLock } from '../host/host-lock.ts'
import { whileLocked } from '../host/kernel-lock.ts'
import { dropLease, findLease, handDownInputs, writeRecord } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { handDownSlot, pathsOf } from '../host/slots.ts'
import { lookInto } from './observe.ts'
import type { Runtime } from './runtime.ts'
import type { Filled } from './seed.ts'
import { ownerRefusal } from './slot-owner.ts'

export interface InheritRequest {
  root: Root
  self: Self
  /** the lease of the new slot, which is empty */
  lease: Lease
  source: SeedSource
  /** the source's slot, relative to the root */
  slot: string
  origin: Origin
}

/**
 * Takes an ended slot over as the content of a new one, by one rename.
 *
 * Of two jobs that want it the rename gives it to one; a pass that retires it is such another. Who
 * clones from it meanwhile holds a lock on it, and it is left alone.
 *
 * @returns why it was not to be had, in words
 */
export async function inherit(request: InheritRequest, runtime: Runtime): Promise<Filled | string> {
  const { root, slot } = request
  try {
    const locked = await whileLocked(`${root.realPath}/${slot}`, 'exclusive', () =>
      takeOverSlot(request, runtime),
    )
    return 'refused' in locked ? locked.refused : locked.value
  } catch (error) {
    return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error)) ? GONE : messageOf(error)
  }
}

const GONE = 'it is gone: another job or a pass was faster'

async function takeOverSlot(
  { root, self, lease, source, slot, origin }: InheritRequest,
  { environment }: Runtime,
): Promise<Filled | string> {
  const { id, lease: former } = source.record
  const container = former?.owner.container ?? null
  const occupancy = (await lookInto(root, [{ slot, container }], self, environment)).get(slot)
  if (occupancy === undefined) return 'nobody could look into it'
  const [living] = occupancy.inhabitants
  if (living !== undefined) return `it is in use: ${living.what}`
  const [unknown] = occupancy.unknown
  if (unknown !== undefined) return unknown
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
    if (!handDownSlot(root, slot, lease.slot)) return null
    handDownInputs(root, id, lease.id)
    dropLease(root, id, false)
    return chain.filter((each) => !linkFormerPath(root, each, lease.slot))
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
