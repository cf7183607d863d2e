import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { at, isDiverted, parted, within } from './folders.ts'
import { findLocks, unreadable } from './lock-search.ts'
import { tryLocks } from './try-locks.ts'

/** What was found in one slot. */
export interface CargoLocks {
  /** paths of held locks, relative to the slot */
  held: readonly string[]
  /** what could not be looked at */
  unknown: readonly string[]
}

interface LockFile {
  /** relative to the slot */
  path: string
  descriptor: number
  found: { held: string[]; unknown: string[] }
}

/** So many are open at a time. */
const BATCH = 200

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
  const all = new Map<string, LockFile['found']>()
  const places = slots.flatMap((slot) => {
    const { paths, unknown } = findLocks(slot)
    const found = { held: [], unknown }
    all.set(slot, found)
    return paths.map((path) => ({ slot, path, found }))
  })
  for (let from = 0; from < places.length; from += BATCH) {
    const files = places.slice(from, from + BATCH).flatMap(({ slot, path, found }) => {
      const descriptor = openLock(slot, path, found.unknown)
      return descriptor === null ? [] : [{ path, descriptor, found }]
    })
    await tryAll(files)
  }
  return all
}

async function tryAll(files: readonly LockFile[]): Promise<void> {
  try {
    const answers = files.length === 0 ? [] : await tryLocks(files.map((file) => file.descriptor))
    for (const [index, { path, found }] of files.entries()) {
      const answer = answers[index]
      if (answer === 'held') found.held.push(path)
      else if (answer !== 'free') found.unknown.push(untried(path, answer))
    }
  } finally {
    // Closing gives back every lock that was taken: it belongs to the open file.
    for (const { descriptor } of files) closeSync(descriptor)
  }
}

function untried(path: string, answer: string | undefined): string {
  return `Cargo’s lock ${path} could not be tried (${answer ?? 'no answer'})`
}

const LOCK = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Opens a lock without following a link; null where it is gone or no longer what it was. */
function openLock(slot: string, path: string, unknown: string[]): number | null {
  const [folders, name] = parted(path)
  try {
    const file = within(slot, folders, (folder) => openSync(at(folder, name), LOCK))
    if (fstatSync(file).isFile()) return file
    closeSync(file)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && !isDiverted(error)) {
      unknown.push(unreadable(`${slot}/${path}`, error))
    }
  }
  return null
}
