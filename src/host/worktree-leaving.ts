import { lstatSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { messageOf } from '../plan/guard-error.ts'
import { LEAVING_REF, leavingNoteText, parseLeavingNote } from '../plan/leaving-note.ts'
import type { LeavingNote } from '../plan/leaving-note.ts'
import { judgeLock } from '../plan/worktree-lock.ts'
import { leavingName } from '../plan/worktree-names.ts'
import { askGit, ownerOf } from './git-command.ts'
import type { Asked } from './git-command.ts'
import { readWorktreeLock } from './git-directory.ts'
import { repositoryOf } from './git-state.ts'
import type { Askable } from './git-state.ts'
import { lockOf, sightOfLock } from './lock-sight.ts'
import { newId, removeTarget } from './worktree-removal.ts'
import type { Outcome } from './worktree-removal.ts'

/** What a worktree that goes takes along, and what is left of it. */
export interface Leaving {
  worktree: Askable
  /** the reason of a lock whose owner is dead; null without one */
  lock: string | null
  base: string
}

/**
 * Removes a whole worktree by `git worktree remove`, without its `--force`. It is moved aside first
 * (`git worktree move`), so that nobody finds it by its path between the last look and the end;
 * where it must stay after all, it is moved back and locked again. A note of its own tells how, so
 * that a later pass can do it after a crash.
 */
export async function removeWorktree(
  { worktree, lock, base }: Leaving,
  look: (moved: Askable) => Promise<string | null>,
): Promise<Outcome> {
  const { path, asked } = worktree
  const repository = repositoryOf(worktree)
  const note = { id: newId(), name: basename(path), lock, pid: process.pid }
  // What was given itself has no other place below what was given.
  const aside = path === base ? path : join(dirname(path), leavingName(note.id))
  const restore = async (former: LeavingNote = note): Promise<string> => {
    const found = lstatSync(aside, { throwIfNoEntry: false }) === undefined ? path : aside
    const place = { repository, asked: { ...asked, workTree: found } }
    const why = await putBack(place, found, former)
    return why === null ? '' : `; it is left at ${found} (${why})`
  }
  if (notedAt(worktree.gitDirectory) !== null) {
    return { kind: 'kept', why: 'its removal has begun before, and has not ended' }
  }
  const before = lockProblem(worktree.gitDirectory, lock)
  if (before !== null) return { kind: 'kept', why: before }
  try {
    await writeNote(asked, note)
  } catch (error) {
    return { kind: 'failed', why: messageOf(error) }
  }
  try {
    // Git takes away whatever lock is there, and somebody may have put theirs meanwhile.
    const other = lockProblem(worktree.gitDirectory, lock)
    if (other !== null)
      return { kind: 'kept', why: other + (await restore({ ...note, lock: null })) }
    if (lock !== null) await askGit(repository, ['worktree', 'unlock', path])
    if (aside !== path) await askGit(repository, ['worktree', 'move', path, aside])
    const moved = moveTo(worktree, aside)
    const why = (await look(moved)) ?? (await clearTargets(moved, base))
    if (why !== null) return { kind: 'kept', why: why + (await restore()) }
    await askGit(repository, ['worktree', 'remove', aside], { waitMs: REMOVAL_MS })
    return { kind: 'removed' }
  } catch (error) {
    return { kind: 'failed', why: messageOf(error) + (await restore()) }
  }
}

/** Whether the lock is another one than was judged, or its owner lives after all; null for neither. */
function lockProblem(gitDirectory: string, judged: string | null): string | null {
  const lock = lockOf(gitDirectory)
  if ((lock?.reason ?? null) !== judged) {
    return lock === null ? 'its lock is gone' : `it is locked anew (${lock.reason})`
  }
  return lock === null || lock.owner === 'dead' ? null : `it is locked: ${lock.why}`
}

/** A worktree without its target dirs is small; but a disk may be slow. */
const REMOVAL_MS = 30 * 60_000

function moveTo(worktree: Askable, path: string): Askable {
  const { targets, asked } = worktree
  return {
    ...worktree,
    path,
    targets: targets.map((target) => path + target.slice(worktree.path.length)),
    asked: { ...asked, workTree: path },
  }
}

/**
 * Git deletes file by file, and follows bind mounts; target dirs go by rm(1), which is told of them.
 *
 * @returns in words why one must stay, null where all went
 */
async function clearTargets({ targets }: Askable, base: string): Promise<string | null> {
  for (const target of targets) {
    const outcome = await removeTarget(base, target, async () => Promise.resolve(null))
    if (outcome.kind === 'kept') return `${basename(target)}: ${outcome.why}`
    if (outcome.kind === 'failed') throw new Error(`${target}: ${outcome.why}`)
  }
  return null
}

/** Written by git, as the owner of the repository: another user's folder is no place to write to. */
async function writeNote(asked: Asked, note: LeavingNote): Promise<void> {
  const input = leavingNoteText(note)
  const blob = (await askGit(asked, ['hash-object', '-w', '--stdin'], { input })).trim()
  // Not where one is: of two that remove the same worktree, one goes on.
  await askGit(asked, ['update-ref', LEAVING_REF, blob, '0'.repeat(blob.length)])
}

/** A worktree that carries a note: its removal has not come to its end. */
export interface Interrupted {
  path: string
  gitDirectory: string
  common: string
}

/** When the note of a worktree was written, in ms since the epoch; null without one. */
export function notedAt(gitDirectory: string): number | null {
  return lstatSync(join(gitDirectory, LEAVING_REF), { throwIfNoEntry: false })?.mtimeMs ?? null
}

/**
 * Undoes a removal that was interrupted, unless its process may still be at it: what is missing of
 * its tracked files comes back, and so do its name and its lock. Whether it goes is judged anew.
 *
 * @param look in words who is in it, null for nobody
 * @returns in words why it is left as it is; null where all is as it was
 */
export async function undoLeaving(
  { path, gitDirectory, common }: Interrupted,
  look: () => Promise<string | null>,
): Promise<string | null> {
  const as = ownerOf([path, gitDirectory, common])
  if (typeof as === 'string') return as
  const asked = { gitDirectory, workTree: path, as }
  const repository = { gitDirectory: common, workTree: null, as }
  try {
    const text = await askGit({ ...asked, workTree: null }, ['cat-file', 'blob', LEAVING_REF])
    const note = parseLeavingNote(text)
    if (note === null) return `${LEAVING_REF} holds no note`
    const { owner, why } = judgeLock(note.pid, sightOfLock(note.pid), notedAt(gitDirectory) ?? 0)
    if (owner !== 'dead') return why
    const somebody = await look()
    if (somebody !== null) return somebody
    return await putBack({ repository, asked }, path, note)
  } catch (error) {
    return messageOf(error)
  }
}

interface Place {
  repository: Asked
  asked: Asked
}

/** Where one step fails, those before it hold: it can be tried again at any time. */
async function putBack(
  { repository, asked }: Place,
  path: string,
  { id, name, lock }: LeavingNote,
): Promise<string | null> {
  const isAside = basename(path) === leavingName(id)
  const former = isAside ? join(dirname(path), name) : path
  try {
    if (isAside && lstatSync(former, { throwIfNoEntry: false }) !== undefined) {
      return `its name ${former} is taken by another one meanwhile`
    }
    // Git may have been ended while it deleted: its own file first, then the tracked ones.
    if (lstatSync(join(path, '.git'), { throwIfNoEntry: false }) === undefined) {
      await askGit(repository, ['worktree', 'repair'])
    }
    const input = await askGit(asked, ['ls-files', '--deleted', '-z'])
    if (input !== '') await askGit(asked, ['checkout-index', '-z', '--stdin'], { input })
    const isLocked = readWorktreeLock(asked.gitDirectory) !== null
    if (isAside) {
      // Whoever has locked it meanwhile knows it by its former name.
      const force = isLocked ? ['--force', '--force'] : []
      await askGit(repository, ['worktree', 'move', ...force, path, former])
    }
    if (lock !== null && !isLocked) {
      await askGit(repository, ['worktree', 'lock', '--reason', lock, former])
    }
    await askGit({ ...asked, workTree: null }, ['update-ref', '-d', LEAVING_REF])
    return null
  } catch (error) {
    return messageOf(error)
  }
}
