import { lstatSync, readFileSync, readdirSync, readlinkSync, statSync, unlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { errnoOf } from '../plan/guard-error.ts'
import { judgeLock, pidInFile } from '../plan/worktree-lock.ts'
import type { LockFile } from '../plan/worktree-lock.ts'
import { at, within } from './folders.ts'
import { namesIn } from './git-directory.ts'
import { bootedAtMs, sightOfLock } from './lock-sight.ts'
import { listProcesses, readProcess } from './processes.ts'
import { readTextOrNull } from './small-file.ts'

/** Where lock files are looked for. */
export interface LockPlaces {
  /** common git directories */
  repositories: readonly string[]
  /** folders that hold worktrees, and are none themselves */
  pools: readonly string[]
}

const LOCK = /\.lock$/

/** All lock files of these repositories and directly in these pools, with who may hold each. */
export function findLockFiles({ repositories, pools }: LockPlaces): LockFile[] {
  const git = repositories.flatMap((common) => [
    ...locksIn(common),
    ...locksBelow(join(common, 'refs')),
    ...locksIn(join(common, 'objects')),
    ...namesIn(join(common, 'worktrees')).flatMap((name) =>
      locksIn(join(common, 'worktrees', name)),
    ),
  ])
  const found = [
    ...git.map((path) => ({ path, kind: 'git' as const })),
    ...pools.flatMap(locksIn).map((path) => ({ path, kind: 'pool' as const })),
  ]
  return found.flatMap(({ path, kind }) => readLockFile(path, kind) ?? [])
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
export function readLockFile(path: string, kind: LockFile['kind']): LockFile | null {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isFile() !== true) return null
  const self = process.geteuid?.()
  const isForeign = self !== 0 && found.uid !== self
  const pid = kind === 'pool' ? pidInFile(readTextOrNull(path) ?? '') : null
  const sight = pid === null ? null : sightOfLock(pid)
  return {
    path,
    kind,
    madeAtMs: found.mtimeMs,
    bytes: found.size,
    verdict: kind === 'pool' ? judgeLock(pid, sight, found.mtimeMs) : null,
    holders: findHolders(path, kind, found),
    unknown: isForeign ? 'it belongs to another user, whose processes cannot be seen' : null,
  }
}

/** Programs that write to repositories and may hold a lock without having the file open. */
const WRITERS = /^(?:git|jj|hg|tig|gitui|lazygit)/

/** They never write to a repository, and live for days. */
const HARMLESS = /fsmonitor--daemon|credential-cache--daemon/

const SLACK_MS = 60_000

function findHolders(
  path: string,
  kind: LockFile['kind'],
  { dev, ino, mtimeMs }: { dev: number; ino: number; mtimeMs: number },
): string[] {
  const holders: string[] = []
  const bootMs = bootedAtMs()
  for (const pid of listProcesses()) {
    if (pid === process.pid) continue
    const found = readProcess(pid)
    if (typeof found === 'string') continue
    const named = `pid ${pid} (${found.command})`
    if (hasOpen(pid, path, dev, ino)) holders.push(`${named} has it open`)
    else if (
      kind === 'git' &&
      WRITERS.test(found.command) &&
      found.parent !== process.pid &&
      bootMs + found.start * 10 <= mtimeMs + SLACK_MS &&
      !HARMLESS.test(commandLineOf(pid))
    ) {
      holders.push(`${named} may have made it`)
    }
  }
  return holders
}

/** By device and inode: a container knows it by another path. */
function hasOpen(pid: number, path: string, dev: number, ino: number): boolean {
  const folder = `/proc/${pid}/fd`
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    // Gone meanwhile, or another user's: no sign, no conclusion.
    return false
  }
  return names.some((name) => {
    try {
      if (!readlinkSync(`${folder}/${name}`).includes(basename(path))) return false
      const found = statSync(`${folder}/${name}`)
      return found.dev === dev && found.ino === ino
    } catch {
      // Closed meanwhile.
      return false
    }
  })
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // Gone meanwhile: it holds nothing.
    return ''
  }
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
