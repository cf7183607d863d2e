import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
} from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { UNPROVEN } from '../plan/build-inputs.ts'
import type { Content } from '../plan/build-inputs.ts'
import { errnoOf } from '../plan/guard-error.ts'
import type { Stamp } from '../plan/restored.ts'

/** What lies at a path, and when it was changed. */
export interface Found extends Content {
  size: number
  mtimeNs: bigint
  /** when anything about it changed last, which nobody can forge */
  ctimeNs: bigint
  /** when it was made; 0 where the file system does not tell */
  bornNs: bigint
  inode: string
}

/** Reads contents until it has read so many bytes; what comes after is unproven. */
export class ContentReader {
  #left: number

  constructor(bytesAtMost: number) {
    this.#left = bytesAtMost
  }

  /**
   * Looks at a path, not through a link at its end.
   *
   * @param like an id: what is there gets one of the same sort, so that the two compare
   * @returns null where there is nothing, or nothing that can be looked at
   */
  find(path: string, like: string | null = null): Found | null {
    const stat = statOrNull(path)
    return stat === null ? null : this.#found(path, stat, like)
  }

  #found(path: string, stat: BigIntStats, like: string | null): Found {
    if (stat.isSymbolicLink()) return foundAs('link', linkId(path), stat)
    if (stat.isDirectory()) return foundAs('directory', UNPROVEN, stat)
    if (!stat.isFile()) return foundAs('file', UNPROVEN, stat)
    return foundAs('file', this.#idOf(path, like), stat)
  }

  /** The id of a regular file’s bytes; UNPROVEN where they cannot be read. */
  #idOf(path: string, like: string | null): string {
    let file: number
    try {
      file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch {
      // Whatever the reason, nobody can say what it holds.
      return UNPROVEN
    }
    try {
      const stat = fstatSync(file)
      if (!stat.isFile() || stat.size > this.#left) return UNPROVEN
      this.#left -= stat.size
      const isBlob = like?.startsWith('git:') === true
      const hash = createHash(isBlob ? 'sha1' : 'sha256')
      if (isBlob) hash.update(`blob ${stat.size}\0`)
      let read = 0
      for (;;) {
        const count = readSync(file, BUFFER)
        if (count === 0) break
        read += count
        hash.update(BUFFER.subarray(0, count))
      }
      // One that grows meanwhile is not finished.
      return read === stat.size ? `${isBlob ? 'git' : 'sha256'}:${hash.digest('hex')}` : UNPROVEN
    } catch {
      return UNPROVEN
    } finally {
      closeSync(file)
    }
  }
}

const BUFFER = Buffer.alloc(256 * 1024)

function linkId(path: string): string {
  try {
    const leadsTo = readlinkSync(path)
    return leadsTo.includes('\uFFFD') ? UNPROVEN : `link:${leadsTo}`
  } catch {
    // It is gone again, or no link any more.
    return UNPROVEN
  }
}

export function foundAs(kind: Content['kind'], id: string, stat: BigIntStats): Found {
  return {
    kind,
    id,
    isExecutable: kind === 'file' && (stat.mode & 0o100n) !== 0n,
    size: kind === 'file' ? Number(stat.size) : 0,
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    bornNs: stat.birthtimeNs,
    inode: String(stat.ino),
  }
}

/** What lies at a path, itself; null where nothing does, or where it cannot be reached. */
export function statOrNull(path: string): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null
  } catch (error) {
    if (isNothing(error)) return null
    throw error
  }
}

/** By what a file is known again. */
export function stampOf(stat: BigIntStats): Stamp {
  return { ctimeNs: String(stat.ctimeNs), inode: String(stat.ino), size: Number(stat.size) }
}

/** Whether something is of the kind that is expected, as far as that shows without reading it. */
export function isExpected(stat: BigIntStats, { kind, isExecutable, size }: Content): boolean {
  if (kind === 'link') return stat.isSymbolicLink()
  if (kind === 'directory') return stat.isDirectory()
  const hasBit = (stat.mode & 0o100n) !== 0n
  return stat.isFile() && hasBit === isExecutable && (size === null || Number(stat.size) === size)
}

function isNothing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG'].includes(errnoOf(error))
}

/** The names in a directory in a constant order; null where they cannot be listed. */
export function namesIn(folder: string): string[] | null {
  try {
    const names = readdirSync(folder)
    return names.some((name) => name.includes('\uFFFD')) ? null : names.toSorted(byBytes)
  } catch (error) {
    if (isNothing(error)) return null
    throw error
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
