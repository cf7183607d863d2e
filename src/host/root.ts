import {
  closeSync,
  fchownSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { ALERT_KINDS } from '../plan/alert.ts'
import { GuardError, errnoOf, messageOf, nextAfter } from '../plan/guard-error.ts'
import { at, makeFolders, openFolder } from './folders.ts'
import { CONTROL, FORMAT, kindOf, readMarker, refuse } from './root-refusal.ts'
import type { Precious } from './root-refusal.ts'

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
  /**
   * Descriptors of the root's own folders, opened without following links and held for as long as
   * this process lives: what is put at their paths later leads nowhere.
   */
  folders: { control: number; leases: number; trash: number }
}

/** The path by which to use something in the root's own folder, `<root>/.target-guard/…`. */
export function controlPath(root: Root, ...parts: string[]): string {
  const { control, leases, trash } = root.folders
  const [first, ...rest] = parts
  if (first === 'leases' || first === 'trash') {
    return ['/proc/self/fd', first === 'leases' ? leases : trash, ...rest].join('/')
  }
  return ['/proc/self/fd', control, ...parts].join('/')
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
    makeFolder(`${path}/${CONTROL}`)
    const control = openFolder(`${path}/${CONTROL}`)
    if (readMarker(path) === null) adopt(control)
    for (const name of FOLDERS) makeFolder(at(control, name))
    for (const name of LATER_FOLDERS) makeIfPossible(at(control, name))
    for (const name of FILES) makeFile(at(control, name))
    return describe(path, control)
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
    return describe(path, openFolder(`${path}/${CONTROL}`))
  } catch (error) {
    throw new GuardError(
      `The root ${path} is not whole (${messageOf(error)}).`,
      `Its ${CONTROL} holds the directories leases and trash; the next job or sweep makes what is absent.`,
      { usage: true, cause: error },
    )
  }
}

/** The root as it is, with its folders held open. */
function describe(path: string, control: number): Root {
  const { uid, gid } = lstatSync(path)
  const folders = {
    control,
    leases: openFolder(at(control, 'leases')),
    trash: openFolder(at(control, 'trash')),
  }
  return { path, realPath: realpathSync(path), id: readMarker(path) ?? '', uid, gid, folders }
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

/** What belongs to every root; what is there already is left alone. */
const FOLDERS = ['leases', 'trash'] as const

/** A root of an earlier version, on a disk that is full by now, can do without. */
const LATER_FOLDERS = [
  'alerts',
  'snapshots',
  'seeding',
  'times',
  'history',
  'ending',
  'waiting',
] as const

/** Locks and clocks: made while there is room, so that a full disk finds them there. */
const FILES = [
  'host.lock',
  'metrics.lock',
  'admission.lock',
  'history.lock',
  ...ALERT_KINDS.map((kind) => `alerts/${kind}`),
]

function makeIfPossible(path: string): void {
  try {
    makeFolder(path)
  } catch {
    return
  }
}

function makeFile(path: string): void {
  try {
    const file = openSync(path, 'wx', 0o644)
    try {
      const { uid, gid } = statSync(dirname(path))
      // Its owner alone may set its time.
      if (process.geteuid?.() === 0 && uid !== 0) fchownSync(file, uid, gid)
    } finally {
      closeSync(file)
    }
    // The epoch: nothing has happened yet of what its time notes.
    utimesSync(path, 0, 0)
  } catch (error) {
    // It is there, or cannot be made: these are courtesies, and their absence only costs speed.
    if (errnoOf(error) === 'EEXIST') return
  }
}

/**
 * Gives a folder that root has just made in another user's root (a step in a job container) to that
 * user, whose runner outside could write nothing in it otherwise. Another job may use it already, so it
 * need not be empty; nothing but a directory of root's beside it could have been put in its place.
 */
function giveToOwner(path: string): void {
  const { uid, gid } = statSync(dirname(path))
  if (process.geteuid?.() !== 0 || uid === 0) return
  const folder = openFolder(path)
  try {
    if (fstatSync(folder).uid === 0) fchownSync(folder, uid, gid)
  } finally {
    closeSync(folder)
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o755)
    giveToOwner(path)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
  if (!lstatSync(path).isDirectory()) {
    throw new GuardError(`${path} is not a directory.`, 'Remove what lies there.')
  }
}
