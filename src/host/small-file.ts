import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { errnoOf, messageOf } from '../plan/guard-error.ts'

/**
 * Files of the root's own folder. Whoever owns the root may have put anything at their names: a link
 * must not lead root elsewhere, and a FIFO must not hold anybody up.
 */

/** Ours are well below 2 MiB; what is larger was not written by us. */
const LARGEST = 4 * 1024 * 1024

/** What lists files of a project has a line for each. */
export const LARGE = 256 * 1024 * 1024

/** For most of them: memory for each of a thousand leases would take longer than to read them. */
const SCRATCH = Buffer.allocUnsafeSlow(16 * 1024)

/**
 * The text of a small regular file; null where there is none, or why it could not be read.
 *
 * @param largest in bytes
 */
export function readSmallFile(
  path: string,
  largest: number = LARGEST,
): string | { problem: string } | null {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? null : { problem: messageOf(error) }
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) return { problem: 'it is not a regular file' }
    if (stat.size > largest) return { problem: `it has ${stat.size} bytes` }
    const buffer = stat.size > SCRATCH.length ? Buffer.alloc(stat.size) : SCRATCH
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, stat.size, null))
  } catch (error) {
    return { problem: messageOf(error) }
  } finally {
    closeSync(file)
  }
}

/** The text of a small file, null where there is none or it cannot be read. */
export function readTextOrNull(path: string, largest: number = LARGEST): string | null {
  const text = readSmallFile(path, largest)
  return typeof text === 'string' ? text : null
}

/** What a file is called until it is whole: its name, and an id that nobody can foresee. */
export const UNFINISHED = /\.[0-9a-f]{8}-[0-9a-f-]{27}$/

/** Has a file that root has just made in another user's root be that user's. */
export function giveFresh(file: number, { uid, gid }: { uid: number; gid: number }): void {
  if (process.geteuid?.() !== 0 || fstatSync(file).uid === uid) return
  try {
    fchownSync(file, uid, gid)
  } catch (error) {
    // Not to be given away in this user namespace, or on this file system: who comes next replaces it.
    if (!['EPERM', 'EINVAL', 'ENOTSUP'].includes(errnoOf(error))) throw error
  }
}

/**
 * Replaces a file, whole and at once.
 *
 * @param owner to whom root gives it; null where whoever comes next only reads or replaces it
 */
export function replaceFile(
  path: string,
  text: string,
  owner: { uid: number; gid: number } | null = null,
): void {
  const temporary = `${path}.${randomUUID()}`
  try {
    const file = openSync(temporary, 'wx', 0o644)
    try {
      if (owner !== null) giveFresh(file, owner)
      writeFileSync(file, text)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    removeFile(temporary)
    throw error
  }
}

/** Removes a file; that it is gone already is fine. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

/** Whether a file was last written an hour ago or more, or in the future. */
export function isOld(path: string, nowMs: number): boolean {
  try {
    return Math.abs(nowMs - lstatSync(path).mtimeMs) > 3_600_000
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}
