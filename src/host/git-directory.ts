import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { errnoOf } from '../plan/guard-error.ts'
import type { WorktreeKind } from '../plan/worktree.ts'
import { readTextOrNull } from './small-file.ts'

/** Where the git directory of a worktree is. */
export interface GitPlace {
  kind: WorktreeKind
  /** its own part: for a linked worktree a folder in `worktrees` of the common one; null where it is gone */
  gitDirectory: string | null
  /** what all worktrees of the repository share; null where it is gone */
  common: string | null
  /** in words why nothing can be said of the worktree, null where something can */
  problem: string | null
}

/**
 * Follows `.git`: a directory, or a file that names one.
 *
 * @returns `submodule` where it names a git directory that is not a linked worktree's
 */
export function readGitFile(folder: string, isDirectory: boolean): GitPlace | 'submodule' {
  const path = join(folder, '.git')
  if (isDirectory) return { kind: 'main', gitDirectory: path, common: path, problem: null }
  // Git takes away line ends at the end of the file alone: a name may hold one.
  const named = /^gitdir: (.*?)[\r\n]*$/s.exec(readTextOrNull(path) ?? '')?.[1]
  if (named === undefined || named === '') return gone('its .git names no directory')
  const gitDirectory = resolve(folder, named)
  if (!isFolder(gitDirectory)) return gone('its main repository is gone')
  const shared = readLine(join(gitDirectory, 'commondir'))
  if (shared === null) return 'submodule'
  const common = resolve(gitDirectory, shared)
  if (!isFolder(common)) return gone('its main repository is gone')
  const registered = readLine(join(gitDirectory, 'gitdir'))
  const isKnown =
    registered !== null && realPathOf(resolve(gitDirectory, registered)) === realPathOf(path)
  const problem = isKnown ? null : 'its repository knows it at another place, or not at all'
  return { kind: 'linked', gitDirectory, common, problem }
}

/** A worktree as its repository has it registered. */
export interface Registered {
  /** the folder in `worktrees` of the common directory */
  gitDirectory: string
  /** where it shall be */
  path: string
  isThere: boolean
  /** whether there is a folder at its place, with or without its `.git` */
  hasFolder: boolean
}

/** All linked worktrees that a repository has registered. */
export function listRegistered(common: string): Registered[] {
  const folder = join(common, 'worktrees')
  return namesIn(folder).flatMap((name) => {
    const gitDirectory = join(folder, name)
    const registered = readLine(join(gitDirectory, 'gitdir'))
    if (registered === null || !registered.endsWith('/.git')) return []
    const file = resolve(gitDirectory, registered)
    const path = file.slice(0, -'/.git'.length)
    const real = realPathOf(path) ?? path
    return [
      { gitDirectory, path: real, isThere: realPathOf(file) !== null, hasFolder: isFolder(real) },
    ]
  })
}

/** Registrations that do not name the place of one worktree: git would forget them. */
export function listUnreadable(common: string): string[] {
  const folder = join(common, 'worktrees')
  const known = listRegistered(common)
  const places = known.map(({ path }) => path)
  const single = known.filter(({ path }) => places.indexOf(path) === places.lastIndexOf(path))
  const readable = new Set(single.map(({ gitDirectory }) => gitDirectory))
  return namesIn(folder).filter((name) => !readable.has(join(folder, name)))
}

/** What a lock of `git worktree lock` says, and when it was written; null without one. */
export function readWorktreeLock(
  gitDirectory: string,
): { reason: string; madeAtMs: number } | null {
  const path = join(gitDirectory, 'locked')
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return null
  return { reason: readLine(path) ?? '', madeAtMs: found.mtimeMs }
}

/** What an operation leaves in the git directory until it ends. */
const OPERATIONS = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
  ['sequencer', 'cherry-pick'],
] as const

/** An operation that has begun and not ended; null without one. */
export function operationIn(gitDirectory: string): string | null {
  const names = new Set(namesIn(gitDirectory))
  return OPERATIONS.find(([name]) => names.has(name))?.[1] ?? null
}

/** When the head of a worktree was last moved, in ms since the epoch. */
export function headMovedAt(gitDirectory: string): number {
  const times = ['HEAD', 'logs/HEAD'].map(
    (name) => lstatSync(join(gitDirectory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  )
  return Math.max(...times)
}

/** Names in a folder; none where there is none. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return []
    throw error
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function readLine(path: string): string | null {
  const text = readTextOrNull(path)
  return text === null ? null : text.replace(/[\r\n]+$/, '')
}

function realPathOf(path: string): string | null {
  try {
    return realpathSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(errnoOf(error))) return null
    throw error
  }
}

function gone(problem: string): GitPlace {
  return { kind: 'linked', gitDirectory: null, common: null, problem }
}
