import { randomBytes } from 'node:crypto'
import { closeSync, renameSync, rmdirSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { isLeaseId } from '../plan/naming.ts'
import { makeFolder, namesIn, openFolder } from './folders.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { moveOutOfSlot } from './slots.ts'
import { freshName, trashPath } from './trash.ts'

/**
 * Where a seed or a snapshot is put together: `seeding/<id of the lease it is for>/`. Whatever ends
 * the job, the next reaper takes it away.
 */

/** Makes the folder, if it is not there. */
export function makeSeeding(root: Root, id: string): string {
  const path = seedingPath(root, id)
  makeFolder(path)
  return path
}

function seedingPath(root: Root, id: string): string {
  return controlPath(root, 'seeding', id)
}

/**
 * Makes the folder and does work in it.
 *
 * @param work is given a path that other programs can use, too, as long as this process has the
 *   folder open: no link that somebody plants on the way leads them elsewhere
 */
export async function withSeeding<Value>(
  root: Root,
  id: string,
  work: (path: string) => Promise<Value>,
): Promise<Value> {
  const folder = openFolder(makeSeeding(root, id))
  try {
    return await work(`/proc/${process.pid}/fd/${folder}`)
  } finally {
    closeSync(folder)
    if (!removeEmpty(root, id)) discardSeeding(root, id)
  }
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
export function discardSeeding(root: Root, id: string): boolean {
  try {
    renameSync(seedingPath(root, id), trashPath(root, freshName()))
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Empties a slot that nobody builds in yet: its content goes to the trash. */
export function emptySlot(root: Root, slot: string, id: string): void {
  const folder = `${makeSeeding(root, id)}/dropped-${randomBytes(4).toString('hex')}`
  makeFolder(folder)
  moveOutOfSlot(root, slot, folder)
  discardSeeding(root, id)
}

function removeEmpty(root: Root, id: string): boolean {
  try {
    rmdirSync(seedingPath(root, id))
    return true
  } catch {
    // Not empty, or gone: whoever takes it away finds out.
    return false
  }
}
