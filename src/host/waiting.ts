import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  writeSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseObject } from '../plan/lease.ts'
import type { Waiter } from '../plan/admission.ts'
import { isAmount } from '../plan/size-sample.ts'
import { messageOf } from '../plan/guard-error.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { removeFile } from './small-file.ts'

/**
 * The queue of those who wait for room: a file each in `waiting/`, in the order of their numbers, and
 * locked by the kernel for as long as its process lives. A file without a lock has nobody behind it.
 * Everything here but the release of a ticket is done while holding the admission lock.
 */

/** A lock of the kernel's that is held until it is let go, or the process ends. */
export interface Held {
  release: () => void
}

/** A place in the queue. */
export interface Ticket extends Held {
  name: string
}

const SAFE = constants.O_NOFOLLOW | constants.O_NONBLOCK
const NAME = /^[0-9]{12}-[0-9a-f]{8}-[0-9a-f-]{27}$/
const LOCK_SECONDS = 30

/** The lock under which a job is admitted, or why it cannot be had: two must not take one space. */
export async function lockAdmission(root: Root): Promise<Held | { problem: string }> {
  const until = performance.now() + LOCK_SECONDS * 1000
  try {
    const path = controlPath(root, 'admission.lock')
    for (;;) {
      const answer = tryLock(path, ['-w', String(LOCK_SECONDS)])
      if ('complaint' in answer) return askAgain(path)
      if (!('isKilled' in answer) || performance.now() >= until) return answer
      // A Ctrl-C goes to this process as well, which hears of it when the event loop turns.
      await sleep(TURN_MS)
    }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** Long enough for a signal that was sent to several processes to be heard here. */
const TURN_MS = 20

/** Busybox’s flock(1) cannot wait, and complains: then it is asked again and again. */
function askAgain(path: string): Held | Refusal {
  const until = performance.now() + LOCK_SECONDS * 1000
  for (;;) {
    const answer = tryLock(path, ['-n'])
    const isOver = !('problem' in answer) || 'complaint' in answer || performance.now() >= until
    if (isOver) return answer
    pause()
  }
}

const PAUSE_MS = 50

/** Nothing else is to be done meanwhile: flock(1) is waited for in the same way. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
}

/** `complaint`: it was not even tried. `isKilled`: a signal ended flock(1), which says nothing. */
type Refusal = { problem: string; complaint?: true; isKilled?: true }

function tryLock(path: string, patience: readonly string[]): Held | Refusal {
  return lock(openSync(path, constants.O_RDONLY | SAFE), patience)
}

/** Takes the descriptor: it is closed with the lock, or where there is none. */
function lock(file: number, patience: readonly string[]): Held | Refusal {
  const { status, signal, error, stderr } = spawnSync('flock', ['-x', ...patience, '3'], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', file],
  })
  if (error === undefined && status === 0) return { release: once(() => closeSync(file)) }
  closeSync(file)
  if (error !== undefined) return { problem: 'there is no flock(1)' }
  if (signal !== null) return { problem: `flock(1) was ended by ${signal}`, isKilled: true }
  const said = stderr.trim()
  return said === ''
    ? { problem: 'it was not granted in time' }
    : { problem: said, complaint: true }
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    work()
  }
}

/** The last place in the queue. @throws as openSync does, or where its lock cannot be had */
export function takeTicket(root: Root, forecastBytes: number): Ticket {
  const last = names(root).at(-1)
  const number = last === undefined ? 1 : Number(last.slice(0, 12)) + 1
  const name = `${String(number).padStart(12, '0')}-${randomUUID()}`
  const path = controlPath(root, 'waiting', name)
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | SAFE, 0o644)
  try {
    write(file, { forecastBytes, passed: 0 })
  } catch (error) {
    closeSync(file)
    removeFile(path)
    throw error
  }
  const held = lock(file, ['-n'])
  if ('problem' in held) {
    removeFile(path)
    throw new Error(held.problem)
  }
  return {
    name,
    release: once(() => {
      removeFile(path)
      held.release()
    }),
  }
}

/** How many places of the queue are taken; what the dead have left of themselves is not looked for. */
export function countWaiters(root: Root): number {
  return names(root).length
}

/** Those who wait, in their order; what the dead have left of themselves is removed. */
export function listWaiters(root: Root, own: string | null): Waiter[] {
  return names(root).flatMap((name) => {
    const path = controlPath(root, 'waiting', name)
    if (name !== own && isAbandoned(path)) {
      removeFile(path)
      return []
    }
    const waiter = readWaiter(path, name)
    return waiter === null ? [] : [waiter]
  })
}

/** One who waits, as somebody sees it who does not. */
export interface SeenWaiter extends Waiter {
  /** when they came, milliseconds since the epoch */
  sinceMs: number
}

/** The same for whoever only looks: nothing is removed. */
export function seeWaiters(root: Root): SeenWaiter[] {
  return names(root).flatMap((name) => {
    const path = controlPath(root, 'waiting', name)
    const found = lstatSync(path, { throwIfNoEntry: false })
    const waiter = found === undefined || isAbandoned(path) ? null : readWaiter(path, name)
    if (found === undefined || waiter === null) return []
    // Where the file system knows no birth, it is 0.
    const sinceMs = found.birthtimeMs > 0 ? found.birthtimeMs : found.mtimeMs
    return [{ ...waiter, sinceMs }]
  })
}

function names(root: Root): string[] {
  return readdirSync(controlPath(root, 'waiting'))
    .filter((name) => NAME.test(name))
    .toSorted()
}

function isAbandoned(path: string): boolean {
  try {
    const held = tryLock(path, ['-n'])
    if ('problem' in held) return false
    held.release()
    return true
  } catch {
    // Not ours to open, or gone by now: whether anybody is behind it is not known.
    return false
  }
}

function readWaiter(path: string, name: string): Waiter | null {
  try {
    const file = openSync(path, constants.O_RDONLY | SAFE)
    try {
      if (!fstatSync(file).isFile()) return null
      const buffer = Buffer.alloc(256)
      const found = parseObject(buffer.subarray(0, readSync(file, buffer)).toString('utf8'))
      const { forecastBytes, passed } = found ?? {}
      if (!isAmount(forecastBytes) || !isAmount(passed)) return null
      return { name, forecastBytes, passed }
    } finally {
      closeSync(file)
    }
  } catch {
    return null
  }
}

/** Notes for each that somebody went past; false where that cannot be noted: then nobody may. */
export function notePassing(root: Root, waiters: readonly Waiter[]): boolean {
  const noted: Waiter[] = []
  for (const waiter of waiters) {
    if (!rewrite(root, { ...waiter, passed: waiter.passed + 1 })) {
      // Nobody goes past them now. What cannot be taken back costs a later one its turn, and no space.
      for (const each of noted) rewrite(root, each)
      return false
    }
    noted.push(waiter)
  }
  return true
}

/** False where it cannot be done. */
function rewrite(root: Root, waiter: Waiter): boolean {
  try {
    const path = controlPath(root, 'waiting', waiter.name)
    const file = openSync(path, constants.O_WRONLY | SAFE)
    try {
      write(file, waiter)
    } finally {
      closeSync(file)
    }
    return true
  } catch {
    return false
  }
}

/** What is longer than any ticket, and shorter than a block. */
const TICKET_LENGTH = 128

/**
 * In place, since the lock is on this very file, and in one write of always the same length: there is no
 * moment at which it is empty, and no room that a full disk might not have.
 */
function write(file: number, { forecastBytes, passed }: Omit<Waiter, 'name'>): void {
  const text = JSON.stringify({ forecastBytes, passed })
  writeSync(file, `${text.padEnd(TICKET_LENGTH - 1)}\n`, 0)
}
