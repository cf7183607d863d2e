import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  unlinkSync,
} from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { giveAway, makeFolder } from './folders.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'

/** Space and inodes set aside, to be given back when the disk is full. */

const BYTES = 64 * 1024 * 1024
const INODES = 64
/** Of a small file system no more than this share. */
const SHARE = 0.01

/** How large the reserve of a file system of this size is, bytes. */
export function reserveBytes(totalBytes: number): number {
  return Math.min(BYTES, Math.floor(totalBytes * SHARE))
}

/** Whether the reserve is set aside, whole: its file is made last, and cut to nothing first. */
export function hasReserve(root: Root): boolean {
  return allocated(root) > 0
}

function allocated(root: Root): number {
  return statSync(controlPath(root, 'reserve'), { throwIfNoEntry: false })?.size ?? 0
}

/**
 * Gives the reserve back. It takes no space: the file is cut to nothing first, which frees its
 * blocks on copy-on-write file systems too, then everything is unlinked.
 *
 * @returns whether there was one that could be given back
 */
export function releaseReserve(root: Root): boolean {
  const file = controlPath(root, 'reserve')
  const had = existsSync(file)
  for (const free of [() => truncateSync(file, 0), () => unlinkSync(file)]) attempt(free)
  for (const name of entries(root)) {
    attempt(() => unlinkSync(controlPath(root, 'reserve.d', name)))
  }
  return had && !existsSync(file)
}

/**
 * Sets the reserve aside, as far as it is not there already.
 *
 * @param totalBytes size of the root's file system
 * @throws as the file system does; what could not be made is made by a later pass
 */
export function makeReserve(root: Root, totalBytes: number): void {
  const folder = controlPath(root, 'reserve.d')
  // A sweep by root in another user’s root: that user’s jobs must be able to give it back.
  if (makeFolder(folder) && process.geteuid?.() === 0 && root.uid !== 0) giveAway(folder, root)
  for (let number = 0; number < INODES; number += 1) {
    closeSync(openSync(controlPath(root, 'reserve.d', String(number)), 'a', 0o644))
  }
  const size = reserveBytes(totalBytes)
  if (allocated(root) < size) allocate(controlPath(root, 'reserve'), size)
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

function entries(root: Root): string[] {
  try {
    return readdirSync(controlPath(root, 'reserve.d'))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Absent, or not to be freed: one thing that stays must not keep the others. */
function attempt(free: () => void): void {
  try {
    free()
  } catch {
    return
  }
}
