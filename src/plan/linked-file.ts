import { isRecord } from './lease.ts'

/**
 * A file of a source that clones share by hard link, as it was right after the last link was made.
 * Whole nanoseconds as decimal text: a double would lose their end, and JSON has no larger numbers.
 */
export interface LinkedFile {
  /** relative to the source; its bytes as Latin-1 */
  path: string
  inode: string
  size: number
  mode: number
  mtimeNs: string
  ctimeNs: string
  /** its ctime just before that link was made */
  beforeNs: string
  /** SHA-256 in hex, null until somebody has read it */
  digest: string | null
}

/** The same, as it is now; null where it is gone. */
export type SeenFile = Omit<LinkedFile, 'path' | 'beforeNs' | 'digest'> | null

/**
 * - `untouched`: nothing at all happened to the inode; nobody can set its ctime back
 * - `unproven`: a link was made or removed, or somebody wrote and set the mtime back: the content decides
 * - `written`: it is not what was shared
 */
export type Verdict = 'untouched' | 'unproven' | 'written'

export function judgeLinked(recorded: LinkedFile, seen: SeenFile): Verdict {
  if (seen === null) return 'written'
  const isSame =
    seen.inode === recorded.inode &&
    seen.size === recorded.size &&
    seen.mode === recorded.mode &&
    seen.mtimeNs === recorded.mtimeNs
  if (!isSame) return 'written'
  return seen.ctimeNs === recorded.ctimeNs ? 'untouched' : 'unproven'
}

/** What a check of a whole record found. */
export interface LinkedFindings {
  /** paths of what was written into: the source must not be used again */
  written: string[]
  /** paths of which it can be neither said */
  unproven: string[]
  /** the record to keep, with what was proven now */
  record: LinkedFile[]
}

/**
 * The record after another clone of the same source was made. `written` names what changed between
 * the two. The later ctime counts only where nothing but that clone's link lies between: else a
 * write with its mtime set back would be vouched for.
 */
export function joinRecords(
  before: readonly LinkedFile[],
  fresh: readonly LinkedFile[],
): { record: LinkedFile[]; written: string[] } {
  const byPath = new Map(before.map((each) => [each.path, each]))
  const written: string[] = []
  for (const each of fresh) {
    const known = byPath.get(each.path)
    if (known === undefined) byPath.set(each.path, each)
    else if (judgeLinked(known, each) === 'written') written.push(each.path)
    else if (known.ctimeNs === each.beforeNs) {
      byPath.set(each.path, { ...each, digest: known.digest })
    }
  }
  return { record: [...byPath.values()], written }
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
  const { path, inode, size, mode, mtimeNs, ctimeNs, beforeNs, digest } = found
  if (typeof path !== 'string' || typeof inode !== 'string') return null
  if (typeof size !== 'number' || typeof mode !== 'number') return null
  if (typeof mtimeNs !== 'string' || typeof ctimeNs !== 'string') return null
  if (typeof beforeNs !== 'string') return null
  const known = typeof digest === 'string' ? digest : null
  // A path that leads elsewhere would have other files looked at and read.
  const isInside = path.split('/').every((part) => !['', '.', '..'].includes(part))
  if (!isInside) return null
  return { path, inode, size, mode, mtimeNs, ctimeNs, beforeNs, digest: known }
}
