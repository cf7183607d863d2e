import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, futimesSync, lstatSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { LEFTOVER, leftoverName, recoveryRef } from '../plan/worktree-names.ts'
import { deleteFrom } from './deletion.ts'
import { at, openFolder, within } from './folders.ts'
import { askGit } from './git-command.ts'
import { repositoryOf } from './git-state.ts'
import type { Askable } from './git-state.ts'
import { findLinkedIn, isTargetDirectory } from './worktree-search.ts'

/** What became of something that should go. */
export type Outcome =
  | { kind: 'removed' }
  /** the last look found somebody, or something, that was not there before */
  | { kind: 'kept'; why: string }
  | { kind: 'failed'; why: string }

/** Looks once more at what has been put aside; in words why it must stay, null where it may go. */
export type LastLook = (path: string) => Promise<string | null>

/**
 * Removes a target dir: put aside by one rename, so that nobody begins to use it, looked at again
 * there, and deleted without following a link. The time of the directory it lies in stays: our own
 * work is no sign of life in a worktree.
 *
 * @param base a directory that was given: the way from there is gone without following a link
 */
export async function removeTarget(base: string, path: string, look: LastLook): Promise<Outcome> {
  const parents = dirname(path).slice(base.length).split('/').filter(Boolean)
  const name = basename(path)
  let folder: number
  try {
    folder = within(base, parents, (last) => openFolder(at(last, '.')))
  } catch (error) {
    return failure(error)
  }
  try {
    const { atime, mtime } = fstatSync(folder)
    if (!isTargetDirectory(join(dirname(path), name))) {
      return { kind: 'kept', why: 'it is no target dir any more' }
    }
    const aside = LEFTOVER.test(path) ? name : leftoverName(newId())
    if (aside !== name) renameSync(at(folder, name), at(folder, aside))
    const asidePath = join(dirname(path), aside)
    const why = await lookThrough(asidePath, look)
    if (why !== null) {
      const back = aside === name ? null : putBack(folder, aside, name)
      futimesSync(folder, atime, mtime)
      return { kind: 'kept', why: back === null ? why : `${why}; ${back}` }
    }
    const deletion = await deleteFrom(folder, aside, asidePath)
    futimesSync(folder, atime, mtime)
    if (deletion.kind === 'deleted') return { kind: 'removed' }
    return { kind: deletion.kind === 'busy' ? 'kept' : 'failed', why: deletion.why }
  } catch (error) {
    return failure(error)
  } finally {
    closeSync(folder)
  }
}

/** What cannot be looked through may be somebody’s: rustc’s folders come and go while it builds. */
async function lookThrough(path: string, look: LastLook): Promise<string | null> {
  try {
    const linked = await findLinkedIn(path)
    return linked === null ? await look(path) : 'another worktree lies in it'
  } catch (error) {
    return `it could not be looked through (${messageOf(error)})`
  }
}

/** What somebody else has removed meanwhile is no failure of ours. */
function failure(error: unknown): Outcome {
  if (errnoOf(error) === 'ENOENT') return { kind: 'kept', why: 'it is gone already' }
  return { kind: 'failed', why: messageOf(error) }
}

/** Gives what was put aside its name again; in words why not. */
function putBack(folder: number, aside: string, name: string): string | null {
  const taken = `its name is taken by another one meanwhile, so it stays at ${aside}`
  if (lstatSync(at(folder, name), { throwIfNoEntry: false }) !== undefined) return taken
  try {
    renameSync(at(folder, aside), at(folder, name))
    return null
  } catch (error) {
    // Cargo may make it anew at this very moment.
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errnoOf(error))) return taken
    throw error
  }
}

/** Twelve hexadecimal digits that nobody can foresee. */
export function newId(): string {
  return randomBytes(6).toString('hex')
}

const REFS_AT_MOST = 100

/**
 * Gives un-pushed commits a ref of their own before anything of their worktree goes.
 *
 * @returns the refs, in the order of the commits
 * @throws Error where one could not be written
 */
export async function writeRecoveryRefs(
  worktree: Askable,
  branch: string | null,
  commits: readonly string[],
  stamp: string,
): Promise<string[]> {
  const repository = repositoryOf(worktree)
  const written: string[] = []
  let index = 0
  for (const commit of commits) {
    for (;;) {
      const ref = recoveryRef(branch, stamp, index)
      index += 1
      try {
        // None may be there before: another worktree of the same branch’s name has its own.
        await askGit(repository, ['update-ref', ref, commit, '0'.repeat(commit.length)])
        written.push(ref)
        break
      } catch (error) {
        if (index >= REFS_AT_MOST) throw error
      }
    }
  }
  return written
}
