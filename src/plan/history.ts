import { SEED_KINDS } from './build-record.ts'
import type { SeedKind } from './build-record.ts'
import { parseObject, resultOf } from './lease.ts'
import type { Result } from './lease.ts'
import { isLeaseId } from './naming.ts'
import { isAmount } from './size-sample.ts'

/** What one ended job leaves: a line in `history/<owner>--<repo>.jsonl`. */
export interface HistoryLine {
  version: 1
  /** of the lease: a job is told once */
  id: string
  /** `owner/name` */
  repository: string
  /** '' where that is not known */
  workflow: string
  job: string
  /** 12 hex that tell matrix legs apart, '' without a matrix */
  leg: string
  seed: SeedKind
  result: Result
  /** at the end; null where nobody could measure it any more */
  bytes: number | null
  files: number | null
  /** the most that was ever seen */
  peakBytes: number | null
  peakFiles: number | null
  /** from the lease to its end; null across a boot */
  seconds: number | null
  /** how much less that is than the last cold job took; below 0 where it is more, null where unknown */
  savedSeconds: number | null
  toolchain: string | null
  /** milliseconds since the epoch; for people only */
  wallMs: number
}

/** A line is appended in one write, which is whole up to this size. */
const LONGEST = 4000

export function encodeLine(line: HistoryLine): string {
  const text = `${JSON.stringify(line)}\n`
  if (Buffer.byteLength(text) <= LONGEST) return text
  // Only a toolchain's text has no bound of its own.
  return `${JSON.stringify({ ...line, toolchain: null })}\n`
}

/** Reads lines that anybody may have written; damaged and half-written ones are passed over. */
export function parseLines(text: string): HistoryLine[] {
  return text.split('\n').flatMap((each) => {
    const line = each === '' || each.length > LONGEST ? null : parseLine(each)
    return line === null ? [] : [line]
  })
}

export function parseLine(text: string): HistoryLine | null {
  const found = parseObject(text)
  if (found?.['version'] !== 1) return null
  const { id, repository, workflow, job, leg, seed, result, savedSeconds, toolchain, wallMs } =
    found
  if (typeof id !== 'string' || !isLeaseId(id) || typeof repository !== 'string') return null
  if (typeof job !== 'string' || typeof leg !== 'string') return null
  const amount = (name: string): number | null => {
    const value = found[name]
    return isAmount(value) ? value : null
  }
  return {
    version: 1,
    id,
    repository,
    workflow: typeof workflow === 'string' ? workflow : '',
    job,
    leg,
    seed: SEED_KINDS.find((kind) => kind === seed) ?? 'cold',
    result: resultOf(result),
    bytes: amount('bytes'),
    files: amount('files'),
    peakBytes: amount('peakBytes'),
    peakFiles: amount('peakFiles'),
    seconds: amount('seconds'),
    savedSeconds: typeof savedSeconds === 'number' ? savedSeconds : null,
    toolchain: typeof toolchain === 'string' ? toolchain : null,
    wallMs: isAmount(wallMs) ? wallMs : 0,
  }
}
