import { encodeRecord, parseSeedRecord } from './build-record.ts'
import type { SeedRecord } from './build-record.ts'
import { isRecord, parseObject } from './lease.ts'
import { linkedFilesOf } from './linked-file.ts'
import type { LinkedFile } from './linked-file.ts'

/** What is known of a clone that was made before its job had a checkout. */
export interface Ahead {
  /** what it was made of, how, and for which paths: with another text it is another clone */
  making: string
  record: SeedRecord
  /** what it shares with its source */
  linked: readonly LinkedFile[]
  /** what was said while it was made fit for its slot, for the log of the job */
  told: readonly Told[]
}

export interface Told {
  text: string
  isWarning: boolean
}

export function encodeAhead({ record, ...rest }: Ahead): string {
  return `${JSON.stringify({ version: 1, ...rest, record: encodeRecord(record) })}\n`
}

/** Why there is none, as it is noted. */
export interface Failed {
  problem: string
}

export function encodeFailed(failed: Failed): string {
  return `${JSON.stringify({ version: 1, ...failed })}\n`
}

/** Null where it is damaged: the clone is made again. */
export function parseAhead(text: string): Ahead | Failed | null {
  const found = parseObject(text)
  if (found?.['version'] !== 1) return null
  const { making, told, problem } = found
  if (typeof problem === 'string') return { problem }
  const record = typeof found['record'] === 'string' ? parseSeedRecord(found['record']) : null
  const linked = linkedFilesOf(found['linked'])
  if (typeof making !== 'string' || record === null || linked === null) return null
  if (!Array.isArray(told) || !told.every(isTold)) return null
  return { making, record, linked, told }
}

function isTold(found: unknown): found is Told {
  return (
    isRecord(found) && typeof found['text'] === 'string' && typeof found['isWarning'] === 'boolean'
  )
}
