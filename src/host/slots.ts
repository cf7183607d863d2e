import { lstatSync, readdirSync, renameSync, rmdirSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { SLOT_DEPTH, isSlotPath } from '../plan/naming.ts'
import { at, isDiverted, makeFolder, makeOwnersFolder, parted, renameFolder } from './folders.ts'
import { withinRoot } from './root.ts'
import type { Root } from './root.ts'

/** Makes the directory's new owner its owner; direct for root, with help for others. */
export type Chown = (path: string, description: string) => void

/** Each takes microseconds; as many, for a host on which many passes end at the same moment. */
const ATTEMPTS = 1000

/**
 * Makes a slot that did not exist before, and the directories above it.
 *
 * Another job's pass may remove a parent that is empty for a moment; then the way is walked again.
 *
 * @param slot relative to the root
 * @param chown called for the slot, and by root for the run dir (when it is new), while they are empty
 * @throws Error with EEXIST where the slot is there already
 */
export function makeSlot(root: Root, slot: string, chown: Chown): void {
  const [parents, name] = parted(slot)
  for (let attempt = 1; ; attempt += 1) {
    try {
      withinRoot(
        root,
        parents,
        (folder) => {
          const path = at(folder, name)
          if (!makeFolder(path))
            throw Object.assign(new Error(`${slot} exists`), { code: 'EEXIST' })
          chown(path, slot)
        },
        makeParent(root, parents.at(-1) ?? '', chown),
      )
      return
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error
    }
  }
}

function makeParent(root: Root, runDirectory: string, chown: Chown) {
  return (folder: number, name: string): void => {
    const path = at(folder, name)
    if (name !== runDirectory) makeOwnersFolder(root, path)
    // Only root can go on making slots in a run dir that is another's, and moving them out of it.
    else if (makeFolder(path) && process.geteuid?.() === 0) chown(path, name)
  }
}

/**
 * Takes a slot's content away to another path: one rename, however large it is.
 *
 * @param to absolute path at which nothing is yet
 * @returns false where somebody else was faster
 */
export function moveOutOfSlot(root: Root, slot: string, to: string): boolean {
  try {
    return atSlot(root, slot, (path) => renameFolder(path, to))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isDiverted(error)) return false
    throw error
  }
}

/**
 * Makes a directory the content of a new slot, which is empty, by one rename: the slot has all of it or
 * nothing, whatever ends this process.
 *
 * @param path absolute, of a directory and not of a link, which would come to lie in the slot's place
 * @throws as renameSync does: ENOTEMPTY where something has been put into the slot already
 */
export function moveIntoSlot(root: Root, path: string, slot: string): void {
  if (!lstatSync(path).isDirectory()) throw new Error(`${slot} would not be a directory`)
  atSlot(root, slot, (place) => renameSync(path, place))
}

/**
 * Hands over the path of a slot through its parent, which is held open meanwhile: no link on the way is
 * followed.
 *
 * @throws as `within` does
 */
export function atSlot<Value>(root: Root, slot: string, use: (path: string) => Value): Value {
  const [parents, name] = parted(slot)
  return withinRoot(root, parents, (folder) => use(at(folder, name)))
}

/** The absolute paths of a slot: as it is told, and where the root leads through a link, also without. */
export function pathsOf(root: Root, slot: string): string[] {
  return [...new Set([root.path, root.realPath])].map((base) => `${base}/${slot}`)
}

/** Whether a slot lies at its path: `diverted` where a link or a file stands on the way. */
export function findSlot(root: Root, slot: string): 'present' | 'missing' | 'diverted' {
  try {
    return atSlot(root, slot, (path) => {
      lstatSync(path)
      return 'present'
    })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'missing'
    if (isDiverted(error)) return 'diverted'
    throw error
  }
}

/** Not empty, not a directory, or not ours to remove: it stays, and so do those above it. */
const STAYS = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'EBUSY'])

/**
 * Removes the directories above a slot, from the inside out, as far as they are empty.
 *
 * @throws Error where the file system fails: the lease has to stay then, by which the next pass finds
 *   what is left
 */
export function removeEmptyParents(root: Root, slot: string): void {
  const parts = slot.split('/')
  for (let depth = SLOT_DEPTH - 1; depth > 0; depth -= 1) {
    const parents = parts.slice(0, depth - 1)
    const name = parts[depth - 1] ?? ''
    try {
      withinRoot(root, parents, (folder) => rmdirSync(at(folder, name)))
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') continue
      if (STAYS.has(errnoOf(error))) return
      throw error
    }
  }
}

/** What lies in the root besides its own folder. */
export interface Inventory {
  /** paths of slots, relative to the root */
  slots: string[]
  /** anything that has neither a slot's nor a parent's shape */
  odd: string[]
}

/** Lists the upper levels of the root; it goes into no slot. */
export function listSlots(root: Root): Inventory {
  const found: Inventory = { slots: [], odd: [] }
  list(root, [], found)
  return found
}

function list(root: Root, parts: readonly string[], found: Inventory): void {
  const path = parts.join('/')
  let entries: Dirent[]
  try {
    entries = withinRoot(root, parts, (folder) =>
      readdirSync(`/proc/self/fd/${folder}`, { withFileTypes: true }),
    )
  } catch (error) {
    // Gone or replaced meanwhile; what may not be read is reported as it is.
    if (errnoOf(error) !== 'ENOENT') found.odd.push(path)
    return
  }
  for (const entry of entries) {
    if (parts.length === 0 && ['.target-guard', 'lost+found'].includes(entry.name)) continue
    const inside = [...parts, entry.name]
    if (inside.length < SLOT_DEPTH && entry.isDirectory()) list(root, inside, found)
    else if (isSlotPath(inside.join('/'))) found.slots.push(inside.join('/'))
    else found.odd.push(inside.join('/'))
  }
}
