import { lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf } from '../plan/guard-error.ts'
import { HOST_UNSEEN, judgeLock, pidInFile } from '../plan/worktree-lock.ts'
import type { LockFile } from '../plan/worktree-lock.ts'
import { at, within } from './folders.ts'
import { namesIn } from './git-directory.ts'
import { holdersOf, readLockHolders } from './lock-holders.ts'
import type { LockHolders } from './lock-holders.ts'
import { sightOfLock } from './lock-sight.ts'
import { seesHost } from './processes.ts'
import { readTextOrNull } from './small-file.ts'

/** Where lock files are looked for. */
export interface LockPlaces {
  /** common git directories */
  repositories: readonly string[]
  /** folders that hold worktrees, and are none themselves */
  pools: readonly string[]
}

const LOCK = /\.lock$/

/**
 * All lock files of these repositories, and those directly in these pools that name a process, with
 * who may hold each: Cargo, yarn and others call files so that are no locks.
 */
export function findLockFiles({ repositories, pools }: LockPlaces): LockFile[] {
  const git = repositories.flatMap((common) =>
    [
      ...locksIn(common),
      ...locksBelow(join(common, 'refs')),
      ...locksIn(join(common, 'objects')),
      ...namesIn(join(common, 'worktrees')).flatMap((name) =>
        locksIn(join(common, 'worktrees', name)),
      ),
    ].map((path) => ({ path, repository: common })),
  )
  const found = [...git, ...pools.flatMap(locksIn).map((path) => ({ path, repository: null }))]
  if (found.length === 0) return []
  const holders = readLockHolders()
  return found.flatMap((each) => readLockFile(each, holders) ?? [])
}

function locksIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => LOCK.test(name))
    .map((name) => join(folder, name))
}

function locksBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => LOCK.test(name))
      .map((name) => join(folder, name))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return []
    throw error
  }
}

/** A lock file as it is now; null where there is none. */
export function readLockFile(
  { path, repository }: Pick<LockFile, 'path' | 'repository'>,
  holders: LockHolders = readLockHolders(),
): LockFile | null {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isFile() !== true) return null
  const pid = repository === null ? pidInFile(readTextOrNull(path) ?? '') : null
  if (repository === null && pid === null) return null
  return {
    path,
    repository,
    madeAtMs: found.mtimeMs,
    bytes: found.size,
    verdict: pid === null ? null : judgeLock(pid, sightOfLock(pid), found.mtimeMs),
    holders: holdersOf(holders, found, repository),
    unknown: whyUnknown(found.uid),
  }
}

function whyUnknown(owner: number): string | null {
  const self = process.geteuid?.()
  if (self !== 0 && owner !== self) {
    return 'it belongs to another user, whose processes cannot be seen'
  }
  return seesHost() ? null : HOST_UNSEEN
}

/**
 * Removes a lock file that still is the one that was judged.
 *
 * @param base a directory that was given, which it lies below; no link on the way is followed
 * @returns whether it was removed
 */
export function removeLockFile(base: string, { path, madeAtMs }: LockFile): boolean {
  const parts = path.slice(base.length).split('/').filter(Boolean)
  const name = parts.pop() ?? ''
  return within(base, parts, (folder) => {
    const found = lstatSync(at(folder, name), { throwIfNoEntry: false })
    if (found?.isFile() !== true || found.mtimeMs !== madeAtMs) return false
    unlinkSync(at(folder, name))
    return true
  })
}
