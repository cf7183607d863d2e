import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import type { ProcessKey } from '../plan/job.ts'
import { parseObject } from '../plan/lease.ts'
import { readPidNamespace } from './boot.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { readTextOrNull } from './small-file.ts'
import { tryLocks } from './try-locks.ts'

/** The file whose lock a keeper holds; it lies beside its lease, and goes with it. */
export function keeperPath(root: Root, id: string): string {
  return controlPath(root, 'leases', `${id}.keeper`)
}

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Opens the lock’s file, and makes it where it is not there; neither a link that was planted there is
 * followed, nor a FIFO waited for.
 *
 * @throws Error where it cannot be made, or is no file
 */
export function openKeeperLock(root: Root, id: string): number {
  const file = openSync(keeperPath(root, id), FLAGS | constants.O_CREAT, 0o644)
  if (fstatSync(file).isFile()) return file
  closeSync(file)
  throw new Error('what lies at its lock’s path is not a file')
}

const BATCH = 200

/**
 * Which of these leases have a keeper that lives, by trying to take each one’s lock for a moment.
 *
 * The kernel answers for every process of this host, whatever its container or pid namespace. A lock
 * that is free, gone or not to be tried says nothing.
 */
export async function findKeepers(root: Root, ids: readonly string[]): Promise<Set<string>> {
  const seen = await seeKeepers(root, ids)
  return new Set(ids.filter((id) => seen.get(id) === 'held'))
}

/** The same, and which of these locks are free; what is in neither state could not be tried. */
export async function seeKeepers(
  root: Root,
  ids: readonly string[],
): Promise<Map<string, 'held' | 'free'>> {
  const seen = new Map<string, 'held' | 'free'>()
  for (let from = 0; from < ids.length; from += BATCH) {
    const files = ids.slice(from, from + BATCH).flatMap((id) => openToTry(root, id))
    try {
      const answers = files.length === 0 ? [] : await tryLocks(files.map(({ file }) => file))
      for (const [index, { id }] of files.entries()) {
        const answer = answers[index]
        if (answer === 'held' || answer === 'free') seen.set(id, answer)
      }
    } finally {
      // Closing gives back every lock that was taken: it belongs to the open file.
      for (const { file } of files) closeSync(file)
    }
  }
  return seen
}

function openToTry(root: Root, id: string): { id: string; file: number }[] {
  let file: number
  try {
    file = openSync(keeperPath(root, id), FLAGS)
  } catch {
    return []
  }
  if (fstatSync(file).isFile()) return [{ id, file }]
  closeSync(file)
  return []
}

/** Which process a keeper is: for its own job to end it; the lock alone is evidence. */
export interface KeeperProcess extends ProcessKey {
  pidNamespace: string
}

/** Notes in the lock’s file which process holds it. */
export function noteKeeper(root: Root, id: string, keeper: KeeperProcess): void {
  const flags = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW
  const file = openSync(keeperPath(root, id), flags | constants.O_NONBLOCK)
  try {
    writeSync(file, `${JSON.stringify(keeper)}\n`)
  } finally {
    closeSync(file)
  }
}

/** The keeper as it was noted; null where nothing is, or where it is in another pid namespace. */
export function readKeeper(root: Root, id: string): ProcessKey | null {
  const { pid, start, pidNamespace } = readNote(root, id)
  if (typeof pid !== 'number' || typeof start !== 'number') return null
  if (!Number.isInteger(pid) || pid <= 1 || pidNamespace !== readPidNamespace()) return null
  return { pid, start }
}

/** Whether a keeper of this lease has ever noted itself, in whatever pid namespace. */
export function hasHadKeeper(root: Root, id: string): boolean {
  return typeof readNote(root, id)['pid'] === 'number'
}

function readNote(root: Root, id: string): Record<string, unknown> {
  return parseObject(readTextOrNull(keeperPath(root, id)) ?? '') ?? {}
}
