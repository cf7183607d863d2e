import { closeSync, lstatSync, renameSync, rmdirSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { isLeaseId } from '../plan/naming.ts'
import { at, makeOwnersFolder, namesIn, openFolder } from './folders.ts'
import { whileLocked, withKernelLock } from './kernel-lock.ts'
import type { Locked } from './kernel-lock.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { freshName, trashPath } from './trash.ts'

/**
 * Where a seed or a snapshot is put together: `seeding/<id of the lease it is for>/`. Whatever ends
 * the job, the next reaper takes it away.
 */

/** Makes the folder, if it is not there; who is not within `withSeeding` takes it away again. */
export function makeSeeding(root: Root, id: string): string {
  const path = seedingPath(root, id)
  makeOwnersFolder(root, path)
  return path
}

function seedingPath(root: Root, id: string): string {
  return controlPath(root, 'seeding', id)
}

/** Opens the folder, where it is there: ENOENT says that nobody waits for what would lie in it. */
export function openSeeding(root: Root, id: string): number {
  return openFolder(seedingPath(root, id))
}

/**
 * Waits for who fills the folder while it is locked, as `whileSeedingIsKept` does.
 *
 * @returns whether it holds a file of this name when nobody is at it any more; `busy` where that takes
 *   longer than `waitSeconds`
 */
export async function awaitSeeding(
  root: Root,
  id: string,
  name: string,
  waitSeconds: number,
): Promise<boolean | 'busy'> {
  const path = seedingPath(root, id)
  if (!isThere(path)) return false
  return (await withKernelLock(path, waitSeconds, async () => isThere(`${path}/${name}`))) ?? 'busy'
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/**
 * Makes the folder and does work in it. What is left there goes to the trash afterwards, at the latest
 * with the next reaper: where there is no room for that now, the work is done all the same.
 *
 * @param work is given a path that other programs can use, too, as long as this process has the
 *   folder open: no link that somebody plants on the way leads them elsewhere
 * @param left what becomes before of what lies there
 */
export async function withSeeding<Value>(
  root: Root,
  id: string,
  work: (path: string) => Promise<Value>,
  left: 'dropped' | 'kept' = 'dropped',
): Promise<Value> {
  // What a hook of the same job left that was killed.
  if (left === 'dropped') takeAway(root, id)
  const folder = openFolder(makeSeeding(root, id))
  try {
    return await work(`/proc/${process.pid}/fd/${folder}`)
  } finally {
    closeSync(folder)
    takeAway(root, id)
  }
}

/**
 * Makes the folder and does work in it, which no reaper takes away meanwhile: for work that goes on
 * when the lease has ended. The lock is shared, as readers': it goes with the folder where that goes.
 *
 * @param work is given a path by which this process comes to that very folder, whatever lies at its name
 */
export async function whileSeedingIsKept<Value>(
  root: Root,
  id: string,
  work: (path: string) => Promise<Value>,
): Promise<Locked<Value>> {
  return whileLocked(makeSeeding(root, id), 'shared', async (folder) => work(at(folder, '.')))
}

/**
 * Has work fill the folder, which then goes to the trash as a whole: what lies there already a reaper may
 * be at any moment. Whatever ends this process, the next reaper takes it away.
 */
export async function fillForTrash(
  root: Root,
  id: string,
  work: (path: string) => void,
): Promise<Locked<void>> {
  try {
    return await whileSeedingIsKept(root, id, async (path) => work(path))
  } finally {
    takeAway(root, id)
  }
}

/** Takes away what a process left that has ended. */
export async function discardLeftSeeding(root: Root, id: string): Promise<void> {
  await withKernelLock(seedingPath(root, id), 0, async () => discardSeeding(root, id))
}

/** What there is, by the ids of leases. */
export function listSeeding(root: Root): string[] {
  return namesIn(controlPath(root, 'seeding')).filter(isLeaseId)
}

/**
 * Takes a folder out of the way, into the trash.
 *
 * @returns false where there is none
 */
function discardSeeding(root: Root, id: string): boolean {
  try {
    renameSync(seedingPath(root, id), trashPath(root, freshName()))
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

function takeAway(root: Root, id: string): void {
  try {
    rmdirSync(seedingPath(root, id))
  } catch {
    // Not empty, or gone.
    dropSeeding(root, id)
  }
}

/**
 * Takes away whatever lies there, at the latest with the next reaper; who is still at it goes on in the
 * trash, where it is left alone.
 */
export function dropSeeding(root: Root, id: string): void {
  if (!isThere(seedingPath(root, id))) return
  try {
    discardSeeding(root, id)
  } catch {
    // It stays where the next reaper finds it: what was put together here is not in it any more.
    return
  }
}
