import { lstatSync, opendirSync } from 'node:fs'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { at } from './folders.ts'
import { INNER } from './profiles.ts'
import { walkTree } from './tree-walk.ts'
import type { Siblings } from './tree-walk.ts'

/** Cargo holds one of these while it builds: until 1.94 the first alone, later all three. */
const LOCK_NAMES = ['.cargo-lock', '.cargo-build-lock', '.cargo-artifact-lock'] as const

/** `<profile>/` and `<triple>/<profile>/`: so far down each folder is looked into. */
const OWN_DEPTH = 2

/** Tools have target dirs of their own: `tests/trybuild/<triple>/debug`, `package/a-1.0.0/target/debug`. */
const DEPTH = 4

/**
 * How much is looked at, in names that are read, for a slot may hold as many as its job liked: at the
 * depths of Cargo’s own locks about 90 000 folders, which take a second or two, and some thousands below.
 * To look into a folder takes as long as ten names, and so does to list it; to try a lock takes a
 * part of a process.
 */
const EFFORT = 1_000_000
const EFFORT_BELOW = 100_000
const FOLDER = 10
const LOCK = 100

/** Where a slot has files with the names of Cargo’s locks. */
export interface FoundLocks {
  /** relative to the slot */
  paths: string[]
  /** what could not be looked at */
  unknown: string[]
}

/**
 * Finds the files that Cargo may hold locked in a slot, without following any link.
 *
 * Cargo’s own depths are searched as a whole, or the slot is unknown. Deeper than those lie the target
 * dirs of other tools alone, and whatever tests and benchmarks write: there the search ends, without a
 * word, where there is very much. Who builds there is seen by processes and mounts as well.
 */
export function findLocks(slot: string): FoundLocks {
  const found: FoundLocks = { paths: [], unknown: [] }
  const own = { left: EFFORT }
  const below = { left: EFFORT_BELOW }
  const inner = new Set<string>()
  const visit = (folder: number, path: readonly string[]): Siblings | null => {
    const here = path.length <= OWN_DEPTH ? own : below
    const isDeep = path.length >= OWN_DEPTH
    here.left -= FOLDER
    const has = LOCK_NAMES.filter((name) => isFile(slot, folder, [...path, name], found))
    here.left -= LOCK * has.length
    if (here.left >= 0) found.paths.push(...has.map((name) => [...path, name].join('/')))
    // Not listed: `debug/deps` may hold a hundred thousand files.
    const isLast = path.length === DEPTH || inner.has(path.join('/')) || isDocumentation(path)
    const isOver = isLast || (isDeep && below.left < 0)
    const names = isOver ? [] : foldersIn(folder, isDeep ? below : own)
    // At Cargo’s own depths nothing may be missed.
    if (own.left < 0) throw new Error('it holds too many files and folders')
    const isProfile = has.length > 0 || names.includes('.fingerprint') || names.includes('build')
    const isInner = (name: string): boolean => isProfile && INNER.has(name)
    if (isDeep) return { path, names: names.filter((name) => !isInner(name)) }
    if (path.length > 0) {
      for (const name of names.filter(isInner)) inner.add([...path, name].join('/'))
    }
    return { path, names }
  }
  try {
    walkTree(slot, visit, (path, error) => {
      if (path.length <= OWN_DEPTH) found.unknown.push(unreadable([slot, ...path].join('/'), error))
    })
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') found.unknown.push(unreadable(slot, error))
  }
  return found
}

/** What rustdoc wrote, deeper than Cargo’s own locks lie: thousands of folders, in which nobody builds. */
function isDocumentation(path: readonly string[]): boolean {
  return path.length >= OWN_DEPTH && (path.at(-1) === 'doc' || path.at(-2) === 'doc')
}

export function unreadable(path: string, error: unknown): string {
  return `${path} cannot be searched for Cargo’s locks (${messageOf(error)})`
}

/** Whether a regular file lies there; only such a one is opened at all. */
function isFile(
  slot: string,
  folder: number,
  path: readonly string[],
  { unknown }: FoundLocks,
): boolean {
  try {
    return lstatSync(at(folder, path.at(-1) ?? ''), { throwIfNoEntry: false })?.isFile() === true
  } catch (error) {
    if (path.length <= OWN_DEPTH + 1) unknown.push(unreadable([slot, ...path].join('/'), error))
    return false
  }
}

/** The names of folders in a folder, as far as the effort goes that it takes to list it. */
function foldersIn(folder: number, effort: { left: number }): string[] {
  effort.left -= FOLDER
  const names: string[] = []
  const entries = opendirSync(at(folder, '.'))
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      effort.left -= 1
      if (effort.left < 0) return names
      if (entry.isDirectory()) names.push(entry.name)
    }
    return names
  } finally {
    entries.closeSync()
  }
}
