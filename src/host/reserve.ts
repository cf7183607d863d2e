import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  unlinkSync,
} from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import type { Reading } from '../plan/pressure.ts'
import { at, giveAway, isDiverted, makeFolder, openFolder } from './folders.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'

/**
 * Space and inodes set aside, to be given back when the disk is full. Root does both in other users'
 * roots too: no link that was planted at these names is followed.
 */

const BYTES = 64 * 1024 * 1024
const INODES = 64
/** Of a small file system no more than this share. */
const SHARE = 0.01

export interface ReserveSize {
  bytes: number
  inodes: number
}

/** How large the reserve of a file system of this size is. */
export function reserveSize({
  totalBytes,
  totalInodes,
}: Pick<Reading, 'totalBytes' | 'totalInodes'>): ReserveSize {
  return {
    bytes: Math.min(BYTES, Math.floor(totalBytes * SHARE)),
    inodes: Math.min(INODES, Math.floor((totalInodes ?? Infinity) * SHARE)),
  }
}

/** Whether all of it is there; who was killed while making it left a part. */
export function hasReserve(root: Root, { bytes, inodes }: ReserveSize): boolean {
  const file = lstatSync(controlPath(root, 'reserve'), { throwIfNoEntry: false })
  if (file?.isFile() !== true || file.size < bytes) return false
  return withFolder(root, (folder) => namesIn(folder).length >= inodes) ?? false
}

/**
 * Gives the reserve back. It takes no space: the file is cut to nothing first, which frees its
 * blocks on copy-on-write file systems too, then everything is unlinked.
 *
 * @returns whether there was anything that could be given back
 */
export function releaseReserve(root: Root): boolean {
  const file = controlPath(root, 'reserve')
  const freed = [attempt(() => empty(file)), attempt(() => unlinkSync(file))]
  withFolder(root, (folder) => {
    for (const name of namesIn(folder)) freed.push(attempt(() => unlinkSync(at(folder, name))))
  })
  return freed.includes(true)
}

/**
 * Sets the reserve aside, as far as it is not there already.
 *
 * @throws as the file system does; what could not be made is made by a later pass
 */
export function makeReserve(root: Root, { bytes, inodes }: ReserveSize): void {
  const path = controlPath(root, 'reserve')
  const file = lstatSync(path, { throwIfNoEntry: false })
  if (file?.isFile() !== true || file.size < bytes) allocate(path, bytes)
  const directory = controlPath(root, 'reserve.d')
  // A sweep by root in another user’s root: that user’s jobs must be able to give it back.
  if (makeFolder(directory) && process.geteuid?.() === 0 && root.uid !== 0)
    giveAway(directory, root)
  withFolder(root, (folder) => {
    const names = new Set(namesIn(folder))
    for (let number = 0; names.size < inodes; number += 1) {
      const name = String(number)
      if (names.has(name)) continue
      // Not there, or made by another process at this very moment.
      closeSync(openSync(at(folder, name), constants.O_CREAT | constants.O_NOFOLLOW, 0o644))
      names.add(name)
    }
  })
}

/** Real blocks, not a hole, by fallocate(1); on a descriptor, since the path is this process's own. */
function allocate(path: string, size: number): void {
  attempt(() => unlinkSync(path))
  const file = openSync(path, 'wx', 0o644)
  try {
    const { status, stderr, error } = spawnSync(
      'fallocate',
      ['-l', String(size), '/proc/self/fd/3'],
      { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe', file] },
    )
    if (error !== undefined) throw error
    if (status !== 0) throw new Error(stderr.trim())
  } finally {
    closeSync(file)
  }
}

/** Cuts a file of this root's own to nothing; one with another name may be anybody's. */
function empty(path: string): void {
  const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const file = openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const stat = fstatSync(file)
    if (!stat.isFile() || stat.nlink !== 1) throw new Error('it is not the reserve')
    ftruncateSync(file, 0)
  } finally {
    closeSync(file)
  }
}

/** null where there is no such folder, or something else in its place. */
function withFolder<Value>(root: Root, work: (folder: number) => Value): Value | null {
  let folder: number
  try {
    folder = openFolder(controlPath(root, 'reserve.d'))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isDiverted(error)) return null
    throw error
  }
  try {
    return work(folder)
  } finally {
    closeSync(folder)
  }
}

function namesIn(folder: number): string[] {
  return readdirSync(`/proc/self/fd/${folder}`)
}

/** Whether it worked. What is absent or cannot be freed must not keep the rest. */
function attempt(free: () => void): boolean {
  try {
    free()
    return true
  } catch {
    return false
  }
}
