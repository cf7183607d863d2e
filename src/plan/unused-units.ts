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

/** Without those that went. */
export function stillCounted(unused: UnusedUnits): UnusedUnits {
  return Object.fromEntries(Object.entries(unused).filter(([, count]) => count < UNUSED_AT_MOST))
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

/** Whether a file beside others was made by the unit with this hash. */
export function isOfUnit(file: string, hash: string): boolean {
  return new RegExp(`-${hash}(?:\\.|$)`).test(file)
}
