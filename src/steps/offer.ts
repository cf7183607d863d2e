import { sourcesFor } from '../plan/seed.ts'
import type { Origin, SeedSource, SeedWish } from '../plan/seed.ts'
import { buildEnvironment, repositoryOf } from '../plan/snapshot.ts'
import { readMoment } from '../host/boot.ts'
import { readingAhead } from '../host/checkout.ts'
import { readBuildRecord } from '../host/lease-companions.ts'
import { readEndedLeases } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { listSnapshots } from '../host/snapshots.ts'
import { realPathOf } from '../host/workspace-reader.ts'
import { snapshotSources } from './clone-sources.ts'
import type { CloneSource } from './clone-sources.ts'
import type { SeedRequest } from './seed.ts'
import type { Runtime } from './runtime.ts'

/** What a slot may be filled with, before anybody has asked which toolchain this is. */
export interface Offer {
  /** ended slots of the same job and PR, of which some may not be used */
  slots: readonly SeedSource[]
  snapshots: readonly CloneSource[]
  /** whether the cache service may have something */
  isRemote: boolean
  /** the builds that may be used, for all that is known */
  fit: readonly Origin[]
}

export function offerTo(
  { root, job, settings }: SeedRequest,
  wish: SeedWish,
  { environment }: Runtime,
): Offer {
  const judged = sourcesFor(endedSlots(root), wish)
  const isClone = settings.warm !== 'inherit'
  const stored = isClone ? listSnapshots(root, repositoryOf(job)) : []
  const snapshots = snapshotSources(root, job, stored, buildEnvironment(environment))
  const slots = judged.map(({ source }) => source)
  const inSlots = judged.map(({ origin, refusal }) => (refusal === null ? origin : null))
  return {
    slots,
    snapshots,
    isRemote: isClone && settings.remote.mode !== 'off',
    fit: [...inSlots, ...snapshots.map(({ origin }) => origin)].filter((each) => each !== null),
  }
}

export function isEmpty({ slots, snapshots, isRemote }: Offer): boolean {
  return !isRemote && slots.length + snapshots.length === 0
}

/** Has the checkout read meanwhile, where a seed will be compared with it. */
export async function whileCheckoutIsRead<Value>(
  { realPath }: Pick<Root, 'realPath'>,
  { fit }: Pick<Offer, 'fit'>,
  wish: Pick<SeedWish, 'restoresMtimes' | 'workspace'>,
  work: () => Promise<Value>,
): Promise<Value> {
  const isCompared = wish.restoresMtimes && fit.some(({ inputs }) => inputs)
  if (wish.workspace === null || !isCompared) return work()
  const workspace = realPathOf(wish.workspace)
  // Who compares a seed that lies in the checkout passes it over, and has that read anew.
  if (`${realPath}/`.startsWith(`${workspace}/`)) return work()
  return readingAhead(workspace, work)
}

function endedSlots(root: Root): SeedSource[] {
  const moment = readMoment()
  return readEndedLeases(root).map((record) => ({
    record,
    build: readBuildRecord(root, record.id),
    moment,
  }))
}
