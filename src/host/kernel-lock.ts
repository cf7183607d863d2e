import { spawnSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'

/** What a lock was good for: the work's value, or why there was no work. */
export type Locked<Value> = { value: Value } | { refused: string }

/** Why a lock was not granted: others hold it. Any other reason tells nothing of others. */
export const HELD = 'another job is at it'

/**
 * Does work only while holding a lock of the kernel's on a directory, without waiting for it.
 *
 * @param kind several may hold it `shared`, one alone `exclusive`
 * @param work is given the descriptor of the directory that is locked, whatever lies at its path by then
 */
export async function whileLocked<Value>(
  path: string,
  kind: 'shared' | 'exclusive',
  work: (folder: number) => Promise<Value>,
): Promise<Locked<Value>> {
  return whileHeld(path, constants.O_DIRECTORY, kind, work)
}

/** The same with a file. */
export async function whileFileLocked<Value>(
  path: string,
  kind: 'shared' | 'exclusive',
  work: () => Promise<Value>,
): Promise<Locked<Value>> {
  return whileHeld(path, 0, kind, work)
}

async function whileHeld<Value>(
  path: string,
  flags: number,
  kind: 'shared' | 'exclusive',
  work: (open: number) => Promise<Value>,
): Promise<Locked<Value>> {
  const open = openSync(
    path,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | flags,
  )
  try {
    const words = [kind === 'shared' ? '-s' : '-x', '-n', '3']
    const { status, stderr, error } = spawnSync('flock', words, {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe', open],
    })
    if (error !== undefined) return { refused: 'there is no flock(1)' }
    if (status === 0) return { value: await work(open) }
    return { refused: isHeld({ status, stderr }) ? HELD : stderr.trim() || 'flock(1) was ended' }
  } finally {
    closeSync(open)
  }
}

/**
 * Does work while holding a lock of the kernel's (flock(2)) on a file that exists.
 *
 * It needs no space, holds across containers, and ends with this process however it ends: flock(1)
 * takes it on a descriptor that is open here, and the lock belongs to the open file.
 *
 * A FIFO that was planted there holds nobody up. Without the file, or without a flock(1) that can wait
 * (busybox), the work is done all the same: these locks only keep it from being done twice.
 *
 * @param waitSeconds how long to wait for it; 0 does not wait
 * @returns what the work returned, or null where the lock was not granted in time
 */
export async function withKernelLock<Value>(
  path: string,
  waitSeconds: number,
  work: () => Promise<Value>,
): Promise<Value | null> {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return work()
  }
  try {
    const patience = waitSeconds === 0 ? ['-n'] : ['-w', String(waitSeconds)]
    const { status, stderr } = spawnSync('flock', ['-x', ...patience, '3'], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe', file],
    })
    return isHeld({ status, stderr }) ? null : await work()
  } finally {
    closeSync(file)
  }
}

/** What flock(1) answered: a lock that is held it refuses without a word; what it cannot do it complains of. */
function isHeld({ status, stderr }: { status: number | null; stderr: string }): boolean {
  return status === 1 && stderr === ''
}
