import { isOfJob } from './forecast.ts'
import type { ForecastKey } from './forecast.ts'
import type { HistoryLine } from './history.ts'

/** What a seed was worth: how long its job took, and the last cold one of its kind. */
export interface Saved {
  seconds: number
  coldSeconds: number
}

/**
 * Compares a job that was seeded, and succeeded, with the last cold one before it that did, of the same
 * repository, workflow, job, matrix leg and toolchain.
 *
 * @param lines oldest first
 * @returns null where there is nothing to compare
 */
export function savedBy(line: HistoryLine, lines: readonly HistoryLine[]): Saved | null {
  const { id, seed, result, seconds, toolchain } = line
  if (seed === 'cold' || result !== 'success' || seconds === null || toolchain === null) return null
  const cold = lines.findLast(
    (each) =>
      each.id !== id &&
      each.seed === 'cold' &&
      each.result === 'success' &&
      each.seconds !== null &&
      each.toolchain === toolchain &&
      isOfJob(line)(each),
  )
  return cold === undefined || cold.seconds === null ? null : { seconds, coldSeconds: cold.seconds }
}

/**
 * What the seed of the last such job saved, in seconds; null where that is not known.
 *
 * @param lines oldest first
 */
export function lastSavedSeconds(key: ForecastKey, lines: readonly HistoryLine[]): number | null {
  return (
    lines.filter(isOfJob(key)).findLast((each) => each.savedSeconds !== null)?.savedSeconds ?? null
  )
}
