import { statSync } from 'node:fs'
import { usedPercent } from '../plan/pressure.ts'
import type { Settings } from '../plan/settings.ts'
import { messageOf } from '../plan/guard-error.ts'
import { readMounts } from '../host/mounts.ts'
import { controlPath } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { recordWorktrees } from './record-worktrees.ts'
import { worktrees } from './reclaim-worktrees.ts'
import type { WorktreesDone } from './reclaim-worktrees.ts'
import type { Runtime } from './runtime.ts'
import { readVolumes, typeIfRemote } from './worktrees.ts'

/** Names the directories whose worktrees a sweep looks after, between colons. */
export const WATCHED = 'TARGET_GUARD_WORKTREES'

/** The directories that are watched; none without the variable. */
export function watchedDirectories(environment: NodeJS.ProcessEnv): string[] {
  return (environment[WATCHED] ?? '').split(':').filter((path) => path !== '')
}

/** In words for `doctor` and `status`: what is watched, and what of it is not there. */
export function watchedInWords(environment: NodeJS.ProcessEnv): { text: string; isWell: boolean } {
  const directories = watchedDirectories(environment)
  if (directories.length === 0) {
    return { text: `no pools of worktrees are watched (${WATCHED} is not set)`, isWell: true }
  }
  const absent = directories.filter((path) => !isDirectory(path))
  if (absent.length > 0) return { text: `${absent.join(', ')} is not there`, isWell: false }
  return { text: `worktrees are watched in ${directories.join(', ')}`, isWell: true }
}

/** The timer’s service has two hours in all, and what has begun comes to its end. */
const LIMIT_MS = 45 * 60_000

/**
 * The worktree part of a sweep: stale worktrees, stale locks, and target dirs where the disk is above
 * the high watermark. What goes wrong is told, and stops nothing else.
 *
 * @param root where its metrics go; null for none
 * @returns null where nothing is watched, or nothing could be done
 */
export async function sweepWorktrees(
  root: Root | null,
  settings: Settings,
  runtime: Runtime,
): Promise<WorktreesDone | null> {
  const { voice, environment } = runtime
  const mounts = readMounts()
  const directories = watchedDirectories(environment).filter((path) => {
    // Of those on other hosts’ disks first: a call there may hang.
    const remote = typeIfRemote(path, mounts)
    if (remote === null && isDirectory(path)) return true
    const what = remote === null ? 'is no directory' : `lies on ${remote} and is left alone`
    voice.warning(`${WATCHED} names ${path}, which ${what}.`)
    return false
  })
  if (directories.length === 0) return null
  try {
    const volumes = await readVolumes(directories, settings, runtime)
    const isTight = volumes.some(
      ({ level, reading }) =>
        level === 'critical' || usedPercent(reading) >= settings.watermarks.high,
    )
    const done = await worktrees(
      {
        directories,
        reclaim: ['stale', 'locks', ...(isTight ? (['targets'] as const) : [])],
        olderThanMs: null,
        all: false,
        targetsFrom: 'high',
        endAtMs: performance.now() + LIMIT_MS,
        withRecoveryRefs: false,
        settings,
      },
      runtime,
    )
    if (!settings.dryRun && root !== null) {
      await recordWorktrees(controlPath(root, 'worktrees.prom'), done, runtime)
    }
    tell(done, runtime)
    return done
  } catch (error) {
    voice.warning(`The worktrees were not looked after (${messageOf(error)}).`)
    return null
  }
}

function tell({ taken, kept, failures, notes, dryRun }: WorktreesDone, { voice }: Runtime): void {
  for (const { what, path, reason } of taken) {
    voice.info(`${dryRun ? 'would remove' : 'removed'} ${what} ${path}: ${reason}`)
  }
  for (const { path, why } of kept) voice.info(`stays after all: ${path}: ${why}`)
  for (const { path, why } of failures) voice.warning(`Not done: ${path}: ${why}`)
  for (const each of notes) voice.info(each)
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
