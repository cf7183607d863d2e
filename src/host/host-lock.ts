import fs from 'node:fs'
import { performance } from 'node:perf_hooks'
import { messageOf } from '../plan/guard-error.ts'
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
}

/** A pass waits no longer than this, then goes on without the lock. */
const WAIT_MS = 5000

/** A holder is gone after this; renames take milliseconds. */
const STALE_MS = 20_000

const RETRIES = { retries: 40, factor: 1.3, minTimeout: 10, maxTimeout: 250, randomize: true }

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
  if ('problem' in granted) {
    return { value: work(), waitedMs, heldMs: null, problem: granted.problem }
  }
  try {
    const value = work()
    return { value, waitedMs, heldMs: performance.now() - started, problem: null }
  } finally {
    await granted.release()
  }
}

type Grant = { release: () => Promise<void> } | { problem: string }

async function acquire(root: Root): Promise<Grant> {
  try {
    // Loaded when it is needed: most passes have nothing to rename.
    const { default: lockfile } = await import('proper-lockfile')
    const release = await withinTime(
      lockfile.lock(controlPath(root, 'host.lock'), {
        fs,
        realpath: false,
        stale: STALE_MS,
        update: STALE_MS / 2,
        // Tries that go on after WAIT_MS must not keep the process from its end.
        retries: { ...RETRIES, unref: true },
        // A stolen lock only costs speed; the default would end the process in the middle of a rename.
        onCompromised: () => {},
      }),
    )
    return { release: async () => release().catch(ignoreLost) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** A lock that somebody broke cannot be given back, and needs not be. */
function ignoreLost(): void {}

type Release = () => Promise<void>

/** The library's own retries have no bound in time; one that comes too late is given back. */
async function withinTime(lock: Promise<Release>): Promise<Release> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the host lock was not granted within ${WAIT_MS} ms`)),
      WAIT_MS,
    )
  })
  try {
    return await Promise.race([lock, late])
  } catch (error) {
    void lock.then(async (release) => release(), ignoreLost)
    throw error
  } finally {
    clearTimeout(timer)
  }
}
