import fs from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { errnoOf, isNoSpace, messageOf } from '../plan/guard-error.ts'
import { releaseReserve } from './reserve.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'

/** How work under the lock went. */
export interface Locked<Value> {
  value: Value
  /** milliseconds until the lock was granted, or given up */
  waitedMs: number
  /** milliseconds it was held, null where it was not granted */
  heldMs: number | null
  /** why it was not granted, null where it was */
  problem: string | null
  /** whether the reserve was given back, since the disk had no room for the lock */
  gaveReserve: boolean
}

/** A pass waits no longer than this, then goes on without the lock. */
const WAIT_MS = 5000

/** A holder is gone after this; renames take milliseconds. */
const STALE_MS = 20_000

/** Whoever owns the root may put a link in the lock’s place while it is held: no time is set elsewhere. */
const WITHOUT_LINKS = { ...fs, utimes: fs.lutimes }

const OPTIONS = {
  fs: WITHOUT_LINKS,
  realpath: false,
  stale: STALE_MS,
  update: STALE_MS / 2,
  // A stolen lock only costs speed; the default would end the process in the middle of a rename.
  onCompromised: () => {},
}

/**
 * Does work while holding the host lock, or without it when it cannot be had in time.
 *
 * The lock keeps passes from doing the same work twice; no safety rests on it (proper-lockfile can
 * grant to two, and cannot grant at all on a full disk). So the work must be right without it.
 */
export async function withHostLock<Value>(root: Root, work: () => Value): Promise<Locked<Value>> {
  const asked = performance.now()
  const granted = await acquire(root)
  const started = performance.now()
  const waitedMs = started - asked
  const { gaveReserve } = granted
  if ('problem' in granted) {
    return { value: work(), waitedMs, heldMs: null, problem: granted.problem, gaveReserve }
  }
  try {
    const value = work()
    return { value, waitedMs, heldMs: performance.now() - started, problem: null, gaveReserve }
  } finally {
    await granted.release()
  }
}

/** Loaded when it is needed: most passes have nothing to rename. */
async function loadLocking(): Promise<typeof import('proper-lockfile')> {
  return (await import('proper-lockfile')).default
}

type Grant = ({ release: () => Promise<void> } | { problem: string }) & { gaveReserve: boolean }

/** Waits for a holder, and for nobody else: a lock that cannot be made at all is not tried again. */
async function acquire(root: Root): Promise<Grant> {
  const lockfile = await loadLocking()
  const until = performance.now() + WAIT_MS
  let gaveReserve = false
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.3, 250)) {
    try {
      const release = await lockfile.lock(controlPath(root, 'host.lock'), OPTIONS)
      return { release: async () => release().catch(ignoreLost), gaveReserve }
    } catch (error) {
      if (isNoSpace(error) && !gaveReserve && releaseReserve(root)) {
        gaveReserve = true
        continue
      }
      if (errnoOf(error) !== 'ELOCKED') return { problem: messageOf(error), gaveReserve }
      if (performance.now() + pauseMs > until) {
        return { problem: `the host lock was not granted within ${WAIT_MS} ms`, gaveReserve }
      }
      await sleep(pauseMs * (0.5 + Math.random()))
    }
  }
}

/** A lock that somebody broke cannot be given back, and needs not be. */
function ignoreLost(): void {}
