import { lstatSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { leaseIdOfSlot } from '../plan/naming.ts'
import { isDiverted } from './folders.ts'
import { readSeedRecord } from './lease-companions.ts'
import type { Root } from './root.ts'
import { atSlot, removeEmptyParents } from './slots.ts'

/**
 * The path of a slot that was handed down: rustc has compiled it into tests and programs, and it is
 * never handed out again, so a link there makes it mean the heir's files.
 */

/**
 * Has a former path lead to the heir.
 *
 * @param former the former slot, relative to the root
 * @param heir the slot that it leads to from now on, relative to the root
 * @returns false where something else lies there, or its run dir is gone
 */
export function linkFormerPath(root: Root, former: string, heir: string): boolean {
  try {
    return atSlot(root, former, (path) => {
      if (isLink(path)) unlinkSync(path)
      symlinkSync(`${root.path}/${heir}`, path)
      return true
    })
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(errnoOf(error)) || isDiverted(error)) return false
    throw error
  }
}

/**
 * Takes a former path out of the way, with the directories above it as far as they are empty.
 *
 * @param heir only where it leads to this slot
 */
export function removeFormerPath(root: Root, former: string, heir: string): void {
  const found = heirOf(root, former)
  if (found !== null && found !== heir) return
  try {
    if (found !== null) {
      atSlot(root, former, (path) => {
        if (isLink(path)) unlinkSync(path)
      })
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && !isDiverted(error)) throw error
  }
  // Also where there is no link: whoever was to make it may have been ended before.
  removeEmptyParents(root, former)
}

/** The slot that a former path leads to, relative to the root; null where it is no such link. */
export function heirOf(root: Root, former: string): string | null {
  try {
    return atSlot(root, former, (path) => {
      const target = readlinkSync(path)
      return target.startsWith(`${root.path}/`) ? target.slice(root.path.length + 1) : null
    })
  } catch (error) {
    // EINVAL: it is no link.
    if (['EINVAL', 'ENOENT'].includes(errnoOf(error)) || isDiverted(error)) return null
    throw error
  }
}

/** Whether there is a link at a slot’s path that leads to the slot that has taken it over. */
export function isHandedDown(root: Root, slot: string): boolean {
  const heir = heirOf(root, slot)
  const id = heir === null ? null : leaseIdOfSlot(heir.slice(heir.lastIndexOf('/') + 1))
  return id !== null && readSeedRecord(root, id).former.includes(slot)
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}
