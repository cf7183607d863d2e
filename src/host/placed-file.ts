import {
  closeSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  openSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { at, within } from './folders.ts'
import { removeFile } from './small-file.ts'

/** What a file is to be. */
export interface Placing {
  mode: number
  /** to whom it is given; null leaves it to who makes it */
  owner: { uid: number; gid: number } | null
  /** in seconds; without them it is now */
  times?: { atime: number; mtime: number }
}

/**
 * Writes a file whole or not at all, also where the folder is another user's: under a name that nobody can
 * foresee, through its descriptor alone, so that nothing which is planted there becomes the other's.
 */
export function placeFile(
  folder: number,
  name: string,
  text: string | Buffer,
  { mode, owner, times }: Placing,
): void {
  const temporary = at(folder, `${name}.${randomUUID()}`)
  try {
    const file = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(file, text)
      if (owner !== null) fchownSync(file, owner.uid, owner.gid)
      fchmodSync(file, mode)
      if (times !== undefined) futimesSync(file, times.atime, times.mtime)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, at(folder, name))
  } catch (error) {
    removeFile(temporary)
    throw error
  }
}

/** Works in what a path means now: no link that is planted on the way meanwhile is followed. */
export function inFolder<Value>(path: string, work: (folder: number) => Value): Value {
  const components = realpathSync(path).split('/')
  return within(
    '/',
    components.filter((name) => name !== ''),
    work,
  )
}
