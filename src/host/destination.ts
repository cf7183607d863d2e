import { lstatSync, readlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { errnoOf } from '../plan/guard-error.ts'
import { join, locate } from './mounts.ts'
import type { Mount } from './mounts.ts'

/** Where a path leads. */
export interface Destination {
  /** without links as far as it lies on local file systems; beyond, as it was given */
  path: string
  /** what it lies on; null where no mount is known */
  mount: Mount | null
  /** false where a call on it may wait for another machine or program, for ever */
  isLocal: boolean
}

/** File systems of this kernel alone: no call on them waits for anybody else. */
export const LOCAL = new Set(
  'ext2 ext3 ext4 xfs btrfs tmpfs overlay zfs f2fs bcachefs ramfs rootfs reiserfs jfs'.split(' '),
)

/** As many links as the kernel follows (path_resolution(7)). */
const LINKS_AT_MOST = 40

/**
 * Follows a path without touching anything that may hang: each step is looked up in the mount table
 * first, and the first one on NFS, FUSE and the like is the last.
 *
 * What is absent counts as it was given.
 *
 * @throws Error as lstatSync does, but not for what is absent; with ELOOP after too many links
 */
export function follow(path: string, mounts: readonly Mount[]): Destination {
  let here = '/'
  let mount = locate(here, mounts)?.mount ?? null
  let links = 0
  const names = path.split('/')
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === '' || name === '.') continue
    const next = name === '..' ? dirname(here) : join(here, `/${name}`)
    mount = locate(next, mounts)?.mount ?? null
    if (mount === null || !LOCAL.has(mount.type)) {
      return { path: [next, ...names].join('/'), mount, isLocal: false }
    }
    const link = readLink(next)
    if (link === null) here = next
    else {
      links += 1
      if (links > LINKS_AT_MOST) {
        throw Object.assign(new Error(`${path} goes through too many links`), { code: 'ELOOP' })
      }
      if (link.startsWith('/')) here = '/'
      names.unshift(...link.split('/'))
    }
  }
  return { path: here, mount: locate(here, mounts)?.mount ?? null, isLocal: true }
}

/** Where a link leads, null where it is none. */
function readLink(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null
    throw error
  }
}
