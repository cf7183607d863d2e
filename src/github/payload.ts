import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { parseObject } from '../plan/lease.ts'

/** A payload is at most 25 MB at GitHub; more was not written by the runner. */
const PAYLOAD_AT_MOST = 32 * 1024 * 1024

/**
 * The payload of the event, or an empty one: the ref alone then decides.
 *
 * A job may have put anything at its path: no link is followed, no FIFO is waited for, and no more is
 * read than the file has when it is opened.
 */
export function readPayload(path: string): Record<string, unknown> {
  if (path === '') return {}
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
    const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      return parseObject(readWhole(file)) ?? {}
    } finally {
      closeSync(file)
    }
  } catch {
    // No payload is a defined case: for merged and forked pull requests the runner may have none.
    return {}
  }
}

function readWhole(file: number): string {
  const stat = fstatSync(file)
  if (!stat.isFile() || stat.size > PAYLOAD_AT_MOST) return ''
  const buffer = Buffer.alloc(stat.size)
  return buffer.toString('utf8', 0, readSync(file, buffer, 0, stat.size, null))
}
