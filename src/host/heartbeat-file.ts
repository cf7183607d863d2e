import { lstatSync } from 'node:fs'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { readTextOrNull, replaceFile } from './small-file.ts'

/** The text of the last heartbeat, null where there is none. */
export function readHeartbeatText(root: Root): string | null {
  return readTextOrNull(controlPath(root, 'heartbeat.json'))
}

/** Replaces the heartbeat, whole and at once; throws as the file system does. */
export function writeHeartbeatText(root: Root, text: string): void {
  replaceFile(controlPath(root, 'heartbeat.json'), text)
}

/** When the root was made, by the time of its marker: milliseconds since the epoch. */
export function readFoundedAt(root: Root): number {
  return lstatSync(controlPath(root, 'root.json')).mtimeMs
}
