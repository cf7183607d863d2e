import {
  INPUTS_AT_MOST,
  isAbsolute,
  isNanoseconds,
  isTexts,
  parseInput,
  rowOf,
} from './build-inputs.ts'
import type { Input } from './build-inputs.ts'
import { parseObject } from './lease.ts'

/** What tells later whether a file is still the one whose time was set. */
export interface Stamp {
  ctimeNs: string
  inode: string
  size: number
}

/** An input that held what it was recorded with, and got its recorded mtime. */
export interface RestoredFile extends Input {
  stamp: Stamp
}

/** What was restored in a job: at its end these need no other proof, if nothing happened to them. */
export interface Restored {
  version: 1
  /** workspaces that units of the seed were built in, newest first */
  former: readonly string[]
  files: readonly RestoredFile[]
  /** when all times were set, by the wall clock: what changed before has been compared; '0' for never */
  doneNs: string
}

export const NOTHING_RESTORED: Restored = { version: 1, former: [], files: [], doneNs: '0' }

export function encodeRestored({ files, ...head }: Restored): string {
  const rows = files.map((file) => {
    const { ctimeNs, inode, size } = file.stamp
    return [rowOf(file), ctimeNs, inode, size]
  })
  return `${JSON.stringify({ ...head, files: rows })}\n`
}

/** Reads what anybody may have written; null where it is damaged: then nothing counts as restored. */
export function parseRestored(text: string): Restored | null {
  const found = parseObject(text)
  if (found?.['version'] !== 1) return null
  const { former, files } = found
  // Of earlier versions: what changed since the build began is in doubt then.
  const doneNs = found['doneNs'] ?? '0'
  if (!isNanoseconds(doneNs)) return null
  if (!isTexts(former) || !former.every(isAbsolute)) return null
  if (!Array.isArray(files) || files.length > INPUTS_AT_MOST) return null
  const read = files.map(parseFile)
  return read.every((file) => file !== null) ? { version: 1, former, files: read, doneNs } : null
}

function parseFile(row: unknown): RestoredFile | null {
  if (!Array.isArray(row)) return null
  const [inputRow, ctimeNs, inode, size] = row as unknown[]
  const input = parseInput(inputRow)
  if (input === null || !isNanoseconds(ctimeNs)) return null
  if (typeof inode !== 'string' || !/^[0-9]{1,20}$/.test(inode)) return null
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null
  return { ...input, stamp: { ctimeNs, inode, size } }
}
