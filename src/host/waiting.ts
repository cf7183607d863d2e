import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  readdirSync,
  writeSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
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
 * Everything here but `giveUp` is done while holding the admission lock.
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
export function lockAdmission(root: Root): Held | { problem: string } {
  try {
    const path = controlPath(root, 'admission.lock')
    const answer = tryLock(path, ['-w', String(LOCK_SECONDS)])
    return 'complaint' in answer ? askAgain(path) : answer
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

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

/** `complaint`: it was not even tried. */
type Refusal = { problem: string; complaint?: true }

function tryLock(path: string, patience: readonly string[]): Held | Refusal {
  return lock(openSync(path, constants.O_RDONLY | SAFE), patience)
}

/** Takes the descriptor: it is closed with the lock, or where there is none. */
function lock(file: number, patience: readonly string[]): Held | Refusal {
  const { status, error, stderr } = spawnSync('flock', ['-x', ...patience, '3'], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', file],
  })
  if (error === undefined && status === 0) return { release: once(() => closeSync(file)) }
  closeSync(file)
  if (error !== undefined) return { problem: 'there is no flock(1)' }
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
  try {
    for (const { name, forecastBytes, passed } of waiters) {
      const file = openSync(controlPath(root, 'waiting', name), constants.O_WRONLY | SAFE)
      try {
        write(file, { forecastBytes, passed: passed + 1 })
      } finally {
        closeSync(file)
      }
    }
    return true
  } catch {
    return false
  }
}

/** In place: the lock is on this very file. */
function write(file: number, ticket: Omit<Waiter, 'name'>): void {
  ftruncateSync(file, 0)
  writeSync(file, `${JSON.stringify(ticket)}\n`, 0)
}
