import type { LockSight } from '../plan/worktree-lock.ts'
import { readUptime } from './boot.ts'
import { findInContainer, readProcess, seesHost } from './processes.ts'

/** Ticks of /proc/PID/stat in a second (USER_HZ), the same on every Linux that runs node. */
const TICKS = 100

/** When this host was started, in ms since the epoch. */
export function bootedAtMs(): number {
  return Date.now() - readUptime() * 1000
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
            isZombie: found.state === 'Z' || found.state === 'X',
            command: found.command,
          },
    inContainer: findInContainer(pid),
    seesHost: seesHost(),
  }
}
