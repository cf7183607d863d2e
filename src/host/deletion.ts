import { spawn } from 'node:child_process'
import type { SpawnOptions } from 'node:child_process'
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
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { at, openFolder, within } from './folders.ts'
import { mountsWithin, readMounts } from './mounts.ts'
import { withHelp } from './privilege.ts'
import type { Helper, Outcome } from './privilege.ts'
import { controlName } from './root.ts'
import type { Root } from './root.ts'

/** What became of one entry of the trash. */
export type Deletion =
  | { kind: 'deleted' }
  /** another reaper is at it, or something keeps writing: the next one will see */
  | { kind: 'busy'; why: string }
  | { kind: 'stuck'; why: string; command: string }

/** `rm` reports a directory as not empty when somebody writes into it meanwhile. */
const ROUNDS = 5

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

/**
 * Deletes one entry of the trash.
 *
 * @param waitSeconds how long to wait for another reaper that is at it; 0 leaves it to that one
 */
export async function deleteEntry(
  root: Root,
  id: string,
  ways: readonly Helper[],
  waitSeconds = 0,
): Promise<Deletion> {
  const target: Target = {
    folder: root.folders.trash,
    name: id,
    realPath: `${root.realPath}/.target-guard/trash/${id}`,
    shown: controlName(root, 'trash', id),
    help: (helper) => helper.remove(controlName(root, 'trash'), id),
  }
  return deleteTree(target, ways, waitSeconds)
}

/**
 * Deletes a slot where it is: for a full disk, on which even the rename into the trash may need a
 * block that is not there. Its parent is held open, so no link on the way can lead elsewhere.
 */
export async function deleteInPlace(root: Root, slot: string): Promise<Deletion> {
  const parents = slot.split('/')
  const name = parents.pop() ?? ''
  const folder = within(root.path, parents, (last) => openFolder(at(last, '.')))
  try {
    const realPath = `${root.realPath}/${slot}`
    return await deleteTree({ folder, name, realPath, shown: realPath, help: null }, [], 0)
  } finally {
    closeSync(folder)
  }
}

/**
 * Deletes a tree, by rm(1), which walks by descriptor (openat) and so cannot be led out of the tree
 * by a directory that is swapped for a link; node's own `fs.rm` can.
 *
 * Mounts below it are never walked into: rm's `--one-file-system` does not see a bind mount of the
 * same file system, so the mount table is asked first.
 */
async function deleteTree(
  target: Target,
  ways: readonly Helper[],
  waitSeconds: number,
): Promise<Deletion> {
  const { folder, name, realPath, shown, help } = target
  const path = at(folder, name)
  const mounted = mountsWithin(realPath, readMounts())
  if (mounted.length > 0) {
    return stuck(`something is mounted in it: ${mounted.join(', ')}`, `umount ${quoted(mounted)}`)
  }
  let why = ''
  for (let round = 1; round <= ROUNDS; round += 1) {
    const removed = await remove(target, waitSeconds)
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
  try {
    lstatSync(path)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Whether rm failed on a directory that was filled meanwhile, or did its work and it is there again. */
function isWrittenInto(why: string): boolean {
  return why === '' || why.includes('Directory not empty')
}

function stuck(why: string, command: string): Deletion {
  return { kind: 'stuck', why, command }
}

/** Words for a shell, for a person to copy. */
function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
}

type Removal = { kind: 'claimed' } | { kind: 'killed'; by: string } | { kind: 'tried'; why: string }

/** Exit code by which the shell says that the entry is another reaper's. */
const CLAIMED = 75

// The lock on the entry is held by the shell and by rm after it, through descriptor 3: the kernel
// gives it back when rm ends, however it ends. Without flock(1), or with one that complains (busybox's
// cannot wait), two rm at once only do work twice.
// The directory it lies in is descriptor 4: its path may lead elsewhere by now.
const SCRIPT = `
if [ -d /proc/self/fd/3 ] && command -v flock >/dev/null 2>&1; then said=$(flock -x $2 3 2>&1) || [ -n "$said" ] || exit ${CLAIMED}; fi
case $(rm --version 2>/dev/null) in *GNU*) exec rm -rf --one-file-system -- "/proc/self/fd/4/$1" ;; esac
exec rm -rf -- "/proc/self/fd/4/$1"`

async function remove({ folder: parent, name }: Target, waitSeconds: number): Promise<Removal> {
  const path = at(parent, name)
  const patience = waitSeconds === 0 ? '-n' : `-w ${waitSeconds}`
  let folder: number | 'ignore'
  try {
    if (!lstatSync(path).isDirectory()) {
      unlinkSync(path)
      return { kind: 'tried', why: '' }
    }
    folder = openFolder(path)
  } catch (error) {
    // Unreadable for this user: rm will say so in its own words.
    if (errnoOf(error) !== 'EACCES') return { kind: 'tried', why: messageOf(error) }
    folder = 'ignore'
  }
  try {
    return await run(['-c', SCRIPT, 'sh', name, patience], {
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe', folder, parent],
    })
  } finally {
    if (folder !== 'ignore') closeSync(folder)
  }
}

/** rm has a line for each file that it cannot remove; the last one is what is told. */
const TOLD_AT_MOST = 16_384

async function run(words: readonly string[], options: SpawnOptions): Promise<Removal> {
  return new Promise((resolve) => {
    const shell = spawn('sh', words, options)
    let said = ''
    shell.stderr?.setEncoding('utf8').on('data', (part: string) => {
      said = (said + part).slice(-TOLD_AT_MOST)
    })
    shell.on('error', (error) => resolve({ kind: 'tried', why: messageOf(error) }))
    shell.on('close', (status, signal) => {
      if (status === CLAIMED) resolve({ kind: 'claimed' })
      // By the kernel when memory ran out, or by a person: nothing that an administrator must mend.
      else if (signal !== null) resolve({ kind: 'killed', by: signal })
      else resolve({ kind: 'tried', why: messageOf(new Error(said.trim().split('\n').at(-1))) })
    })
  })
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
