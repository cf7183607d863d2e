import {
  closeSync,
  fchownSync,
  fstatSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { ALERT_KINDS } from '../plan/alert.ts'
import { GuardError, errnoOf, messageOf, nextAfter } from '../plan/guard-error.ts'
import { at, makeFolders, openFolder, within } from './folders.ts'
import { FOLDERS, LATER_FOLDERS, inOwnFolder, openOwnFolders } from './own-folders.ts'
import type { Opened, OwnFolders } from './own-folders.ts'
import { CONTROL, FORMAT, kindOf, readMarker, refuse } from './root-refusal.ts'
import type { Precious } from './root-refusal.ts'
import { giveFresh } from './small-file.ts'

/** The directory that holds everything. */
export interface Root {
  /** as it was set: what jobs are told */
  path: string
  /** the same without links: what /proc shows */
  realPath: string
  /** the random id in root.json */
  id: string
  /** who owns the root: what root makes in it is given to them */
  uid: number
  gid: number
  /** descriptor of the directory itself, held as long as this process lives: slots are reached by it alone */
  tree: number
  folders: OwnFolders
  /** folders in whose place something else lies: nothing is read or done there */
  misplaced: Opened['misplaced']
}

/** The path by which to use something in the root's own folder, `<root>/.target-guard/…`. */
export function controlPath(root: Root, ...parts: string[]): string {
  return inOwnFolder(root.folders, parts)
}

/**
 * Walks down to a directory in the root without following any link, and hands it over: whoever owns what
 * is above the root may have put another one at its path.
 *
 * @throws as `within` does
 */
export function withinRoot<Value>(
  { tree }: Pick<Root, 'tree'>,
  components: readonly string[],
  work: (folder: number) => Value,
  step?: (folder: number, name: string) => void,
): Value {
  return within(at(tree, '.'), components, work, step)
}

/** The same as others know it: for messages, and for programs that run as somebody else. */
export function controlName(root: Root, ...parts: string[]): string {
  return [root.path, CONTROL, ...parts].join('/')
}

/** A path as actions name it: relative to the root, which may be written as it was set or without links. */
export function inRoot(root: Root, path: string): string {
  const name = path.replace(/(?<=.)\/+$/, '')
  for (const base of [root.path, root.realPath]) {
    if (name === base) return ''
    if (name.startsWith(`${base}/`)) return name.slice(base.length + 1)
  }
  return name
}

/**
 * Opens the root, or makes it where the directory is absent or empty.
 *
 * @throws GuardError where the path may not be a root; nothing has been touched then
 */
export function openRoot(path: string, precious: Precious): Root {
  refuse(path, precious)
  try {
    makeFolders(path)
    return whileOpen(path, (base) => {
      makeFolder(base, CONTROL, path)
      const control = openFolder(at(base, CONTROL))
      if (readMarker(path) === null) adopt(control)
      for (const name of FOLDERS) makeFolder(control, name, `${path}/${CONTROL}`)
      for (const name of LATER_FOLDERS) makeIfPossible(control, name)
      const root = describe(path, base, control)
      for (const parts of FILES) makeFile(root, parts)
      return root
    })
  } catch (error) {
    if (error instanceof GuardError) throw error
    throw new GuardError(
      `The root ${path} cannot be set up (${messageOf(error)}).`,
      nextAfter(error, 'Make a directory that the runner’s user owns, or set root to one.'),
      { cause: error },
    )
  }
}

/**
 * Whether a root is there, whole or not; writes nothing.
 *
 * @throws GuardError where the path may not be a root
 */
export function hasRoot(path: string, precious: Precious): boolean {
  refuse(path, precious)
  return kindOf(path) !== 'absent' && readMarker(path) !== null
}

/**
 * Opens a root that is already there, and writes nothing.
 *
 * @returns null where there is none yet
 */
export function findRoot(path: string, precious: Precious): Root | null {
  if (!hasRoot(path, precious)) return null
  try {
    return whileOpen(path, (base) => describe(path, base, openFolder(at(base, CONTROL))))
  } catch (error) {
    throw new GuardError(
      `The root ${path} is not whole (${messageOf(error)}).`,
      `Its ${CONTROL} holds the directories leases and trash; the next job or sweep makes what is absent.`,
      { usage: true, cause: error },
    )
  }
}

/** Opens the root; it stays open unless that comes to nothing. */
function whileOpen(path: string, work: (base: number) => Root): Root {
  const base = openFolder(path)
  try {
    return work(base)
  } catch (error) {
    closeSync(base)
    throw error
  }
}

/** The root as it is, with its folders held open. */
function describe(path: string, base: number, control: number): Root {
  const { uid, gid } = fstatSync(base)
  const { folders, misplaced } = openOwnFolders(control)
  const id = readMarker(path) ?? ''
  return { path, realPath: realpathSync(path), id, uid, gid, tree: base, folders, misplaced }
}

/** Writes root.json: whole or not at all, and of several at the same moment the first wins. */
function adopt(control: number): void {
  const temporary = at(control, `root.json.${randomUUID()}`)
  const text = `${JSON.stringify({ version: FORMAT, id: randomUUID() })}\n`
  writeFileSync(temporary, text, { flag: 'wx', mode: 0o644 })
  try {
    linkSync(temporary, at(control, 'root.json'))
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  } finally {
    unlinkSync(temporary)
  }
}

/** Locks and clocks: made while there is room, so that a full disk finds them there. */
const FILES: readonly (readonly string[])[] = [
  ['host.lock'],
  ['metrics.lock'],
  ['admission.lock'],
  ['history.lock'],
  ...ALERT_KINDS.map((kind) => ['alerts', kind]),
]

/** What lies in its place is told when the folders are opened. */
function makeIfPossible(control: number, name: string): void {
  try {
    makeFolder(control, name, '')
  } catch {
    return
  }
}

/** All of it through its descriptor: whoever owns the root may put another thing at its name at once. */
function makeFile(root: Root, parts: readonly string[]): void {
  try {
    const file = openSync(controlPath(root, ...parts), 'wx', 0o644)
    try {
      // Its owner alone may set its time.
      giveFresh(file, root)
      // The epoch: nothing has happened yet of what its time notes.
      futimesSync(file, 0, 0)
    } finally {
      closeSync(file)
    }
  } catch {
    // It is there, or cannot be made: these are courtesies, and their absence only costs speed.
    return
  }
}

/**
 * Gives a folder that root has just made in another user's root (a step in a job container) to that
 * user, whose runner outside could write nothing in it otherwise. Another job may use it already, so it
 * need not be empty; nothing but a directory of root's beside it could have been put in its place.
 */
function giveToOwner(parent: number, name: string): void {
  const { uid, gid } = fstatSync(parent)
  if (process.geteuid?.() !== 0 || uid === 0) return
  const folder = openFolder(at(parent, name))
  try {
    if (fstatSync(folder).uid === 0) fchownSync(folder, uid, gid)
  } finally {
    closeSync(folder)
  }
}

/** @param where the path of the parent, for people */
function makeFolder(parent: number, name: string, where: string): void {
  const path = at(parent, name)
  try {
    mkdirSync(path, 0o755)
    giveToOwner(parent, name)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
  if (!lstatSync(path).isDirectory()) {
    throw new GuardError(`${where}/${name} is not a directory.`, 'Remove what lies there.')
  }
}
