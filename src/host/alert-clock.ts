import { closeSync, lstatSync, lutimesSync } from 'node:fs'
import type { AlertKind } from '../plan/alert.ts'
import { at, openFolder } from './folders.ts'
import { withKernelLock } from './kernel-lock.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'

/**
 * Whether an alert of this kind is due on this host, and if so notes that it has been sent: among all
 * processes that ask at once, one is told yes.
 *
 * The note is the time of a file that was made with the root: setting it needs no space. No link that
 * was planted there is followed.
 *
 * @param hours at most one in so many hours; 0 sends each
 */
export async function claimAlert(
  root: Root,
  kind: AlertKind,
  hours: number,
  nowMs: number,
): Promise<boolean> {
  if (hours === 0) return true
  const folder = openFolder(controlPath(root, 'alerts'))
  try {
    const path = at(folder, kind)
    // Not waited for: whoever holds the lock is claiming this very alert.
    const claimed = await withKernelLock(path, 0, async () => claim(path, hours, nowMs))
    return claimed ?? false
  } finally {
    closeSync(folder)
  }
}

/** Processes that claim at once looked at their clocks within this. */
const AT_ONCE_MS = 60_000

function claim(path: string, hours: number, nowMs: number): boolean {
  const { mtimeMs } = lstatSync(path)
  // A time in the future means that a clock was wrong: it throttles nothing. But a moment ahead of ours
  // is the claim of a process that looked at its clock after us.
  const isDue = mtimeMs - nowMs > AT_ONCE_MS || nowMs - mtimeMs >= hours * 3_600_000
  if (isDue) lutimesSync(path, nowMs / 1000, nowMs / 1000)
  return isDue
}
