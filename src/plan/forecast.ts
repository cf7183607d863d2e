import type { HistoryLine } from './history.ts'
import { mayBeOf } from './job.ts'
import type { Job } from './job.ts'

/** How large a job's target dir will get, and what that rests on. */
export interface Forecast {
  bytes: number
  from: 'setting' | 'job' | 'repository' | 'host'
}

/** Whose forecast it is. */
export interface ForecastKey {
  /** `owner/name` */
  repository: string
  workflow: string
  job: string
  leg: string
}

export function forecastKey(job: Job): ForecastKey {
  const { owner, repository, workflow, leg } = job
  return { repository: `${owner}/${repository}`, workflow, job: job.job, leg }
}

/** Which jobs a line is compared with: those of this repository, workflow, job and matrix leg. */
export function isOfJob(key: ForecastKey): (line: HistoryLine) => boolean {
  return (line) =>
    line.repository === key.repository &&
    mayBeOf(line.workflow, key.workflow) &&
    line.job === key.job &&
    line.leg === key.leg
}

/** So many of the last jobs tell. */
const LAST = 20
const PERCENTILE = 0.95

/**
 * The 95th percentile of the peaks of this job's last 20, else of those of all its legs (a hook is not
 * told which one it is), else of its repository's, else of the host's, else none. A cancelled job did not
 * get as large as it would have, and tells nothing.
 *
 * @param lines oldest first
 */
export function forecast(
  key: ForecastKey,
  lines: readonly HistoryLine[],
  setBytes: number | null,
): Forecast | null {
  if (setBytes !== null) return { bytes: setBytes, from: 'setting' }
  const ofRepository = lines.filter((line) => line.repository === key.repository)
  const ofLegs = ofRepository.filter((line) => isOfJob({ ...key, leg: line.leg })(line))
  const sources = [
    ['job', ofLegs.filter(isOfJob(key))],
    ['job', ofLegs],
    ['repository', ofRepository],
    ['host', lines],
  ] as const
  for (const [from, some] of sources) {
    const bytes = peakOf(some)
    if (bytes !== null) return { bytes, from }
  }
  return null
}

/** The 95th percentile of the last 20 peaks, null without any. */
export function peakOf(lines: readonly HistoryLine[]): number | null {
  const peaks = lines.flatMap(({ result, peakBytes }) =>
    result === 'cancelled' || peakBytes === null ? [] : [peakBytes],
  )
  return percentile(peaks.slice(-LAST))
}

/** Nearest rank. */
function percentile(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(PERCENTILE * sorted.length) - 1] ?? null
}

/** The middle of how long jobs took, in seconds; null where nobody knows. */
export function usualSeconds(lines: readonly HistoryLine[]): number | null {
  const known = lines.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])).slice(-LAST)
  return known.toSorted((a, b) => a - b)[known.length >> 1] ?? null
}
