import { isRecord } from './lease.ts'

/**
 * A file that a target directory shares with others by hard link, as it was when the first link was
 * made. Whole nanoseconds as decimal text: a double would lose their end, and JSON has no larger
 * numbers.
 */
export interface LinkedFile {
  /** relative to the target directory; its bytes as Latin-1 */
  path: string
  inode: string
  /** when the inode was made, '' where that is not known: a number that is free is soon another file’s */
  bornNs: string
  size: number
  mode: number
  mtimeNs: string
}

/** What lies there now; null where no file does. */
export type SeenFile = Omit<LinkedFile, 'path'> | null

/**
 * What has become of a file that was shared:
 *
 * - `same`: nothing
 * - `written`: somebody wrote into it, through whichever name
 * - `other`: it is gone, or another one lies there: rustc and Cargo replace what they build
 *
 * Every write sets the mtime: what no build does, to set that back afterwards, is not found. The ctime
 * says nothing: it changes with each link that is made or removed.
 */
export type Fate = 'same' | 'written' | 'other'

export function fateOf(recorded: LinkedFile, seen: SeenFile): Fate {
  if (seen === null || seen.inode !== recorded.inode) return 'other'
  const isBirthKnown = seen.bornNs !== '' && recorded.bornNs !== ''
  if (isBirthKnown && seen.bornNs !== recorded.bornNs) return 'other'
  const { size, mode, mtimeNs } = recorded
  const isSame = seen.size === size && seen.mode === mode && seen.mtimeNs === mtimeNs
  return isSame ? 'same' : 'written'
}

export function isWritten(recorded: LinkedFile, seen: SeenFile): boolean {
  return fateOf(recorded, seen) === 'written'
}

/**
 * The record after another clone of the same source was made: what each file was at first stays.
 *
 * @param before what is still the same
 */
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
  return linkedFilesOf(found)
}

/** The same, of what was read already. */
export function linkedFilesOf(found: unknown): LinkedFile[] | null {
  if (!Array.isArray(found)) return null
  const files = found.map(linkedFileOf)
  return files.every((each) => each !== null) ? files : null
}

function linkedFileOf(found: unknown): LinkedFile | null {
  if (!isRecord(found)) return null
  const { path, inode, bornNs, size, mode, mtimeNs } = found
  if (typeof path !== 'string' || typeof inode !== 'string') return null
  if (typeof size !== 'number' || typeof mode !== 'number') return null
  if (typeof mtimeNs !== 'string' || typeof bornNs !== 'string') return null
  // A path that leads elsewhere would have other files looked at and read.
  const isInside = path.split('/').every((part) => !['', '.', '..'].includes(part))
  if (!isInside) return null
  return { path, inode, bornNs, size, mode, mtimeNs }
}
