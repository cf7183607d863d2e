import { messageOf } from '../plan/guard-error.ts'
import { judgeTarget, judgeWorktree } from '../plan/worktree.ts'
import type { StalePolicy, TargetDir, Worktree } from '../plan/worktree.ts'
import { stampOf } from '../plan/worktree-names.ts'
import { LOCKS_MS, judgeLockFile } from '../plan/worktree-lock.ts'
import { lookCloser, repositoryOf } from '../host/git-state.ts'
import type { Askable } from '../host/git-state.ts'
import { readLockFile, removeLockFile } from '../host/lock-files.ts'
import { bootedAtMs } from '../host/lock-sight.ts'
import { lookIntoPlaces } from '../host/place-occupancy.ts'
import { careFor } from '../host/repository-care.ts'
import { measureNested } from '../host/sizes.ts'
import { removeWorktree } from '../host/worktree-leaving.ts'
import { removeTarget, writeRecoveryRefs } from '../host/worktree-removal.ts'
import type { Outcome } from '../host/worktree-removal.ts'
import {
  MEASURING_MS,
  UNSEEN,
  baseOf,
  inOrder,
  orUnknown,
  readStates,
  sized,
} from './observe-worktrees.ts'
import type { ObservedWorktree } from './observe-worktrees.ts'
import type { Runtime } from './runtime.ts'
import { undoRemovals } from './undo-removals.ts'
import { TightDisks } from './tight-disks.ts'
import { findAndJudge, readVolume } from './worktrees.ts'
import type { Found, Inventory, JudgedLock, WorktreesRequest } from './worktrees.ts'

/** One thing that was taken, or would be with `--dry-run`. */
export interface Taken {
  what: 'worktree' | 'target' | 'lock'
  path: string
  bytes: number
  reason: string
  /** refs that keep its un-pushed commits */
  refs: string[]
}

/** What was reclaimed, what turned out to be needed, and what failed. */
export interface Reclaimed {
  taken: Taken[]
  kept: { path: string; why: string }[]
  failures: { path: string; why: string }[]
  /** what else is to be said: what was left out, and why */
  notes: string[]
}

export interface WorktreesDone extends Reclaimed {
  inventory: Inventory
  dryRun: boolean
}

/** The inventory, and after it what was asked to be reclaimed: worktrees, target dirs, locks. */
export async function worktrees(
  request: WorktreesRequest,
  runtime: Runtime,
): Promise<WorktreesDone> {
  const dryRun = request.settings.dryRun
  let found = await findAndJudge(request, runtime)
  const notes: string[] = []
  if (request.reclaim.includes('stale') && !dryRun) {
    const undone = await undoRemovals(found.view, found.inventory.directories, runtime)
    notes.push(...undone.notes)
    if (undone.isAny) found = await findAndJudge(request, runtime)
  }
  const { inventory } = found
  const done: WorktreesDone = {
    inventory,
    dryRun,
    taken: [],
    kept: [],
    failures: [],
    notes,
  }
  if (request.reclaim.includes('stale')) await reclaimStale(found, request, done, runtime)
  if (request.reclaim.includes('targets')) await reclaimTargets(found, request, done, runtime)
  if (request.reclaim.includes('locks')) reclaimLocks(inventory, request, done)
  return done
}

const OVER = 'the time is over: what is left is for the next pass'

/** Whether nothing new is begun any more; said once. */
function isOver({ endAtMs }: WorktreesRequest, { notes }: Reclaimed): boolean {
  if (endAtMs === null || performance.now() < endAtMs) return false
  if (!notes.includes(OVER)) notes.push(OVER)
  return true
}

function note(outcome: Outcome, taken: Taken, done: Reclaimed): void {
  if (outcome.kind === 'removed') done.taken.push(taken)
  else if (outcome.kind === 'kept') done.kept.push({ path: taken.path, why: outcome.why })
  else done.failures.push({ path: taken.path, why: outcome.why })
}

async function reclaimStale(
  found: Found,
  request: WorktreesRequest,
  done: WorktreesDone,
  runtime: Runtime,
): Promise<void> {
  const tidied = new Map<string, Askable>()
  for (const each of found.view.worktrees) {
    const { worktree, askable, base } = each
    const policy = found.policyOf(worktree)
    const verdict = judgeWorktree(worktree, policy)
    if (!verdict.goes || askable === null || base === null || worktree.closer === null) continue
    const taken: Taken = {
      what: 'worktree',
      path: worktree.path,
      bytes: worktree.bytes ?? 0,
      reason: verdict.reasons.join('; '),
      refs: [],
    }
    if (done.dryRun) {
      done.taken.push(taken)
      continue
    }
    if (isOver(request, done)) break
    const lock = worktree.lock?.reason ?? null
    const outcome = await removeWorktree({ worktree: askable, lock, base }, async (moved) =>
      lastLook(moved, each, { base, policy, refs: taken.refs }, runtime),
    )
    note(outcome, taken, done)
    if (outcome.kind !== 'removed' && taken.refs.length > 0) {
      done.notes.push(
        `${worktree.path} stays, its un-pushed commits are kept by ${taken.refs.join(', ')}`,
      )
    }
    if (outcome.kind === 'removed') tidied.set(askable.common, askable)
  }
  for (const [common, askable] of tidied) {
    if (isOver(request, done)) break
    const volume = await readVolume(common, request.settings)
    done.notes.push(...(await careFor(repositoryOf(askable), volume)))
  }
}

/** Everything once more, at the place that nobody knows; then refs for what would be lost. */
async function lastLook(
  moved: Askable,
  { worktree }: ObservedWorktree,
  { base, policy, refs }: { base: string; policy: StalePolicy; refs: string[] },
  { environment }: Runtime,
): Promise<string | null> {
  const { targets } = moved
  // Moving it has touched nothing in it but, with a newer git, its `.git`.
  const sizes = await measureNested(inOrder([moved]), MEASURING_MS, '.git')
  const states = await readStates([moved])
  const closer = await orUnknown(async () => lookCloser(moved))
  // Last, and after what takes minutes: nobody may have come meanwhile.
  const places = { base, paths: [moved.path, ...targets], targets }
  const occupancies = await lookIntoPlaces(places, environment)
  const again: Worktree = {
    ...worktree,
    ...sized(moved, sizes, occupancies),
    git: states.get(moved.path)?.git ?? { unknown: 'git has not answered' },
    closer,
  }
  const verdict = judgeWorktree(again, { ...policy, nowMs: Date.now() })
  if (!verdict.goes) return verdict.reasons.join('; ')
  if ('unknown' in again.git || again.closer === null || 'unknown' in again.closer) {
    return 'git has not answered'
  }
  const { head, branch, unpushed } = again.git
  const commits = [...(unpushed > 0 && head !== null ? [head] : []), ...again.closer.inReflogOnly]
  const stamp = stampOf(policy.nowMs)
  try {
    refs.push(...(await writeRecoveryRefs(moved, branch, [...new Set(commits)], stamp)))
    return null
  } catch (error) {
    return `its un-pushed commits could not be given a ref (${messageOf(error)})`
  }
}

/** Oldest first, until the low watermark is reached. */
async function reclaimTargets(
  { view }: Found,
  request: WorktreesRequest,
  done: WorktreesDone,
  runtime: Runtime,
): Promise<void> {
  const age = { nowMs: Date.now(), olderThanMs: request.olderThanMs ?? 0 }
  const gone = new Set(done.taken.map(({ path }) => path))
  const candidates = view.worktrees
    .filter(({ worktree, base }) => base !== null && !gone.has(worktree.path))
    .flatMap((each) => each.worktree.targets.map((target) => ({ each, target })))
    .filter(({ each, target }) => judgeTarget(target, each.worktree, age).goes)
    .toSorted((a, b) => (a.target.newestMs ?? 0) - (b.target.newestMs ?? 0))
  const disks = new TightDisks(request, done)
  for (const { each, target } of candidates) {
    const base = each.base ?? ''
    if (!(await disks.isTight(each.worktree.path))) continue
    const taken: Taken = {
      what: 'target',
      path: target.path,
      bytes: target.bytes ?? 0,
      reason: judgeTarget(target, each.worktree, age).reasons.join('; '),
      refs: [],
    }
    if (done.dryRun) {
      done.taken.push(taken)
      continue
    }
    if (isOver(request, done)) break
    const others = each.worktree.targets
      .map(({ path }) => path)
      .filter((path) => path !== target.path && !gone.has(path))
    const outcome = await removeTarget(base, target.path, async (aside) =>
      lookAgain(aside, target, { each, others, olderThanMs: age.olderThanMs }, runtime),
    )
    note(outcome, taken, done)
    if (outcome.kind === 'removed') gone.add(target.path)
  }
}

/**
 * How old a target dir is that was put aside, where that matters, and last who is in it, or in its
 * worktree: to measure it takes as long as to delete it.
 */
async function lookAgain(
  aside: string,
  target: TargetDir,
  around: { each: ObservedWorktree; others: readonly string[]; olderThanMs: number },
  { environment }: Runtime,
): Promise<string | null> {
  const { worktree, base } = around.each
  const measured = around.olderThanMs > 0 ? await measureNested([aside], MEASURING_MS) : null
  const newestMs = measured?.get(aside)?.newestMs ?? null
  const targets = [aside, ...around.others]
  const places = { base: base ?? '', paths: [worktree.path, ...targets], targets }
  const occupancies = await lookIntoPlaces(places, environment)
  const again: Worktree = {
    ...worktree,
    occupancy: occupancies.get(worktree.path) ?? UNSEEN,
    targets: targets.map((path) =>
      Object.assign({}, target, { path, occupancy: occupancies.get(path) ?? UNSEEN }),
    ),
  }
  const age = { nowMs: Date.now(), olderThanMs: around.olderThanMs }
  const verdict = judgeTarget({ ...target, path: aside, newestMs }, again, age)
  return verdict.goes ? null : verdict.reasons.join('; ')
}

function reclaimLocks(inventory: Inventory, request: WorktreesRequest, done: WorktreesDone): void {
  for (const lock of inventory.locks) {
    const { path, bytes, verdictOf } = lock
    if (!verdictOf.goes) continue
    const taken: Taken = { what: 'lock', path, bytes, reason: verdictOf.reason, refs: [] }
    const outcome: Outcome = done.dryRun
      ? { kind: 'removed' }
      : removeLock(lock, inventory, request.olderThanMs)
    note(outcome, taken, done)
  }
}

function removeLock(
  lock: JudgedLock,
  { directories }: Inventory,
  olderThanMs: number | null,
): Outcome {
  const { path, madeAtMs } = lock
  const base = baseOf(path, directories)
  if (base === null) return { kind: 'kept', why: 'it lies outside the given directories' }
  try {
    const again = readLockFile(lock)
    if (again === null || again.madeAtMs !== madeAtMs) {
      return { kind: 'kept', why: 'it is not the same any more' }
    }
    const moment = {
      nowMs: Date.now(),
      bootAtMs: bootedAtMs(),
      olderThanMs: olderThanMs ?? LOCKS_MS,
    }
    const verdict = judgeLockFile(again, moment)
    if (!verdict.goes) return { kind: 'kept', why: verdict.reason }
    const isGone = removeLockFile(base, again)
    return isGone ? { kind: 'removed' } : { kind: 'kept', why: 'it is not the same any more' }
  } catch (error) {
    return { kind: 'failed', why: messageOf(error) }
  }
}
