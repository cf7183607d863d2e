import type { Reading } from './pressure.ts'

/** CockroachDB's rule: with less to spare, the reserve would be what fills the disk. */
const TIMES = 4

/** Whether a file system has this many times the reserve to spare, so that it may be set aside. */
export function canSpare(
  { freeBytes, freeInodes }: Pick<Reading, 'freeBytes' | 'freeInodes'>,
  { bytes, inodes }: { bytes: number; inodes: number },
): boolean {
  if (freeBytes < TIMES * bytes) return false
  return freeInodes === null || freeInodes >= TIMES * inodes
}
