import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { errnoOf } from '../plan/guard-error.ts'
import { judgeLinked } from '../plan/linked-file.ts'
import type { LinkedFile, LinkedFindings, SeenFile } from '../plan/linked-file.ts'
import { inTree } from './entries.ts'

/** How much content a check may read. */
export interface ReadingLimits {
  bytes: number
  ms: number
}

export function asLinkedFile(path: string, stat: BigIntStats): LinkedFile {
  return { path, ...facts(stat), beforeNs: String(stat.ctimeNs), digest: null }
}

/** A file of a source as it is now; null where it is gone, or no longer a file. */
export function seeLinked(source: string, path: string): SeenFile {
  try {
    const stat = lstatSync(inTree(source, path), { bigint: true })
    return stat.isFile() ? facts(stat) : null
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null
    throw error
  }
}

function facts(stat: BigIntStats): NonNullable<SeenFile> {
  return {
    inode: String(stat.ino),
    size: Number(stat.size),
    mode: Number(stat.mode),
    mtimeNs: String(stat.mtimeNs),
    ctimeNs: String(stat.ctimeNs),
  }
}

/**
 * Looks whether somebody wrote into what a source shares with its clones: one lstat a file, and for
 * files whose ctime has changed their content, as far as a digest is known and the limits allow.
 *
 * To be done before each use of the source, and before the record of another clone is joined to it.
 */
export function findWrittenThrough(
  source: string,
  record: readonly LinkedFile[],
  limits: ReadingLimits = { bytes: 0, ms: 0 },
): LinkedFindings {
  const reading = new Reading(limits)
  const findings: LinkedFindings = { written: [], unproven: [], record: [] }
  for (const each of record) {
    const seen = seeLinked(source, each.path)
    let verdict = judgeLinked(each, seen)
    let now = each
    if (verdict === 'unproven' && seen !== null && each.digest !== null) {
      const digest = reading.digestOf(source, each.path, seen)
      if (digest === each.digest) {
        verdict = 'untouched'
        now = { ...each, ...seen }
      } else if (digest !== null) verdict = 'written'
    }
    if (verdict !== 'untouched') findings[verdict].push(each.path)
    findings.record.push(now)
  }
  return findings
}

/**
 * Reads what has no digest yet, so that later changes of a ctime can be judged: off a job’s critical
 * path. What is not untouched now gets none.
 */
export function digestLinked(
  source: string,
  record: readonly LinkedFile[],
  limits: ReadingLimits,
): LinkedFile[] {
  const reading = new Reading(limits)
  return record.map((each) => {
    if (each.digest !== null) return each
    const seen = seeLinked(source, each.path)
    if (seen === null || judgeLinked(each, seen) !== 'untouched') return each
    return { ...each, digest: reading.digestOf(source, each.path, seen) }
  })
}

const CHUNK = 1024 * 1024

/** Content that is read within limits. */
class Reading {
  readonly #deadline: number
  #left: number

  constructor({ bytes, ms }: ReadingLimits) {
    this.#deadline = performance.now() + ms
    this.#left = bytes
  }

  /** SHA-256 of a file; null at a limit, or where it changed while it was read. */
  digestOf(source: string, path: string, seen: NonNullable<SeenFile>): string | null {
    if (seen.size > this.#left) return null
    this.#left -= seen.size
    let file: number
    try {
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
      file = openSync(inTree(source, path), flags)
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes(errnoOf(error))) return null
      throw error
    }
    try {
      return this.#digest(file, seen)
    } finally {
      closeSync(file)
    }
  }

  #digest(file: number, seen: NonNullable<SeenFile>): string | null {
    const hash = createHash('sha256')
    const chunk = Buffer.allocUnsafe(CHUNK)
    for (let read = -1; read !== 0; hash.update(chunk.subarray(0, read))) {
      if (performance.now() > this.#deadline) return null
      read = readSync(file, chunk)
    }
    const { ino, ctimeNs } = fstatSync(file, { bigint: true })
    if (String(ino) !== seen.inode || String(ctimeNs) !== seen.ctimeNs) return null
    return hash.digest('hex')
  }
}
