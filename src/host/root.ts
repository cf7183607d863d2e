import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { GuardError, errnoOf, messageOf } from '../plan/guard-error.ts'
import { parseObject } from '../plan/lease.ts'
import { isAtOrBelow } from './mounts.ts'

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
}

/** Paths that may not be the root, nor lie below it. */
export interface Precious {
  home: string
  /** null outside a job */
  workspace: string | null
}

const CONTROL = '.target-guard'
const FORMAT = 1

/** A path in the root's own folder, `<root>/.target-guard/…`. */
export function controlPath(root: Root, ...parts: string[]): string {
  return [root.path, CONTROL, ...parts].join('/')
}

/** File systems on which neither locks nor the boot id mean anything (statfs(2), magic numbers). */
const REFUSED_TYPES = new Map<number, string>([
  [0x69_69, 'NFS'],
  [0xff_53_4d_42, 'CIFS'],
  [0xfe_53_4d_42, 'SMB2'],
  [0x51_7b, 'SMB'],
  [0x01_02_19_97, '9p'],
  [0x65_73_55_46, 'FUSE'],
  [0x00_c3_64_00, 'Ceph'],
  [0x53_46_41_4f, 'AFS'],
  [0x5a_a5_6f_74, 'Lustre'],
  [0x01_16_19_70, 'GFS2'],
])

/** The overlay of a container: what is made there lives in the upper layer, and goes with it. */
export const OVERLAY = 0x79_4c_76_30

/** The kernel's number for a file system type is 32 bits wide, whatever sign it comes with. */
export function refusedType(type: number): string | null {
  return REFUSED_TYPES.get(type >>> 0) ?? null
}

/**
 * Opens the root, or makes it where the directory is absent or empty.
 *
 * @throws GuardError where the path may not be a root; nothing has been touched then
 */
export function openRoot(path: string, precious: Precious): Root {
  refuse(path, precious)
  try {
    mkdirSync(path, { recursive: true })
    const root = describe(path)
    if (root.id === '') adopt(path)
    prepare(path)
    return root.id === '' ? describe(path) : root
  } catch (error) {
    if (error instanceof GuardError) throw error
    throw new GuardError(
      `The root ${path} cannot be set up (${messageOf(error)}).`,
      'Make a directory that the runner’s user owns, or set root to one.',
      { cause: error },
    )
  }
}

/**
 * Opens a root that is already there, and writes nothing.
 *
 * @returns null where there is none yet
 */
export function findRoot(path: string, precious: Precious): Root | null {
  refuse(path, precious)
  if (kindOf(path) === 'absent') return null
  const root = describe(path)
  return root.id === '' ? null : root
}

/** Refuses what may never be a root; only looks. */
function refuse(path: string, precious: Precious): void {
  const because = (why: string, next: string): GuardError =>
    new GuardError(`The root ${path} is refused: ${why}.`, next, { usage: true })
  const own = 'Set root to a directory of its own, such as /mnt/targets.'

  if (path.split('/').includes('..')) throw because('it contains “..”', own)
  const kind = kindOf(path)
  if (kind === 'link') throw because('it is a symbolic link', `Set root to ${resolved(path)}.`)
  if (kind === 'other') throw because('it is not a directory', own)

  const real = kind === 'absent' ? path : realpathSync(path)
  if (real === '/') throw because('it is the root of the file system', own)
  for (const [name, place] of [
    ['the home directory', precious.home],
    ['the workspace', precious.workspace],
  ] as const) {
    if (place === null || place === '') continue
    if (isAtOrBelow(resolved(place), real)) {
      throw because(`it is ${name} (${place}) or contains it`, own)
    }
  }
  const type = refusedType(statfsSync(nearestExisting(path)).type)
  if (type !== null) {
    throw because(
      `it lies on ${type}, where neither locks nor process evidence can be trusted`,
      'Set root to a directory on a local disk.',
    )
  }
  if (kind === 'directory') refuseForeign(path, because)
}

function refuseForeign(path: string, because: (why: string, next: string) => GuardError): void {
  const entries = readdirSync(path).filter((name) => name !== 'lost+found')
  if (entries.length === 0 || readMarker(path) !== null) return
  // Another runner may be adopting the same empty directory at this moment.
  if (entries.length === 1 && entries[0] === CONTROL) return
  throw because(
    `it is not empty and holds no ${CONTROL}/root.json, so what lies in it is not ours`,
    'Set root to an empty or a new directory.',
  )
}

function kindOf(path: string): 'absent' | 'directory' | 'link' | 'other' {
  try {
    const found = lstatSync(path)
    if (found.isSymbolicLink()) return 'link'
    return found.isDirectory() ? 'directory' : 'other'
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'absent'
    if (errnoOf(error) === 'ENOTDIR') return 'other'
    throw error
  }
}

/** The path without links where it exists, else as it is. */
function resolved(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return path
    throw error
  }
}

/** The path itself, or the nearest directory above it that exists. */
export function nearestExisting(path: string): string {
  let at = path
  while (at !== '/' && kindOf(at) === 'absent') at = dirname(at)
  return at
}

/** The id in root.json, null where there is none that we wrote. */
function readMarker(path: string): string | null {
  let text: string
  try {
    text = readFileSync(`${path}/${CONTROL}/root.json`, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return null
    throw error
  }
  const marker = parseObject(text)
  if (marker === null || typeof marker['id'] !== 'string') {
    throw new GuardError(
      `${path}/${CONTROL}/root.json is damaged.`,
      'Nothing below it will be touched. Restore the file, or set root to another directory.',
      { usage: true },
    )
  }
  if (marker['version'] !== FORMAT) {
    throw new GuardError(
      `The root ${path} has format version ${JSON.stringify(marker['version'])}, not ${FORMAT}.`,
      'Use the version of target-guard that made it, or another root.',
      { usage: true },
    )
  }
  return marker['id']
}

/** The root as it is; its id is '' where it is not a root yet. */
function describe(path: string): Root {
  const { uid, gid } = lstatSync(path)
  return { path, realPath: realpathSync(path), id: readMarker(path) ?? '', uid, gid }
}

/** Writes root.json: whole or not at all, and of several at the same moment the first wins. */
function adopt(path: string): void {
  makeFolder(`${path}/${CONTROL}`)
  const temporary = `${path}/${CONTROL}/.root-${randomUUID()}`
  const file = openSync(temporary, 'wx', 0o644)
  try {
    writeSync(file, `${JSON.stringify({ version: FORMAT, id: randomUUID() })}\n`)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(temporary, `${path}/${CONTROL}/root.json`)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  } finally {
    unlinkSync(temporary)
  }
}

const FOLDERS = ['leases', 'trash'] as const

/** Makes what belongs to every root; what is there already is left alone. */
function prepare(path: string): void {
  for (const name of FOLDERS) makeFolder(`${path}/${CONTROL}/${name}`)
  try {
    closeSync(openSync(`${path}/${CONTROL}/host.lock`, 'wx', 0o644))
  } catch (error) {
    // It is there, or cannot be made: the lock is a courtesy, and its absence only costs speed.
    if (errnoOf(error) === 'EEXIST') return
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o755)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
  if (!lstatSync(path).isDirectory()) {
    throw new GuardError(`${path} is not a directory.`, 'Remove what lies there.')
  }
}
