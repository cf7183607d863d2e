import { spawnSync } from 'node:child_process'
import { closeSync } from 'node:fs'
import { openKeeperLock } from './keeper-lock.ts'
import type { Root } from './root.ts'

/**
 * Takes the lock of a lease for a command and all that it starts: it is held for as long as any
 * process has this descriptor, whatever becomes of the one that took it.
 *
 * @returns the descriptor, or why there is none
 */
export function holdLease(root: Root, id: string): number | { problem: string } {
  const lock = openKeeperLock(root, id)
  const { status, error } = spawnSync('flock', ['-x', '-n', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', lock],
  })
  if (error === undefined && status === 0) return lock
  closeSync(lock)
  return { problem: error === undefined ? 'it was not granted' : 'there is no flock(1)' }
}
