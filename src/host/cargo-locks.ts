import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync } from 'node:fs'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { tryLocks } from './try-locks.ts'

/** Cargo holds one of these while it builds: until 1.94 the first alone, later all three. */
const LOCK_NAMES = ['.cargo-lock', '.cargo-build-lock', '.cargo-artifact-lock'] as const

/** `<slot>/<profile>/` and `<slot>/<triple>/<profile>/`. */
const DEPTH = 2

/** A slot with more folders than this at one level was not made by Cargo alone. */
const FOLDERS_AT_MOST = 256

/** What was found in one slot. */
export interface CargoLocks {
  /** paths of held locks, relative to the slot */
  held: readonly string[]
  /** what could not be looked at */
  unknown: readonly string[]
}

interface LockFile {
  slot: string
  /** relative to the slot */
  path: string
  descriptor: number
}

/**
 * Finds out which of Cargo's locks are held in these slots, by trying to take each for a moment.
 *
 * The kernel answers for every process on this host, whatever its container or pid namespace.
 * Each step of the way is opened relative to the folder before it and without following links, so a
 * planted link leads nowhere; only regular files are tried, so a planted FIFO does not block.
 *
 * @param slots absolute paths
 */
export async function probeCargoLocks(slots: readonly string[]): Promise<Map<string, CargoLocks>> {
  const found = new Map<string, { held: string[]; unknown: string[] }>()
  const files: LockFile[] = []
  for (const slot of slots) {
    const result = { held: [], unknown: [] as string[] }
    found.set(slot, result)
    try {
      files.push(...openLocks(slot, result.unknown))
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') result.unknown.push(unreadable(slot, error))
    }
  }
  try {
    for (let from = 0; from < files.length; from += BATCH) {
      const batch = files.slice(from, from + BATCH)
      const answers = await tryLocks(batch.map((file) => file.descriptor))
      for (const [index, file] of batch.entries()) {
        const answer = answers[index]
        if (answer === 'held') found.get(file.slot)?.held.push(file.path)
        else if (answer !== 'free') found.get(file.slot)?.unknown.push(untried(file, answer))
      }
    }
  } finally {
    // Closing gives back every lock that was taken: it belongs to the open file.
    for (const file of files) closeSync(file.descriptor)
  }
  return found
}

const BATCH = 200

function untried(file: LockFile, answer: string | undefined): string {
  return `Cargo’s lock ${file.path} could not be tried (${answer ?? 'no answer'})`
}

function unreadable(path: string, error: unknown): string {
  return `${path} cannot be searched for Cargo’s locks (${messageOf(error)})`
}

function openLocks(slot: string, unknown: string[]): LockFile[] {
  const files: LockFile[] = []
  const folder = openSync(slot, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    collect({ slot, path: '', descriptor: folder }, DEPTH, files, unknown)
  } finally {
    closeSync(folder)
  }
  return files
}

function collect(folder: LockFile, depth: number, files: LockFile[], unknown: string[]): void {
  const here = `/proc/self/fd/${folder.descriptor}`
  for (const name of LOCK_NAMES) {
    if (!isFile(`${here}/${name}`, unknown)) continue
    const file = open(`${here}/${name}`, constants.O_NONBLOCK, unknown)
    if (file === null) continue
    if (fstatSync(file).isFile()) {
      files.push({ slot: folder.slot, path: `${folder.path}${name}`, descriptor: file })
    } else closeSync(file)
  }
  // The last level is asked by name alone: `debug/deps` may hold a hundred thousand files.
  if (depth === 0) return
  const entries = readdirSync(here, { withFileTypes: true })
  const below = entries.filter((entry) => entry.isDirectory())
  if (below.length > FOLDERS_AT_MOST) {
    unknown.push(`${folder.path || 'the slot'} holds ${below.length} folders, too many to search`)
    return
  }
  for (const { name } of below) {
    const next = open(`${here}/${name}`, constants.O_DIRECTORY, unknown)
    if (next === null) continue
    try {
      const inside = { slot: folder.slot, path: `${folder.path}${name}/`, descriptor: next }
      collect(inside, depth - 1, files, unknown)
    } finally {
      closeSync(next)
    }
  }
}

/** Whether a regular file lies there; only such a one is opened at all. */
function isFile(path: string, unknown: string[]): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch (error) {
    unknown.push(unreadable(path, error))
    return false
  }
}

/** Opens without following a link; null where it is gone or no longer what it was. */
function open(path: string, flags: number, unknown: string[]): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | flags)
  } catch (error) {
    if (!['ENOENT', 'ELOOP', 'ENOTDIR'].includes(errnoOf(error)))
      unknown.push(unreadable(path, error))
    return null
  }
}
