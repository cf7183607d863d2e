import { execFile } from 'node:child_process'
import { lstatSync, readdirSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { dirname, join } from 'node:path'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { LEFTOVER } from '../plan/worktree-names.ts'
import { LOCAL } from './destination.ts'
import { CONTROL } from './root-refusal.ts'
import { readGitFile } from './git-directory.ts'
import type { GitPlace } from './git-directory.ts'
import { readMounts } from './mounts.ts'

/** A worktree, or a bare repository, as it was found on disk. */
export interface FoundWorktree extends GitPlace {
  path: string
  /** target dirs in it, by their absolute paths; those of a removal that did not end, too */
  targets: string[]
  /** worktrees in it */
  inner: string[]
  hasSubmodules: boolean
}

/** What a search found, and where it could not look. */
export interface Search {
  worktrees: FoundWorktree[]
  problems: string[]
}

/** No worktree lies in these, and they may be large. */
const PASSED_OVER = new Set(['.git', 'node_modules'])

/** The folders that a bare repository has of its own. */
const BARE = new Set(
  'objects refs hooks info logs branches worktrees modules lfs rebase-merge'.split(' '),
)

/**
 * Finds all worktrees below these directories, and the target dirs in each. No link is followed, and
 * neither a target dir nor a root of target-guard is looked into.
 *
 * @param directories absolute, without links
 */
export function findWorktrees(directories: readonly string[]): Search {
  const search: Search = { worktrees: [], problems: [] }
  const remote = new Set(
    readMounts()
      .filter(({ type }) => !LOCAL.has(type))
      .map(({ point }) => point),
  )
  const seen = new Set<string>()
  const open: { folder: string; owner: FoundWorktree | null }[] = directories
    .toReversed()
    .map((folder) => ({ folder, owner: null }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { folder } = next
    if (seen.has(folder) || remote.has(folder)) continue
    seen.add(folder)
    const entries = list(folder, search)
    const owner = ownerOf(folder, entries, next.owner, search)
    if (owner !== next.owner) next.owner?.inner.push(folder)
    if (owner !== null && owner.path !== folder && isTarget(folder, entries)) {
      owner.targets.push(folder)
      continue
    }
    const isBare = owner?.path === folder && owner.kind === 'bare'
    for (const entry of entries) {
      if (!entry.isDirectory() || PASSED_OVER.has(entry.name)) continue
      if (isBare && BARE.has(entry.name)) continue
      open.push({ folder: join(folder, entry.name), owner })
    }
  }
  return search
}

function list(folder: string, { problems }: Search): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    // The rest of such a directory is left alone: what lies beside it is not for this command.
    return entries.some(({ name }) => name === CONTROL)
      ? entries.filter(({ name }) => name === '.git')
      : entries
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') problems.push(`${folder}: ${messageOf(error)}`)
    return []
  }
}

/** The worktree that a folder is the top of, or lies in. */
function ownerOf(
  folder: string,
  entries: readonly Dirent[],
  outer: FoundWorktree | null,
  search: Search,
): FoundWorktree | null {
  const names = new Map(entries.map((entry) => [entry.name, entry]))
  const git = names.get('.git')
  let place: GitPlace | null = null
  if (git !== undefined) {
    const read = readGitFile(folder, git.isDirectory())
    if (read === 'submodule' && outer !== null) {
      outer.hasSubmodules = true
      return outer
    }
    // On its own, with its git directory elsewhere: a main worktree like any other.
    const elsewhere = 'its git directory lies elsewhere (git init --separate-git-dir)'
    place = read === 'submodule' ? { ...NOWHERE, problem: elsewhere } : read
  } else if (names.get('HEAD')?.isFile() && names.get('objects') && names.get('refs')) {
    place = { kind: 'bare', gitDirectory: folder, common: folder, problem: NO_TREE }
  }
  if (place === null) return outer
  const hasSubmodules = names.has('.gitmodules')
  const found = { ...place, path: folder, targets: [], inner: [], hasSubmodules }
  search.worktrees.push(found)
  return found
}

/** By what Cargo writes into every target dir; or a target dir that was put aside to be deleted. */
function isTarget(folder: string, entries: readonly Dirent[]): boolean {
  const names = new Map(entries.map((entry) => [entry.name, entry]))
  if (names.has('.git')) return false
  if (LEFTOVER.test(folder)) return true
  return (
    names.get('CACHEDIR.TAG')?.isFile() === true && names.get('.rustc_info.json')?.isFile() === true
  )
}

const NO_TREE = 'a bare repository has no work tree'

const NOWHERE = { kind: 'main', gitDirectory: null, common: null } as const

/** Whether a directory still is a target dir. */
export function isTargetDirectory(path: string): boolean {
  try {
    if (!lstatSync(path).isDirectory()) return false
    return isTarget(path, readdirSync(path, { withFileTypes: true }))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error))) return false
    throw error
  }
}

/**
 * A linked worktree in a target dir, which the search passes over; null for none. Repositories that a
 * build has cloned there are its output: only what belongs to a repository elsewhere is somebody's.
 *
 * @throws Error where the target dir could not be looked through
 */
export async function findLinkedIn(target: string): Promise<string | null> {
  const words = [target, '-xdev', '-name', '.git', '-type', 'f', '-print0']
  const said = await new Promise<string>((resolve, reject) => {
    execFile(
      'find',
      words,
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        error === null
          ? resolve(stdout)
          : reject(new Error(stderr.split('\n')[0] || messageOf(error), { cause: error })),
    )
  })
  const folders = said
    .split('\0')
    .filter(Boolean)
    .map((file) => dirname(file))
  return folders.find((folder) => readGitFile(folder, false) !== 'submodule') ?? null
}
