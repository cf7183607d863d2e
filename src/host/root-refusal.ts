import { lstatSync, readdirSync, realpathSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { GuardError, errnoOf, messageOf } from '../plan/guard-error.ts'
import { parseObject } from '../plan/lease.ts'
import { follow } from './destination.ts'
import { isAtOrBelow, readMounts } from './mounts.ts'
import type { Mount } from './mounts.ts'
import { readSmallFile } from './small-file.ts'

/** Paths that may not be the root, nor lie below it. */
export interface Precious {
  home: string
  /** null outside a job */
  workspace: string | null
}

/** The root’s own folder. */
export const CONTROL = '.target-guard'
/** What makes a directory a root, relative to it. */
export const MARKER = `${CONTROL}/root.json`
/** Version of what is in it. */
export const FORMAT = 1

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

/** The same by the names in the mount table. */
const REFUSED_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^nfs4?$/, 'NFS'],
  [/^cifs$/, 'CIFS'],
  [/^smb(?:3|fs)$/, 'SMB'],
  [/^9p$/, '9p'],
  [/^(?:fuse(?:blk)?(?:\..*)?|virtiofs)$/, 'FUSE'],
  [/^ceph$/, 'Ceph'],
  [/^afs$/, 'AFS'],
  [/^lustre$/, 'Lustre'],
  [/^gfs2$/, 'GFS2'],
]

function refusedName(type: string): string | null {
  return REFUSED_NAMES.find(([pattern]) => pattern.test(type))?.[1] ?? null
}

function unfitType(type: string): string {
  return `it lies on ${type}, where neither locks nor process evidence can be trusted`
}

/** The overlay of a container: what is made there lives in the upper layer, and goes with it. */
export const OVERLAY = 0x79_4c_76_30

/** The kernel's number for a file system type is 32 bits wide, whatever sign it comes with. */
export function refusedType(type: number): string | null {
  return REFUSED_TYPES.get(type >>> 0) ?? null
}

/** Refuses what may never be a root, or cannot be looked at; only looks. */
export function refuse(path: string, precious: Precious): void {
  try {
    refuseUnfit(path, precious)
  } catch (error) {
    if (error instanceof GuardError) throw error
    throw new GuardError(
      `The root ${path} cannot be looked at (${messageOf(error)}).`,
      'Let the runner’s user read it, or set root to another directory.',
      { usage: true, cause: error },
    )
  }
}

function refuseUnfit(path: string, precious: Precious): void {
  const because = (why: string, next: string): GuardError =>
    new GuardError(`The root ${path} is refused: ${why}.`, next, { usage: true })
  const own = 'Set root to a directory of its own, such as /mnt/targets.'
  const local = 'Set root to a directory on a local disk.'

  if (path.split('/').includes('..')) throw because('it contains “..”', own)
  const mounts = mountTable()
  const { mount, isLocal } = follow(path, mounts)
  // Before anything is asked of it, since it may be stuck.
  const network = isLocal ? null : refusedName(mount?.type ?? '')
  if (network !== null) throw because(unfitType(network), local)
  const kind = kindOf(path)
  if (kind === 'link')
    throw because('it is a symbolic link', `Set root to ${follow(path, mounts).path}.`)
  if (kind === 'other') throw because('it is not a directory', own)

  const real = kind === 'absent' ? path : realpathSync(path)
  if (real === '/') throw because('it is the root of the file system', own)
  for (const [name, place] of [
    ['the home directory', precious.home],
    ['the workspace', precious.workspace],
  ] as const) {
    if (place === null || place === '') continue
    if (isAtOrBelow(follow(place, mounts).path, real)) {
      throw because(`it is ${name} (${place}) or contains it`, own)
    }
  }
  const type = isLocal ? null : refusedType(statfsSync(nearestExisting(path)).type)
  if (type !== null) throw because(unfitType(type), local)
  if (kind === 'directory') refuseForeign(path, because)
}

function mountTable(): Mount[] {
  try {
    return readMounts()
  } catch (error) {
    throw new GuardError(
      `The mount table cannot be read (${messageOf(error)}).`,
      'target-guard needs Linux with /proc mounted.',
      { cause: error },
    )
  }
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

export function kindOf(path: string): 'absent' | 'directory' | 'link' | 'other' {
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

/** The path itself, or the nearest directory above it that exists. */
export function nearestExisting(path: string): string {
  let near = path
  while (near !== '/' && kindOf(near) === 'absent') near = dirname(near)
  return near
}

/** The id in root.json, null where there is none that we wrote. */
export function readMarker(path: string): string | null {
  if (kindOf(`${path}/${CONTROL}`) === 'link') {
    throw new GuardError(
      `${path}/${CONTROL} is a symbolic link.`,
      'It must be a directory of the root itself; remove it, or set root to another directory.',
      { usage: true },
    )
  }
  const text = readSmallFile(`${path}/${CONTROL}/root.json`)
  if (text === null) return null
  const marker = typeof text === 'string' ? parseObject(text) : null
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
