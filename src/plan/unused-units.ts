/**
 * Units of a target dir that builds no longer use: a chain of jobs that hand one target dir down would
 * gather the artefacts of every dependency that there ever was.
 */

/** In how many builds in a row each unit was not used, by its place in the target dir; others were. */
export type UnusedUnits = Readonly<Record<string, number>>

/** A unit that so many builds in a row did not use goes. */
const UNUSED_AT_MOST = 2

/**
 * Counts on after a build.
 *
 * @param all the units that are there now
 */
export function countUnused(
  before: UnusedUnits,
  all: readonly string[],
  used: ReadonlySet<string>,
): UnusedUnits {
  // A job that built nothing says nothing about what is needed.
  if (used.size === 0) return before
  const without = all.filter((unit) => !used.has(unit))
  return Object.fromEntries(without.map((unit) => [unit, (before[unit] ?? 0) + 1]))
}

/** The units that go. */
export function outOfUse(unused: UnusedUnits): string[] {
  return Object.entries(unused).flatMap(([unit, count]) => (count >= UNUSED_AT_MOST ? [unit] : []))
}

/** What the last build did not use may weigh so much of what it used. */
const IDLE_SHARE = 0.5
/** A build that used less than this of all was one of a part: it says little about the rest. */
const USED_AT_LEAST = 0.25

/**
 * The units that go at once, so that the units of a target dir never weigh more than half as much again
 * as those that its last build used. Those unused for longest go first, and of these the heaviest.
 *
 * @param bytes what each unit weighs
 */
export function overweight(unused: UnusedUnits, bytes: ReadonlyMap<string, number>): string[] {
  const weigh = (unit: string): number => bytes.get(unit) ?? 0
  const total = [...bytes.values()].reduce((sum, each) => sum + each, 0)
  const idle = Object.keys(unused).reduce((sum, unit) => sum + weigh(unit), 0)
  if (total - idle < total * USED_AT_LEAST || total === idle) return []
  let excess = idle - (total - idle) * IDLE_SHARE
  const order = Object.entries(unused)
    .toSorted(([one, first], [two, second]) => second - first || weigh(two) - weigh(one))
    .map(([unit]) => unit)
  return order.filter((unit) => {
    if (excess <= 0 || weigh(unit) === 0) return false
    excess -= weigh(unit)
    return true
  })
}

/** How units are counted that are to go whatever the last build used. */
export function outOfUseNow(units: readonly string[]): UnusedUnits {
  return Object.fromEntries(units.map((unit) => [unit, UNUSED_AT_MOST]))
}

/** What is counted of the others. */
export function withoutUnits(unused: UnusedUnits, gone: readonly string[]): UnusedUnits {
  const those = new Set(gone)
  return Object.fromEntries(Object.entries(unused).filter(([unit]) => !those.has(unit)))
}

const UNITS_AT_MOST = 100_000

/** Reads counts that anybody may have written; null where they are damaged. */
export function parseUnused(found: unknown): UnusedUnits | null {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return null
  const entries = Object.entries(found)
  const isSane = entries.every(
    ([unit, count]) => isUnit(unit) && typeof count === 'number' && Number.isInteger(count),
  )
  return isSane && entries.length <= UNITS_AT_MOST
    ? Object.fromEntries(entries.map(([unit, count]) => [unit, Number(count)]))
    : null
}

/** `debug/serde-0123456789abcdef`, also below a triple. */
export function isUnit(path: string): boolean {
  const parts = path.split('/')
  const isPlain = parts.every((part) => !['', '.', '..'].includes(part))
  return parts.length >= 2 && parts.length <= 6 && isPlain && hashOf(path) !== null
}

const HASH = /-([0-9a-f]{16})$/

/** The hash by which Cargo tells a unit from others of its package. */
export function hashOf(unit: string): string | null {
  return HASH.exec(unit)?.[1] ?? null
}

/** The hashes of units in the name of a file that lies beside others: it belongs to one of these. */
export function hashesIn(file: string): string[] {
  return [...file.matchAll(/-([0-9a-f]{16})(?=\.|$)/g)].flatMap((found) => found[1] ?? [])
}
