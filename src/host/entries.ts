import { lstatSync, readdirSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { BigIntStats } from 'node:fs'
import { isTargetWith, treatmentOf } from '../plan/clone.ts'
import type { EntryKind, Treatment } from '../plan/clone.ts'
import { errnoOf } from '../plan/guard-error.ts'

/** One entry of a tree that is being cloned, as it was when it was seen. */
export interface Entry {
  /** relative to the tree, '' for itself; its bytes as Latin-1, since a name need not be UTF-8 */
  path: string
  kind: EntryKind
  treatment: Treatment
  stat: BigIntStats
}

/** What ends a walk early. */
export interface WalkLimits {
  skipIncremental: boolean
  /** by performance.now() */
  deadline: number
  entries: number
}

/** A path in bytes: `base` and, below it, a path whose characters are bytes. */
export function inTree(base: string, path: string): string | Buffer {
  // Nearly every name is ASCII, and node takes a string in half the time.
  if (Buffer.byteLength(path) === path.length) return `${base}/${path}`
  return Buffer.concat([Buffer.from(`${base}/`), Buffer.from(path, 'latin1')])
}

/**
 * Everything in a tree, each directory before what is in it. What stays behind is named, and not
 * looked into.
 *
 * @throws Error at a limit; as readdirSync and lstatSync do
 */
export function listEntries(base: string, limits: WalkLimits): Entry[] {
  const top = lstatSync(inTree(base, ''), { bigint: true })
  const entries: Entry[] = [{ path: '', kind: 'directory', treatment: 'copied', stat: top }]
  // It grows while it is walked: each directory adds what is in it.
  for (const { path, kind, treatment } of entries) {
    if (kind !== 'directory' || treatment !== 'copied') continue
    if (performance.now() > limits.deadline) throw new Error('it took too long to list it')
    const prefix = path === '' ? '' : `${path}/`
    const names = readdirSync(inTree(base, path), { encoding: 'latin1' })
    const around = { ...limits, isInTarget: isTargetWith(names) }
    for (const name of names) entries.push(entryAt(base, prefix + name, around))
    if (entries.length > limits.entries) {
      throw new Error(`it has more than ${limits.entries} files`)
    }
  }
  return entries
}

function entryAt(
  base: string,
  path: string,
  around: Pick<WalkLimits, 'skipIncremental'> & { isInTarget: boolean },
): Entry {
  const stat = lstatSync(inTree(base, path), { bigint: true })
  const kind = kindOf(stat)
  return { path, kind, treatment: treatmentOf(path, kind, around), stat }
}

function kindOf(stat: BigIntStats): EntryKind {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'link' : 'special'
}

/**
 * The first entry that is not what it was; null where all are. A link that was made or removed
 * elsewhere changes the ctime of a file, as other clones of the same source do all the time; in a
 * directory it cannot be changed without a trace.
 */
export function findChanged(
  base: string,
  entries: readonly Entry[],
  deadline: number,
): string | null {
  for (const entry of entries) {
    if (performance.now() > deadline) throw new Error('it took too long to look at it again')
    // What stays behind may go on changing: another cargo may take its lock.
    if (entry.treatment !== 'left out' && !isAsBefore(base, entry)) return entry.path
  }
  return null
}

function isAsBefore(base: string, { path, stat: before }: Entry): boolean {
  try {
    const now = lstatSync(inTree(base, path), { bigint: true })
    const isSame =
      now.ino === before.ino &&
      now.dev === before.dev &&
      now.mode === before.mode &&
      now.size === before.size &&
      now.mtimeNs === before.mtimeNs
    // Names come and go elsewhere, also as many as were there before.
    const isRelinked = now.isFile() && (now.nlink !== before.nlink || now.nlink > 1n)
    return isSame && (now.ctimeNs === before.ctimeNs || isRelinked)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return false
    throw error
  }
}

/** A path for another program’s words, or for people; throws where its bytes are no text. */
export function textOf(path: string): string {
  const bytes = Buffer.from(path, 'latin1')
  const text = bytes.toString('utf8')
  if (!Buffer.from(text).equals(bytes)) throw new Error('a name in it is not UTF-8')
  return text
}
