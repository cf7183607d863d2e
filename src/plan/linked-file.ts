import { isRecord } from './lease.ts'

/**
 * A file of a source that clones share by hard link, as it was when the first link was made. Whole
 * nanoseconds as decimal text: a double would lose their end, and JSON has no larger numbers.
 */
export interface LinkedFile {
  /** relative to the source; its bytes as Latin-1 */
  path: string
  inode: string
  size: number
  mode: number
  mtimeNs: string
}

/** The same, as it is now; null where it is gone. */
export type SeenFile = Omit<LinkedFile, 'path'> | null

/**
 * Whether it is not what was shared. Every write sets the mtime: what no build does, to set that back
 * afterwards, is not found. The ctime says nothing: it changes with each link that is made or removed.
 */
export function isWritten(recorded: LinkedFile, seen: SeenFile): boolean {
  return (
    seen === null ||
    seen.inode !== recorded.inode ||
    seen.size !== recorded.size ||
    seen.mode !== recorded.mode ||
    seen.mtimeNs !== recorded.mtimeNs
  )
}

/** The record after another clone of the same source was made: what each file was at first stays. */
export function joinRecords(
  before: readonly LinkedFile[],
  fresh: readonly LinkedFile[],
): LinkedFile[] {
  const known = new Set(before.map(({ path }) => path))
  return [...before, ...fresh.filter(({ path }) => !known.has(path))]
}

/** Reads a record that anybody may have written; null where it is damaged: nothing is proven then. */
export function parseLinked(text: string): LinkedFile[] | null {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return null
  }
  if (!Array.isArray(found)) return null
  const files = found.map(linkedFileOf)
  return files.every((each) => each !== null) ? files : null
}

function linkedFileOf(found: unknown): LinkedFile | null {
  if (!isRecord(found)) return null
  const { path, inode, size, mode, mtimeNs } = found
  if (typeof path !== 'string' || typeof inode !== 'string') return null
  if (typeof size !== 'number' || typeof mode !== 'number') return null
  if (typeof mtimeNs !== 'string') return null
  // A path that leads elsewhere would have other files looked at and read.
  const isInside = path.split('/').every((part) => !['', '.', '..'].includes(part))
  if (!isInside) return null
  return { path, inode, size, mode, mtimeNs }
}
