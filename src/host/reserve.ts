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
import { at, giveAway, makeFolder, openFolder } from './folders.ts'
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
  const found = lstatSync(controlPath(root, 'reserve'), { throwIfNoEntry: false })
  return found?.isFile() === true ? found.size : 0
}

/**
 * Gives the reserve back. It takes no space: the file is cut to nothing first, which frees its
 * blocks on copy-on-write file systems too, then everything is unlinked.
 *
 * @returns whether there was one that could be given back
 */
export function releaseReserve(root: Root): boolean {
  const file = controlPath(root, 'reserve')
  const had = isThere(file)
  for (const free of [() => cut(file), () => unlinkSync(file)]) attempt(free)
  attempt(() => {
    inFolder(root, (folder) => {
      for (const name of readdirSync(at(folder, '.'))) attempt(() => unlinkSync(at(folder, name)))
    })
  })
  return had && !isThere(file)
}

/** Cuts a file to nothing; not what a link leads to, and not what has another name elsewhere. */
function cut(path: string): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { nlink } = fstatSync(file)
    if (nlink === 1) ftruncateSync(file, 0)
  } finally {
    closeSync(file)
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Works in the folder of empty files; whoever owns the root may have put a link in its place. */
function inFolder(root: Root, work: (folder: number) => void): void {
  const folder = openFolder(controlPath(root, 'reserve.d'))
  try {
    work(folder)
  } finally {
    closeSync(folder)
  }
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
  inFolder(root, (inside) => {
    const there = new Set(readdirSync(at(inside, '.')))
    for (let number = 0; number < INODES; number += 1) {
      if (!there.has(String(number))) closeSync(openSync(at(inside, String(number)), 'wx', 0o644))
    }
  })
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

/** Absent, or not to be freed: one thing that stays must not keep the others. */
function attempt(free: () => void): void {
  try {
    free()
  } catch {
    return
  }
}
