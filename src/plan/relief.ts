import { runnerPrefix } from './naming.ts'
import type { Self } from './evidence.ts'
import type { HistoryLine } from './history.ts'
import { isRelieved, missedFloors, usedPercent } from './pressure.ts'
import type { Assessment, Check, Floors, Reading, Watermarks } from './pressure.ts'
import { ageHours } from './reclaim.ts'
import type { Action, Candidate, Moment, ObservedLease } from './reclaim.ts'
import type { SizeSample } from './size-sample.ts'

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

/** How much something may free that may go; null where nobody knows. */
export interface Weight {
  bytes: number | null
  inodes: number | null
}

/** What is known of a slot: as its keeper sampled it, as it was measured after its end, as was forecast. */
export interface SlotFacts {
  sample: SizeSample | null
  line: HistoryLine | null
  forecastBytes: number | null
}

/**
 * The most that a slot is known to have held. One that nobody measured after its job’s end may have grown
 * ever since its last sample: it weighs what was forecast at least, and without that nobody knows.
 */
export function weighSlot({ sample, line, forecastBytes }: SlotFacts): Weight {
  const bytes = largest(sample?.peakBytes, line?.bytes, line?.peakBytes)
  const inodes = largest(sample?.peakFiles, line?.files, line?.peakFiles)
  if (line !== null && line.bytes !== null) return { bytes, inodes }
  const isKnown = bytes !== null && forecastBytes !== null
  return { bytes: isKnown ? Math.max(bytes, forecastBytes) : null, inodes: null }
}

function largest(...amounts: readonly (number | null | undefined)[]): number | null {
  const known = amounts.filter((each) => typeof each === 'number')
  return known.length === 0 ? null : Math.max(...known)
}

/** What relief is for. */
export interface Goal {
  /** whether it is enough */
  isReached: (disk: Assessment) => boolean
  /** what a disk is below of that must be reached, if anything must: nothing goes for it in vain */
  missed: (reading: Reading) => readonly Check[]
}

/** Below the low watermark, and not critical. */
export function untilRelieved(floors: Floors, watermarks: Watermarks): Goal {
  return {
    isReached: (disk) => isRelieved(disk, watermarks),
    missed: (reading) => missedFloors(reading, floors),
  }
}

/** Below the low watermark, whatever the floors ask for: to come nearer to it is of use. */
export function untilBelow({ low }: Watermarks): Goal {
  return { isReached: ({ reading }) => usedPercent(reading) < low, missed: () => [] }
}

/** So many bytes are free, for a job that waits. */
export function untilFree(bytes: number): Goal {
  const isFree = ({ freeBytes }: Reading): boolean => freeBytes >= bytes
  return {
    isReached: ({ reading }) => isFree(reading),
    missed: (reading) =>
      isFree(reading)
        ? []
        : [{ what: 'bytes', free: reading.freeBytes, floor: bytes, setting: 'forecast-gb' }],
  }
}

/** A floor that cannot be reached, whatever goes. */
export interface OutOfReach {
  floor: Check
  /** all that is known of what may go */
  known: number
}

/** What may go may have grown since it was measured; beyond so many times of it nobody believes that. */
const GROWN = 2

/**
 * The floor that no relief can reach: what is missing to it is more than twice all that may go. Null
 * where it may help to take that, as it may where the size of anything among it is unknown.
 */
export function outOfReach(
  missed: readonly Check[],
  weights: readonly Weight[],
): OutOfReach | null {
  for (const floor of missed) {
    const amounts = weights.map((each) => each[floor.what])
    if (amounts.includes(null)) continue
    const known = amounts.reduce<number>((sum, each) => sum + (each ?? 0), 0)
    if (GROWN * known < floor.floor - floor.free) return { floor, known }
  }
  return null
}

/** A plan under pressure: what is kept in quiet times and would go for room stands in it once, as that. */
export function withRelief(actions: readonly Action[], relief: readonly Action[]): Action[] {
  const goes = retiredIn(actions)
  const more = relief.filter((each) => each.kind === 'retire' && !goes.has(each.id))
  const given = retiredIn(more)
  return [...actions.filter((each) => each.kind !== 'keep' || !given.has(each.id)), ...more]
}

function retiredIn(actions: readonly Action[]): Set<string> {
  return new Set(actions.flatMap((each) => (each.kind === 'retire' ? [each.id] : [])))
}
