import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { at, openFolder, parted } from './folders.ts'
import { mountsWithin, readMounts } from './mounts.ts'
import { withHelp } from './privilege.ts'
import { rm, run } from './rm.ts'
import type { Removal as Removed } from './rm.ts'
import type { Helper, Outcome } from './privilege.ts'
import { controlName, withinRoot } from './root.ts'
import type { Root } from './root.ts'
import { thinOut } from './thinning.ts'

/** What became of one entry of the trash. */
export type Deletion =
  | { kind: 'deleted' }
  /** another reaper is at it, or something keeps writing: the next one will see */
  | { kind: 'busy'; why: string }
  | { kind: 'stuck'; why: string; command: string }

/** `rm` reports a directory as not empty when somebody writes into it meanwhile. */
const ROUNDS = 5

/** How patient, and how fast. */
export interface Pace {
  /** how long to wait for another reaper that is at it; 0 leaves it to that one */
  waitSeconds: number
  /** by two rm at once: for a job that waits for the space */
  inParts: boolean
}

const AT_LEISURE: Pace = { waitSeconds: 0, inParts: false }

/** A directory to delete. */
interface Target {
  /** descriptor of the directory it lies in, and its name there */
  folder: number
  name: string
  /** its path without links: what the mount table calls it */
  realPath: string
  /** its path for people */
  shown: string
  /** what a helper with more rights may do, null where none may */
  help: ((helper: Helper) => Outcome) | null
}

/** Deletes one entry of the trash. */
export async function deleteEntry(
  root: Root,
  id: string,
  ways: readonly Helper[],
  pace = AT_LEISURE,
): Promise<Deletion> {
  const target: Target = {
    folder: root.folders.trash,
    name: id,
    realPath: `${root.realPath}/.target-guard/trash/${id}`,
    shown: controlName(root, 'trash', id),
    help: (helper) => helper.remove(controlName(root, 'trash'), id),
  }
  return deleteTree(target, ways, pace)
}

/**
 * Deletes a slot where it is: for a full disk, on which even the rename into the trash may need a
 * block that is not there. Its parent is held open, so no link on the way can lead elsewhere.
 */
export async function deleteInPlace(root: Root, slot: string): Promise<Deletion> {
  const [parents, name] = parted(slot)
  const folder = withinRoot(root, parents, (last) => openFolder(at(last, '.')))
  try {
    return await deleteFrom(folder, name, `${root.realPath}/${slot}`)
  } finally {
    closeSync(folder)
  }
}

/**
 * Deletes a tree that lies in an open directory.
 *
 * @param realPath of the tree, free of links
 */
export async function deleteFrom(
  folder: number,
  name: string,
  realPath: string,
): Promise<Deletion> {
  return deleteTree({ folder, name, realPath, shown: realPath, help: null }, [], AT_LEISURE)
}

/**
 * Deletes a tree, by rm(1), which walks by descriptor (openat) and so cannot be led out of the tree
 * by a directory that is swapped for a link; node's own `fs.rm` can.
 *
 * Mounts below it are never walked into: rm's `--one-file-system` does not see a bind mount of the
 * same file system, so the mount table is asked first.
 */
async function deleteTree(target: Target, ways: readonly Helper[], pace: Pace): Promise<Deletion> {
  const { folder, name, realPath, shown, help } = target
  const path = at(folder, name)
  const mounted = mountsWithin(realPath, readMounts())
  if (mounted.length > 0) {
    return stuck(`something is mounted in it: ${mounted.join(', ')}`, `umount ${quoted(mounted)}`)
  }
  let why = ''
  for (let round = 1; round <= ROUNDS; round += 1) {
    const removed = await remove(target, pace)
    if (!isThere(path)) return { kind: 'deleted' }
    if (removed.kind === 'claimed') return { kind: 'busy', why: 'another reaper is deleting it' }
    if (removed.kind === 'killed') return { kind: 'busy', why: `rm was ended by ${removed.by}` }
    why = removed.why
    if (isWrittenInto(why)) continue
    if (!openUp(path)) break
  }
  if (isWrittenInto(why)) {
    return { kind: 'busy', why: 'something keeps writing into it while it is being deleted' }
  }
  const helped = help === null ? { ok: true as const } : withHelp(ways, help)
  if (!isThere(path)) return { kind: 'deleted' }
  const command = `sudo rm -rf --one-file-system ${quoted([shown])}`
  return stuck(helped.ok ? why : `${why}; ${helped.why}`, command)
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** What rm says of a directory that was filled, or of a name that became another thing, meanwhile. */
const CHANGED_MEANWHILE = /: (?:Directory not empty|Is a directory|Not a directory)$/m

/** Whether rm failed on what somebody changes meanwhile, or did its work and it is there again. */
function isWrittenInto(why: string): boolean {
  return why === '' || CHANGED_MEANWHILE.test(why)
}

function stuck(why: string, command: string): Deletion {
  return { kind: 'stuck', why, command }
}

/** Words for a shell, for a person to copy. */
function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
}

type Removal = Removed | { kind: 'claimed' }

/**
 * Removes the tree while holding the kernel's lock on its folder, which rm holds too, through
 * descriptor 3: it is given back when rm ends, however it ends. Nothing goes before it is had: who
 * reads the tree, to clone it, has it, too. Without flock(1), or with one that complains, nobody has.
 */
async function remove(target: Target, { waitSeconds, inParts }: Pace): Promise<Removal> {
  const { folder: parent, name } = target
  const path = at(parent, name)
  let folder: number | null
  try {
    if (!lstatSync(path).isDirectory()) {
      unlinkSync(path)
      return { kind: 'tried', why: '' }
    }
    folder = openFolder(path)
  } catch (error) {
    // Gone at this moment; where it is there again, somebody makes it anew.
    if (errnoOf(error) === 'ENOENT') return { kind: 'tried', why: '' }
    // Unreadable for this user: rm will say so in its own words.
    if (errnoOf(error) !== 'EACCES') return { kind: 'tried', why: messageOf(error) }
    folder = null
  }
  try {
    if (folder !== null) {
      if (await isClaimed(folder, waitSeconds)) return { kind: 'claimed' }
      if (inParts) await thinOut(folder)
    }
    // The directory it lies in is descriptor 4: its path may lead elsewhere by now.
    return await rm([`/proc/self/fd/4/${name}`], [folder ?? 'ignore', parent])
  } finally {
    if (folder !== null) closeSync(folder)
  }
}

/** Busybox's flock cannot wait: it is asked again after so long. */
const ASKED_AGAIN_MS = 200

/** Takes the lock on a folder, for as long as the descriptor is open; true where others keep it. */
async function isClaimed(folder: number, waitSeconds: number): Promise<boolean> {
  const since = performance.now()
  const isHeld = async (patience: readonly string[]): Promise<boolean | null> => {
    const { status, said } = await run('flock', ['-x', ...patience, '3'], [folder])
    // One that is held is refused without a word.
    return said === '' ? status === 1 : null
  }
  const told = waitSeconds === 0 ? null : await isHeld(['-w', String(waitSeconds)])
  if (told !== null) return told
  while ((await isHeld(['-n'])) === true) {
    if (performance.now() - since >= waitSeconds * 1000) return true
    await delay(ASKED_AGAIN_MS)
  }
  return false
}

/** open(2) flag that node does not name: a descriptor on something that may not be read. */
const O_PATH = 0o10_000_000

/** Deeper than this, a tree with read-only directories is left to the helper. */
const DEPTH_AT_MOST = 500

/**
 * Makes every directory of this user's in a tree writable for its owner, so that rm can empty it.
 *
 * By descriptor at each step, and directories alone: a file may have another name outside the tree.
 *
 * @returns whether anything was changed
 */
function openUp(path: string): boolean {
  if (process.geteuid?.() === 0) return false
  let changed = false
  const visit = (entry: string | Buffer, depth: number): void => {
    const folder = openByPath(entry)
    if (folder === null) return
    try {
      const here = `/proc/self/fd/${folder}`
      if (open(folder)) changed = true
      if (depth === DEPTH_AT_MOST) return
      for (const child of readdirSync(here, { withFileTypes: true, encoding: 'buffer' })) {
        if (child.isDirectory())
          visit(Buffer.concat([Buffer.from(`${here}/`), child.name]), depth + 1)
      }
    } catch (error) {
      // Another user's directory: the helper's part.
      if (!['EACCES', 'EPERM', 'ENOENT'].includes(errnoOf(error))) throw error
    } finally {
      closeSync(folder)
    }
  }
  visit(path, 0)
  return changed
}

function openByPath(entry: string | Buffer): number | null {
  try {
    return openSync(entry, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes(errnoOf(error))) return null
    throw error
  }
}

/** Gives the owner all rights to the directory; false where they are there already. */
function open(folder: number): boolean {
  const { mode } = statSync(`/proc/self/fd/${folder}`)
  if ((mode & 0o700) === 0o700) return false
  chmodSync(`/proc/self/fd/${folder}`, (mode & 0o7777) | 0o700)
  return true
}
