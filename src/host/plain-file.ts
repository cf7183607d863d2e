import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { Reader } from '../plan/archive.ts'
import { errnoOf } from '../plan/guard-error.ts'

/** A regular file that is open, whatever its path has become. */
export interface PlainFile {
  readonly size: number
  readonly inode: number
  readonly read: Reader
}

/**
 * Opens a regular file without following a link or waiting at a FIFO.
 *
 * @returns null where nothing of that kind is
 * @throws where it may not be read
 */
export function withPlainFile<Value>(
  path: string | Buffer,
  work: (file: PlainFile) => Value,
): Value | null {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(errnoOf(error))) return null
    throw error
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) return null
    const { size, ino: inode } = stat
    return work({ size, inode, read: (from, length) => readAt(file, from, length, size) })
  } finally {
    closeSync(file)
  }
}

function readAt(file: number, from: number, length: number, size: number): Buffer {
  if (!Number.isSafeInteger(from) || from < 0 || from >= size) return Buffer.alloc(0)
  const buffer = Buffer.allocUnsafe(Math.min(length, size - from))
  let filled = 0
  while (filled < buffer.length) {
    const got = readSync(file, buffer, filled, buffer.length - filled, from + filled)
    if (got === 0) break
    filled += got
  }
  return buffer.subarray(0, filled)
}

/** The bytes of a regular file as text (latin1); null where there is none, or it is larger. */
export function readBytes(path: string, atMost: number): string | null {
  return withPlainFile(path, ({ size, read }) =>
    size > atMost ? null : read(0, size).toString('latin1'),
  )
}
