import { lstatSync, writeFileSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { removeFile } from './small-file.ts'

/** Slots that somebody wants to look into: in a file beside the lease, which goes with it. */

function keptPath(root: Root, id: string): string {
  return controlPath(root, 'leases', `${id}.kept`)
}

/** Has a slot stay after its lease has ended. @throws as writeFileSync does */
export function keepSlot(root: Root, id: string): void {
  try {
    writeFileSync(keptPath(root, id), '', { flag: 'wx', mode: 0o644 })
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
}

/** Has it go like any other ended slot. */
export function giveUpSlot(root: Root, id: string): void {
  removeFile(keptPath(root, id))
}

/** What cannot be told counts as kept. */
export function isKept(root: Root, id: string): boolean {
  try {
    return lstatSync(keptPath(root, id), { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}
