import { parseObject } from './lease.ts'

/** How large a slot is, and how large it has been, as its keeper measured it. */
export interface SizeSample {
  version: 1
  /** allocated bytes, hard links once */
  bytes: number
  /** files, directories and links */
  files: number
  peakBytes: number
  peakFiles: number
  /** milliseconds since boot */
  uptimeMs: number
}

/** What was measured, with the peaks so far. */
export function nextSample(
  before: SizeSample | null,
  { bytes, files, uptimeMs }: Pick<SizeSample, 'bytes' | 'files' | 'uptimeMs'>,
): SizeSample {
  const peakBytes = Math.max(bytes, before?.peakBytes ?? 0)
  const peakFiles = Math.max(files, before?.peakFiles ?? 0)
  return { version: 1, bytes, files, peakBytes, peakFiles, uptimeMs }
}

/**
 * What the next slot is known to hold when it takes this one over: how large it was, and when that was
 * measured, are of a job that is over.
 */
export function handedDown({ bytes, files }: SizeSample, uptimeMs: number): SizeSample {
  return nextSample(null, { bytes, files, uptimeMs })
}

const EVERY_MS = 60_000

/** Others' work counts as CPU time of ours where we have started it, such as an rm(1) in an emergency. */
const PAUSE_AT_MOST_MS = 10 * 60_000

/** A tree that takes long is measured less often: a 200th of one core, until that would be too rarely. */
const TIMES = 200

/** How long after a measurement that took so much CPU time the next one is due. */
export function pauseAfter(cpuMs: number): number {
  return Math.min(PAUSE_AT_MOST_MS, Math.max(EVERY_MS, TIMES * cpuMs))
}

export function encodeSizeSample(sample: SizeSample): string {
  return `${JSON.stringify(sample)}\n`
}

/** Reads a sample that anybody may have written; null where it is damaged. */
export function parseSizeSample(text: string): SizeSample | null {
  const found = parseObject(text)
  if (found?.['version'] !== 1) return null
  const { bytes, files, peakBytes, peakFiles, uptimeMs } = found
  if (!isAmount(bytes) || !isAmount(files) || !isAmount(uptimeMs)) return null
  if (!isAmount(peakBytes) || !isAmount(peakFiles)) return null
  return { version: 1, bytes, files, peakBytes, peakFiles, uptimeMs }
}

/** A number of bytes, files or seconds as JSON may have it. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
}
