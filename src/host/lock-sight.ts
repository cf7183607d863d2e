import { statSync } from 'node:fs'
import type { WorktreeLock } from '../plan/worktree.ts'
import { judgeLock, pidInReason } from '../plan/worktree-lock.ts'
import type { LockSight } from '../plan/worktree-lock.ts'
import { readUptime } from './boot.ts'
import { readWorktreeLock } from './git-directory.ts'
import { hasEnded, TICKS, findInContainer, readProcess, seesHost } from './processes.ts'

/** When this host was started, in ms since the epoch, by the clock as it is now. */
export function bootedAtMs(): number {
  return Date.now() - readUptime() * 1000
}

/**
 * How far the clock is ahead of what it was when the host was started: the kernel’s own file systems
 * are made in the first seconds, and keep the time of that moment.
 *
 * @returns milliseconds, 0 at least; Infinity where that cannot be told
 */
function clockAheadMs(): number {
  const made = ['/proc', '/sys'].map((path) => statSync(path, { throwIfNoEntry: false })?.ctimeMs)
  const known = made.filter((each) => each !== undefined)
  if (known.length < made.length) return Infinity
  return Math.max(0, bootedAtMs() - Math.min(...known))
}

/** How the process that a lock names is found now. */
export function sightOfLock(pid: number): LockSight {
  const found = readProcess(pid)
  return {
    process:
      typeof found === 'string'
        ? found
        : {
            startedAtMs: bootedAtMs() + (found.start / TICKS) * 1000,
            isZombie: hasEnded(found.state),
            command: found.command,
          },
    inContainer: findInContainer(pid),
    seesHost: seesHost(),
    clockAheadMs: clockAheadMs(),
  }
}

/** The lock of a worktree as it is now, and whether its owner lives; null without one. */
export function lockOf(gitDirectory: string): WorktreeLock | null {
  const lock = readWorktreeLock(gitDirectory)
  if (lock === null) return null
  const pid = pidInReason(lock.reason)
  const sight = pid === null ? null : sightOfLock(pid)
  return { reason: lock.reason, ...judgeLock(pid, sight, lock.madeAtMs) }
}
