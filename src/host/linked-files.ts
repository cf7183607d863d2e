import { lstatSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { isWritten } from '../plan/linked-file.ts'
import type { LinkedFile, SeenFile } from '../plan/linked-file.ts'
import { inTree } from './entries.ts'

export function asLinkedFile(path: string, stat: BigIntStats): LinkedFile {
  return { path, ...facts(stat) }
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
  }
}

/**
 * Looks whether somebody wrote into what a source shares with its clones: one lstat a file. To be done
 * before each use of the source.
 *
 * @returns the paths of what was written into: the source must not be used again then
 */
export function findWrittenThrough(source: string, record: readonly LinkedFile[]): string[] {
  return record.flatMap((each) =>
    isWritten(each, seeLinked(source, each.path)) ? [each.path] : [],
  )
}
