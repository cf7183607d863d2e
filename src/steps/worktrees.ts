import { lstatSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { GuardError, messageOf } from '../plan/guard-error.ts'
import { assess, isRelieved, usedPercent } from '../plan/pressure.ts'
import type { Assessment } from '../plan/pressure.ts'
import type { Settings } from '../plan/settings.ts'
import { deservesCloserLook, judgeTarget, judgeWorktree } from '../plan/worktree.ts'
import type { StalePolicy, TargetDir, Worktree, WorktreeVerdict } from '../plan/worktree.ts'
import { LOCKS_MS, judgeLockFile } from '../plan/worktree-lock.ts'
import type { LockFile } from '../plan/worktree-lock.ts'
import { probeDisks, settle } from '../host/disk.ts'
import { lookCloser, readTargetState } from '../host/git-state.ts'
import { findLockFiles } from '../host/lock-files.ts'
import { bootedAtMs } from '../host/lock-sight.ts'
import { isAtOrBelow } from '../host/mounts.ts'
import { inParallel, observeWorktrees, orUnknown } from './observe-worktrees.ts'
import type { ObservedWorktree, WorktreeView } from './observe-worktrees.ts'
import type { Runtime } from './runtime.ts'

/** What may be reclaimed. */
export const RECLAIM = ['targets', 'stale', 'locks'] as const
export type Reclaim = (typeof RECLAIM)[number]

export interface WorktreesRequest {
  /** as they were given, absolute or relative to the current directory */
  directories: readonly string[]
  reclaim: readonly Reclaim[]
  /** null for the defaults: a day for worktrees, 15 min in an emergency; nothing for target dirs */
  olderThanMs: number | null
  /** whether target dirs go on going below the low watermark */
  all: boolean
  withRecoveryRefs: boolean
  settings: Pick<Settings, 'floors' | 'watermarks' | 'dryRun'>
}

/** A target dir, and whether it may go. */
export interface JudgedTarget extends TargetDir {
  verdict: WorktreeVerdict
}

/** A worktree, and whether it may go. */
export interface JudgedWorktree extends Omit<Worktree, 'targets'> {
  targets: JudgedTarget[]
  verdict: WorktreeVerdict
}

export interface JudgedLock extends LockFile {
  verdictOf: { goes: boolean; reason: string }
}

/** What is there, and what the rules say of it. */
export interface Inventory {
  directories: string[]
  volumes: (Assessment & { usedPercent: number })[]
  /** the largest last */
  worktrees: JudgedWorktree[]
  locks: JudgedLock[]
  problems: string[]
  olderThanMs: number
}

/** The inventory, with what reclaiming needs of each worktree. */
export interface Found {
  inventory: Inventory
  view: WorktreeView
  policy: StalePolicy
}

const HOUR_MS = 3_600_000
const STALE_MS = 24 * HOUR_MS
const EMERGENCY_MS = HOUR_MS / 4

/**
 * The real paths of the directories that were given.
 *
 * @throws GuardError where one is not a directory, or is the root of everything
 */
function resolveDirectories(given: readonly string[]): string[] {
  const real = given.map((path) => {
    let found: string
    try {
      found = realpathSync(path)
    } catch (error) {
      throw new GuardError(`${path} cannot be looked into (${messageOf(error)}).`, MEND, {
        usage: true,
      })
    }
    if (found === '/' || !lstatSync(found).isDirectory()) {
      throw new GuardError(`${path} is not a directory for worktrees.`, MEND, { usage: true })
    }
    return found
  })
  return [...new Set(real)].filter(
    (path) => !real.some((other) => other !== path && isAtOrBelow(path, other)),
  )
}

const MEND = 'Name directories that hold worktrees, or repositories.'

/** Finds, reads and judges all worktrees below the directories; touches nothing. */
export async function findAndJudge(request: WorktreesRequest, runtime: Runtime): Promise<Found> {
  const directories = resolveDirectories(request.directories)
  const [volumes, view] = await Promise.all([
    readVolumes(directories, request.settings, runtime),
    observeWorktrees(directories, runtime),
  ])
  const isEmergency = volumes.some(({ level }) => level === 'critical')
  const policy: StalePolicy = {
    nowMs: Date.now(),
    olderThanMs: request.olderThanMs ?? (isEmergency ? EMERGENCY_MS : STALE_MS),
    withRecoveryRefs: request.withRecoveryRefs,
  }
  const targetsToo = request.reclaim.includes('targets')
  await inParallel(view.worktrees, async (each) => {
    await complete(each, policy, targetsToo, view)
  })
  const age = { nowMs: policy.nowMs, olderThanMs: request.olderThanMs ?? 0 }
  const worktrees = view.worktrees
    .map(({ worktree }) => judge(worktree, policy, age))
    .toSorted((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0) || (a.path < b.path ? -1 : 1))
  const locks = judgeLocks(directories, view, request.olderThanMs)
  return {
    inventory: {
      directories,
      volumes: volumes.map((each) =>
        Object.assign(each, { usedPercent: usedPercent(each.reading) }),
      ),
      worktrees,
      locks,
      problems: view.problems,
      olderThanMs: policy.olderThanMs,
    },
    view,
    policy,
  }
}

/** Adds what takes longer to find out, where it is of consequence. */
async function complete(
  observed: ObservedWorktree,
  policy: StalePolicy,
  targetsToo: boolean,
  { worktrees }: WorktreeView,
): Promise<void> {
  const { askable, worktree } = observed
  if (askable === null) return
  for (const target of worktree.targets) {
    target.holdsWorktree = worktrees.some((each) => isAtOrBelow(each.worktree.path, target.path))
  }
  if (deservesCloserLook(worktree, policy)) {
    worktree.closer = await orUnknown(async () => lookCloser(askable))
  }
  for (const target of worktree.targets) {
    if (targetsToo && target.git === 'unknown') {
      target.git = await readTargetState(askable, target.path)
    }
  }
}

function judge(
  worktree: Worktree,
  policy: StalePolicy,
  age: { nowMs: number; olderThanMs: number },
): JudgedWorktree {
  return {
    ...worktree,
    targets: worktree.targets.map((target) => ({
      ...target,
      verdict: judgeTarget(target, worktree, age),
    })),
    verdict: judgeWorktree(worktree, policy),
  }
}

/** Lock files below the directories alone: those of a repository elsewhere are its own matter. */
function judgeLocks(
  directories: readonly string[],
  { worktrees }: WorktreeView,
  olderThanMs: number | null,
): JudgedLock[] {
  const isWithin = (path: string): boolean => directories.some((each) => isAtOrBelow(path, each))
  const tops = new Set(worktrees.map(({ worktree }) => worktree.path))
  const pools = [...directories, ...[...tops].map((path) => dirname(path))]
  const places = {
    repositories: [...new Set(worktrees.map(({ worktree }) => worktree.repository))].filter(
      (path) => path !== null,
    ),
    pools: [...new Set(pools)].filter((path) => isWithin(path) && !tops.has(path)),
  }
  const moment = {
    nowMs: Date.now(),
    bootAtMs: bootedAtMs(),
    olderThanMs: olderThanMs ?? LOCKS_MS,
  }
  return findLockFiles(places)
    .filter(({ path }) => isWithin(path))
    .map((file) => Object.assign(file, { verdictOf: judgeLockFile(file, moment) }))
}

/** The file systems that the directories lie on, under the floors. */
export async function readVolumes(
  directories: readonly string[],
  { floors }: WorktreesRequest['settings'],
  { voice }: Runtime,
): Promise<Assessment[]> {
  const [first = '/', ...others] = directories
  const { readings, problems } = await probeDisks(first, others)
  for (const problem of problems) voice.warning(problem)
  // Room is made on all of them.
  return readings.map((reading) => assess({ ...reading, holdsRoot: true }, floors))
}

/** Whether the file system of a directory needs no more room. */
export async function isRoomy(directory: string, request: WorktreesRequest): Promise<boolean> {
  settle(directory)
  const [reading] = (await probeDisks(directory, [])).readings
  if (reading === undefined) return true
  return isRelieved(assess(reading, request.settings.floors), request.settings.watermarks)
}
