import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { EVENTS_AT_MOST, encodeEvent, parseEvents } from '../plan/watch-event.ts'
import type { WatchEvent } from '../plan/watch-event.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { readTextOrNull } from './small-file.ts'

/** Set aside while there is room: events are written when there is none. Empty lines fill it. */
const BYTES = 16 * 1024

/** What a keeper saw; a line for each event, in a file beside the lease. */
export interface WatchLog {
  add: (event: WatchEvent) => void
  close: () => void
}

/**
 * Opens the log of a lease, and makes it where it is not there; it goes on after what an earlier keeper
 * of the lease wrote.
 *
 * @throws Error where it cannot be made
 */
export function openWatchLog(root: Root, id: string): WatchLog {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = openSync(logPath(root, id), flags, 0o644)
  const stat = fstatSync(file)
  if (!stat.isFile()) {
    closeSync(file)
    throw new Error('what lies at the path of its events is not a file')
  }
  const held = Buffer.alloc(BYTES)
  const length = readSync(file, held, 0, BYTES, 0)
  if (length < BYTES) writeSync(file, '\n'.repeat(BYTES - length), length)
  let text = held.subarray(0, length).toString('utf8').trimEnd()
  let count = parseEvents(text).length
  return {
    add: (event) => {
      const more = `${text === '' ? '' : `${text}\n`}${encodeEvent(event)}`
      if (count >= EVENTS_AT_MOST || Buffer.byteLength(more) > BYTES) return
      text = more.trimEnd()
      count += 1
      // All of it, in place: one that found no room before comes with the next.
      writeSync(file, text, 0)
    },
    close: () => closeSync(file),
  }
}

/** What the keepers of a lease saw; nothing where there was none. */
export function readWatchLog(root: Root, id: string): WatchEvent[] {
  return parseEvents(readTextOrNull(logPath(root, id)) ?? '')
}

function logPath(root: Root, id: string): string {
  return controlPath(root, 'leases', `${id}.events`)
}
