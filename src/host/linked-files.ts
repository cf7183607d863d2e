import { lstatSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { fateOf } from '../plan/linked-file.ts'
import type { LinkedFile, SeenFile } from '../plan/linked-file.ts'
import { inTree } from './entries.ts'

export function asLinkedFile(path: string, stat: BigIntStats): LinkedFile {
  return { path, ...facts(stat) }
}

/** A file as it is now; null where it is gone, or no longer a file. */
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
    // Where the kernel does not tell, node gives nothing, or the ctime.
    bornNs: [0n, stat.ctimeNs].includes(stat.birthtimeNs) ? '' : String(stat.birthtimeNs),
    size: Number(stat.size),
    mode: Number(stat.mode),
    mtimeNs: String(stat.mtimeNs),
  }
}

/** What has become of what a target directory shares; paths relative to it. */
export interface SharedNow {
  /** as it was when it was shared */
  same: LinkedFile[]
  /** somebody wrote into it: the target directory is no seed any more */
  written: string[]
  /** it was replaced, or is gone, and is not shared any more */
  others: string[]
}

/** Looks at what a target directory shares, one lstat a file: to be done before each use of it. */
export function lookAtShared(source: string, record: readonly LinkedFile[]): SharedNow {
  const now: SharedNow = { same: [], written: [], others: [] }
  for (const each of record) {
    const fate = fateOf(each, seeLinked(source, each.path))
    if (fate === 'same') now.same.push(each)
    else now[fate === 'written' ? 'written' : 'others'].push(each.path)
  }
  return now
}
