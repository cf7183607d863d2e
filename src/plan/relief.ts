import { runnerPrefix } from './naming.ts'
import type { Self } from './evidence.ts'
import { ageHours } from './reclaim.ts'
import type { Candidate, Moment, ObservedLease } from './reclaim.ts'

/** How far relief may go: own ended slots alone, or, in an emergency, everybody's stale ones. */
export type Extent = 'own' | 'host'

/**
 * What may go when the disk needs room, in the order in which it goes: own ended, other runners'
 * ended, orphans; of each the oldest first. Pressure shortens retention, never liveness: only what
 * has a dead owner is among them, and nobody has looked into their slots yet.
 */
export function reliefOrder(
  leases: readonly ObservedLease[],
  self: Self,
  extent: Extent,
  now: Moment,
): Candidate[] {
  const own = self.runnerKey === null ? null : runnerPrefix(self.runnerKey)
  const rank = ({ record }: ObservedLease): number => {
    if (own !== null && record.id.startsWith(own)) return record.state === 'ended' ? 0 : 1
    return record.state === 'ended' ? 2 : 3
  }
  return leases
    .filter(({ record, owner, slot }) => {
      return owner.kind === 'dead' && slot === 'present' && !record.isKept
    })
    .filter((lease) => extent === 'host' || rank(lease) < 2)
    .map((lease) => ({ lease, rank: rank(lease), age: ageHours(lease.record, now) }))
    .toSorted((a, b) => a.rank - b.rank || byAge(a.age, b.age))
    .map(({ lease, rank: order }) => ({
      lease,
      reason: `${lease.owner.reasons.join('; ')}; the disk needs room (${KINDS[order] ?? ''})`,
    }))
}

const KINDS = ['own, ended', 'own, dead', 'another runner’s, ended', 'orphan']

/** The older first; an unknown age is the oldest. */
function byAge(a: number, b: number): number {
  if (a === b) return 0
  return a > b ? -1 : 1
}
