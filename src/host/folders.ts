import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { errnoOf, messageOf } from '../plan/guard-error.ts'

/**
 * Directories by descriptor. Node has no openat(2); `/proc/self/fd/N/name` is the same thing: the
 * kernel goes on from the directory that is open, whatever has been put at its former path.
 */

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** The path of `name` in an open directory. */
export function at(folder: number, name: string): string {
  return `/proc/self/fd/${folder}/${name}`
}

/** Opens a directory; ELOOP or ENOTDIR where it is a link or something else. */
export function openFolder(path: string): number {
  return openSync(path, FOLDER)
}

/**
 * Walks down from `base` without following any link, and hands over the last directory.
 *
 * @param step called for each component before it is opened, e.g. to make it
 * @throws as openSync does: ENOENT, and ENOTDIR or ELOOP where a link was planted
 */
export function within<Value>(
  base: string,
  components: readonly string[],
  work: (folder: number) => Value,
  step: (folder: number, name: string) => void = () => {},
): Value {
  let folder = openFolder(base)
  try {
    for (const name of components) {
      step(folder, name)
      const next = openFolder(at(folder, name))
      closeSync(folder)
      folder = next
    }
    return work(folder)
  } finally {
    closeSync(folder)
  }
}

/** A path below a folder, parted into the folders on the way and the last name. */
export function parted(path: string): [folders: string[], name: string] {
  const folders = path.split('/')
  return [folders, folders.pop() ?? '']
}

/** Works in a folder below another; null where there is none, or a link stands on the way. */
export function inside<Value>(
  base: number,
  path: string,
  work: (folder: number) => Value,
): Value | null {
  try {
    return within(at(base, '.'), path.split('/'), work)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isDiverted(error)) return null
    throw error
  }
}

/** Renames a directory, and no link; false where it is none. @throws as renameSync does */
export function renameFolder(from: string, to: string): boolean {
  try {
    // The slash has the kernel refuse all else.
    renameSync(`${from}/`, to)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return false
    throw error
  }
}

/**
 * What moves entries of folders into another one, where they are called by numbers.
 *
 * @param prefix before the numbers
 */
export function movingTo(to: string, prefix: string): (folder: number, name: string) => void {
  let moved = 0
  return (folder, name) => {
    try {
      renameSync(at(folder, name), `${to}/${prefix}${moved}`)
    } catch (error) {
      // One with a code of its own would be taken for a folder that is not there.
      throw new Error(`${name} cannot be moved out (${messageOf(error)})`, { cause: error })
    }
    moved += 1
  }
}

/**
 * Moves what lies at a path below `base` out of it; nothing where there is none, or only through a link.
 *
 * @param out of `movingTo`
 */
export function moveOut(
  base: string,
  path: string,
  out: (folder: number, name: string) => void,
): void {
  const [folders, name] = parted(path)
  try {
    within(base, folders, (folder) => {
      if (lstatSync(at(folder, name), { throwIfNoEntry: false }) !== undefined) out(folder, name)
    })
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && !isDiverted(error)) throw error
  }
}

/** The names in a folder that an earlier version did not have; none where it is absent. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Whether an error of `within` means that a component is not a directory of ours. */
export function isDiverted(error: unknown): boolean {
  return ['ELOOP', 'ENOTDIR'].includes(errnoOf(error))
}

/** Makes a directory; false where it was there already. */
export function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, 0o755)
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Makes a directory in a root, if it is not there. What root makes in another user's (a step in a job
 * container) is given to that user, who could not take it away again.
 */
export function makeOwnersFolder(root: { uid: number; gid: number }, path: string): void {
  const isNew = makeFolder(path)
  if (isNew && process.geteuid?.() === 0 && root.uid !== 0) giveAway(path, root)
}

/** Makes a directory and those above it. Node's own `recursive` never returns for a path in /proc. */
export function makeFolders(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || path === '/') throw error
    makeFolders(dirname(path))
    mkdirSync(path)
  }
}

/**
 * Gives a directory that this process has just made to somebody else, through a descriptor.
 *
 * @throws Error where it is not the empty directory of this user that it must be
 */
export function giveAway(path: string, to: { uid: number; gid: number }): void {
  const folder = openFolder(path)
  try {
    assertFresh(folder)
    fchownSync(folder, to.uid, to.gid)
  } finally {
    closeSync(folder)
  }
}

/** Throws where an open directory is not this user's own, or not empty. */
export function assertFresh(folder: number): void {
  const isOwn = fstatSync(folder).uid === process.geteuid?.()
  if (!isOwn || readdirSync(`/proc/self/fd/${folder}`).length > 0) {
    throw new Error('the directory that was just made has been replaced by another')
  }
}
