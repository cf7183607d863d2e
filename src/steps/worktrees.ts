import { lstatSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { GuardError, messageOf } from '../plan/guard-error.ts'
import { assess, isRelieved, usedPercent } from '../plan/pressure.ts'
import type { Assessment, Watermarks } from '../plan/pressure.ts'
import type { Settings } from '../plan/settings.ts'
import { deservesCloserLook, judgeTarget, judgeWorktree } from '../plan/worktree.ts'
import type { StalePolicy, TargetDir, Worktree, WorktreeVerdict } from '../plan/worktree.ts'
import { LOCKS_MS, judgeLockFile } from '../plan/worktree-lock.ts'
import type { LockFile } from '../plan/worktree-lock.ts'
import { follow } from '../host/destination.ts'
import { probeDisks, settle } from '../host/disk.ts'
import { lookCloser, readTargetState } from '../host/git-state.ts'
import { findLockFiles } from '../host/lock-files.ts'
import { bootedAtMs } from '../host/lock-sight.ts'
import { isAtOrBelow, locate, readMounts } from '../host/mounts.ts'
import type { Mount } from '../host/mounts.ts'
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
  /** the watermark above which the first target dir of a file system goes */
  targetsFrom: keyof Watermarks
  withRecoveryRefs: boolean
  /** when no further removal is begun, by performance.now(); null for never */
  endAtMs: number | null
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
}

/** The inventory, with what reclaiming needs of each worktree. */
export interface Found {
  inventory: Inventory
  view: WorktreeView
  /** how long a worktree stays depends on the disk that it lies on */
  policyOf: (worktree: Pick<Worktree, 'path'>) => StalePolicy
}

const HOUR_MS = 3_600_000
const STALE_MS = 24 * HOUR_MS
const EMERGENCY_MS = HOUR_MS / 4

/**
 * The real paths of the directories that were given.
 *
 * @throws GuardError where one is not a directory, is the root of everything, or lies on a file
 *   system that other hosts may use, too: who works there from elsewhere is in no /proc
 */
function resolveDirectories(given: readonly string[]): string[] {
  const mounts = readMounts()
  const real = given.map((path) => {
    let found: string
    try {
      const remote = typeIfRemote(path, mounts)
      if (remote !== null) throw new Error(`it lies on ${remote}, which other hosts may work on`)
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

/** The type of a file system that is not of this kernel alone; nothing on it is touched. */
export function typeIfRemote(path: string, mounts: readonly Mount[]): string | null {
  const { mount, isLocal } = follow(resolve(path), mounts)
  return isLocal ? null : (mount?.type ?? 'an unknown file system')
}

const MEND = 'Name directories of local disks that hold worktrees, or repositories.'

/** Finds, reads and judges all worktrees below the directories; touches nothing. */
export async function findAndJudge(request: WorktreesRequest, runtime: Runtime): Promise<Found> {
  const directories = resolveDirectories(request.directories)
  const [volumes, view] = await Promise.all([
    readVolumes(directories, request.settings, runtime),
    observeWorktrees(directories, runtime),
  ])
  const policyOf = policies(volumes, request)
  const targetsToo = request.reclaim.includes('targets')
  await inParallel(view.worktrees, async (each) => {
    await complete(each, policyOf(each.worktree), targetsToo, view)
  })
  const age = { nowMs: Date.now(), olderThanMs: request.olderThanMs ?? 0 }
  const worktrees = view.worktrees
    .map(({ worktree }) => judge(worktree, policyOf(worktree), age))
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
    },
    view,
    policyOf,
  }
}

/** How each worktree is judged: one disk in an emergency says nothing of worktrees on another. */
function policies(
  volumes: readonly Assessment[],
  { olderThanMs, withRecoveryRefs }: WorktreesRequest,
): Found['policyOf'] {
  const nowMs = Date.now()
  const mounts = readMounts()
  const critical = volumes.filter(({ level }) => level === 'critical')
  const devices = new Set(critical.map(({ reading }) => reading.device))
  return ({ path }) => {
    const device = locate(path, mounts)?.mount.device
    const isEmergency = device !== undefined && devices.has(device)
    return {
      nowMs,
      olderThanMs: olderThanMs ?? (isEmergency ? EMERGENCY_MS : STALE_MS),
      withRecoveryRefs,
    }
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

/** The file system that a directory lies on; undefined where nothing is known of it. */
export async function readVolume(
  directory: string,
  { floors }: WorktreesRequest['settings'],
): Promise<Assessment | undefined> {
  const [reading] = (await probeDisks(directory, [])).readings
  return reading === undefined ? undefined : assess(reading, floors)
}

/** Whether a file system needs no more room: below this watermark, and not critical. */
export async function isRoomy(
  directory: string,
  watermark: keyof Watermarks,
  { settings }: WorktreesRequest,
): Promise<boolean> {
  settle(directory)
  const volume = await readVolume(directory, settings)
  const low = settings.watermarks[watermark]
  return volume === undefined || isRelieved(volume, { ...settings.watermarks, low })
}
