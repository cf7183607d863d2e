import { peakOf } from './forecast.ts'
import type { ForecastKey } from './forecast.ts'
import type { HistoryLine } from './history.ts'

/** How many jobs at once the disk has room for. */
export interface Cap extends CapRoom {
  host: CapLine
  repositories: (CapLine & { repository: string })[]
  jobs: (CapLine & ForecastKey)[]
}

/** What there is room in. */
export interface CapRoom {
  freeBytes: number
  /** known sizes of ended slots and of snapshots: they go for a job that would have to wait */
  evictableBytes: number
  reserveBytes: number
}

/** floor((free + evictable − reserve) / peak); both null without history. */
export interface CapLine {
  peakBytes: number | null
  maxParallel: number | null
}

/** GitHub runs no more jobs of one matrix: the answer where nothing is known yet. */
export const MATRIX_AT_MOST = 256

/** The cap for the host, each repository and each job; of several jobs the largest peak counts. */
export function capOf(lines: readonly HistoryLine[], room: CapRoom): Cap {
  const byJob = grouped(lines, ({ repository, workflow, job, leg }) =>
    JSON.stringify([repository, workflow, job, leg]),
  )
  const jobs = [...byJob.values()].flatMap((some) => {
    const [first] = some
    if (first === undefined) return []
    const { repository, workflow, job, leg } = first
    return [{ repository, workflow, job, leg, ...capLine(peakOf(some), room) }]
  })
  const repositories = [...grouped(jobs, (each) => each.repository)].map(([repository, some]) =>
    Object.assign(capLine(largest(some), room), { repository }),
  )
  return { ...room, host: capLine(largest(jobs), room), repositories, jobs }
}

function grouped<Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>()
  for (const value of values) {
    const key = keyOf(value)
    groups.set(key, [...(groups.get(key) ?? []), value])
  }
  return groups
}

function largest(some: readonly CapLine[]): number | null {
  const peaks = some.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]))
  return peaks.length === 0 ? null : Math.max(...peaks)
}

function capLine(
  peakBytes: number | null,
  { freeBytes, evictableBytes, reserveBytes }: CapRoom,
): CapLine {
  if (peakBytes === null || peakBytes === 0) return { peakBytes, maxParallel: null }
  const roomBytes = freeBytes + evictableBytes - reserveBytes
  return { peakBytes, maxParallel: Math.max(0, Math.floor(roomBytes / peakBytes)) }
}

/** `strategy.max-parallel` for a repository: never 0, which GitHub refuses. */
export function maxParallelOf(cap: Cap, repository: string): number {
  const own = cap.repositories.find((each) => each.repository === repository) ?? cap.host
  return Math.min(MATRIX_AT_MOST, Math.max(1, own.maxParallel ?? MATRIX_AT_MOST))
}
