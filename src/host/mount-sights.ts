import { readlinkSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import {
  isAtOrBelow,
  join,
  locate,
  parseMounts,
  readMountText,
  readMounts,
  relative,
} from './mounts.ts'
import type { Mount, Place } from './mounts.ts'

/** A part of the root as some mount namespace sees it. */
export interface View {
  /** path in that namespace */
  point: string
  /** the same directory, relative to the root; '' for the root itself */
  inRoot: string
}

/** What a mount namespace sees. */
interface Sight {
  /** the root, or parts of it */
  views: readonly View[]
  /** by which it is known */
  namespace: string
  /** whether it is this process's own */
  isOwn: boolean
  /**
   * whether it has everything mounted that this process has: a service with a /tmp of its own, or what
   * watches over a host, is no container that was made to work in the root
   */
  isWhole: boolean
}

/** What the mount namespaces of processes see of a root; each is read once. */
export class MountSights {
  readonly #known = new Map<string, Sight>()
  readonly #rootRealPath: string
  readonly #place: Place | null
  /** where everything is mounted for this process */
  readonly #top: Mount | null
  /** this process's own mount namespace, by both of its names */
  readonly #own: ReadonlySet<string>

  /** @throws as readFileSync does, where this process cannot read its own */
  constructor(rootRealPath: string) {
    const mounts = readMounts()
    this.#rootRealPath = rootRealPath
    this.#place = locate(rootRealPath, mounts)
    this.#top = locate('/', mounts)?.mount ?? null
    this.#own = new Set([readlinkSync('/proc/self/ns/mnt'), readMountText('self')])
  }

  /** What a process or a thread (`PID/task/TID`) sees; null where it does not show that. */
  of(process: string): Sight | null {
    const namespace = nameOf(process) ?? mountTextOf(process)
    if (namespace === '') return null
    const known = this.#known.get(namespace)
    if (known !== undefined) return known
    const mounts = parseMounts(mountTextOf(process))
    const sight = this.#read(namespace, mounts)
    if (mounts.length > 0) this.#known.set(namespace, sight)
    return sight
  }

  #read(namespace: string, mounts: readonly Mount[]): Sight {
    const isOwn = this.#own.has(namespace)
    const views = mounts.flatMap((mount) => viewThrough(mount, this.#place))
    if (isOwn) views.push({ point: this.#rootRealPath, inRoot: '' })
    const top = this.#top
    const isWhole = mounts.some(
      ({ device, root }) => top !== null && device === top.device && root === top.root,
    )
    return { views, namespace, isOwn, isWhole }
  }
}

function viewThrough(mount: Mount, place: Place | null): View[] {
  if (place === null || mount.device !== place.mount.device) return []
  if (isAtOrBelow(place.path, mount.root)) {
    return [{ point: join(mount.point, relative(place.path, mount.root)), inRoot: '' }]
  }
  if (isAtOrBelow(mount.root, place.path)) {
    return [{ point: mount.point, inRoot: relative(mount.root, place.path).slice(1) }]
  }
  return []
}

/** The link that only its owner may read; null elsewhere. */
function nameOf(process: string): string | null {
  try {
    return readlinkSync(`/proc/${process}/ns/mnt`)
  } catch {
    // Gone meanwhile, or another user's: then its mounts are its name.
    return null
  }
}

/**
 * What another user's process shows of its mounts, which is as good a name of its namespace as the
 * link that only its owner may read: every mount has a number of its own. '' where it shows nothing.
 */
function mountTextOf(process: string): string {
  try {
    return readMountText(process)
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL'].includes(errnoOf(error))) return ''
    throw error
  }
}
