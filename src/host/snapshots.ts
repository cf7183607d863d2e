import { appendFileSync, lstatSync, readdirSync, renameSync, utimesSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { parseLinked } from '../plan/linked-file.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import { isAmount } from '../plan/size-sample.ts'
import { encodeSnapshot, isSnapshotKey, parseSnapshot } from '../plan/snapshot.ts'
import type { Snapshot, SnapshotName, StoredSnapshot } from '../plan/snapshot.ts'
import { at, isDiverted, makeOwnersFolder, within } from './folders.ts'
import { controlName, controlPath } from './root.ts'
import type { Root } from './root.ts'
import { LARGE, readTextOrNull, replaceFile } from './small-file.ts'
import { makeSeeding } from './seeding.ts'
import { moveOutOfSlot } from './slots.ts'
import { freshName, trashPath } from './trash.ts'

/**
 * Published builds: `snapshots/<owner>--<repository>/<key>/` with the build in `tree/` and what is
 * known of it in `snapshot.json`. One is put together in `seeding/<lease id>/`, and gets its place
 * by one rename.
 */

const TREE = 'tree'
const RECORD = 'snapshot.json'
const INPUTS = 'inputs.json'
const HITS = 'hits'
const BYTES = 'bytes'
const LINKED = 'linked.json'

/** One snapshot, and not another one that has taken its place; null where its record is damaged. */
export interface Published {
  name: SnapshotName
  snapshot: Pick<Snapshot, 'id'> | null
}

/** A word that another one in its place does not have. */
export function identify({ name, snapshot }: Published): string {
  return `${name.repository}/${name.key} ${snapshot?.id ?? ''}`
}

/** Every snapshot of the root, or those of one repository. */
export function listSnapshots(root: Root, repository: string | null = null): StoredSnapshot[] {
  const repositories = repository === null ? namesIn(root, []) : [repository]
  return repositories.flatMap((each) =>
    namesIn(root, [each]).flatMap((key) => {
      const found = isSnapshotKey(key) ? readSnapshot(root, { repository: each, key }) : null
      return found === null ? [] : [found]
    }),
  )
}

function namesIn(root: Root, parts: readonly string[]): string[] {
  return inside(root, parts, (folder) => readdirSync(`/proc/self/fd/${folder}`)) ?? []
}

function readSnapshot(root: Root, name: SnapshotName): StoredSnapshot | null {
  return inside(root, [name.repository, name.key], (folder) => {
    const text = readTextOrNull(at(folder, RECORD))
    const bytes = Number(readTextOrNull(at(folder, BYTES)) ?? Number.NaN)
    return {
      name,
      snapshot: text === null ? null : parseSnapshot(text),
      usedMs: lstatSync(at(folder, RECORD), { throwIfNoEntry: false })?.mtimeMs ?? 0,
      hits: lstatSync(at(folder, HITS), { throwIfNoEntry: false })?.size ?? 0,
      bytes: Number.isFinite(bytes) && bytes >= 0 ? bytes : null,
    }
  })
}

/** The folder of a snapshot: who reads it locks it, and it stays the same when it goes to the trash. */
export function folderOf(root: Root, { repository, key }: SnapshotName): string {
  return controlName(root, 'snapshots', repository, key)
}

/*
 * Another snapshot may take its place at any moment. Who reads one opens its folder once: what follows
 * goes by that descriptor, so that nobody takes the build of one and the record of the other.
 */

/** Under which lease it was published; null where its record is damaged. */
export function idIn(folder: number): string | null {
  const text = readTextOrNull(at(folder, RECORD))
  return (text === null ? null : parseSnapshot(text))?.id ?? null
}

/** The path of its build, as long as the folder is open in this process. */
export function treeIn(folder: number): string {
  return at(folder, TREE)
}

/** What was recorded of the inputs of its build; null where nothing was. */
export function inputsIn(folder: number): string | null {
  return readTextOrNull(at(folder, INPUTS), LARGE)
}

/** Notes that a slot was seeded from it: eviction takes the least recently used. */
export function noteUse(folder: number, now: Date): void {
  utimesSync(at(folder, RECORD), now, now)
  appendFileSync(at(folder, HITS), '.')
}

/** What it shares with clones by hard link (see host/linked-files.ts); null where the record is damaged. */
export function linkedIn(folder: number): LinkedFile[] | null {
  const text = readTextOrNull(at(folder, LINKED), LARGE)
  return text === null ? [] : parseLinked(text)
}

/** Notes what it shares with its clones. */
export function noteLinked(folder: number, linked: readonly LinkedFile[]): void {
  replaceFile(at(folder, LINKED), JSON.stringify(linked))
}

/**
 * Notes how large it is, so that the budget can be kept without a walk.
 *
 * @returns false where another has taken its place, of which that says nothing
 */
export function noteBytes(root: Root, { name, snapshot }: Published, bytes: number): boolean {
  const isNoted = inside(root, [name.repository, name.key], (folder) => {
    if (!isIt(folder, snapshot)) return false
    replaceFile(at(folder, BYTES), String(bytes))
    return true
  })
  return isNoted ?? false
}

/** How large a snapshot in the trash is, as it was noted; null where nobody has, or it is none. */
export function bytesInTrash(root: Root, id: string): number | null {
  try {
    // Through the descriptor, which is itself a link.
    return within(trashPath(root, '.'), [id], (folder) => {
      const isOne = readTextOrNull(at(folder, RECORD)) !== null
      const bytes = Number(readTextOrNull(at(folder, BYTES)) ?? Number.NaN)
      return isOne && isAmount(bytes) ? bytes : null
    })
  } catch (error) {
    // Gone meanwhile, or another user’s.
    if (['ENOENT', 'EACCES'].includes(errnoOf(error)) || isDiverted(error)) return null
    throw error
  }
}

/** What is known of a slot beside its build. */
export interface Known {
  /** what was recorded of its inputs; null where nothing was */
  inputs: string | null
  /** what it shares with others by hard link */
  linked: readonly LinkedFile[]
}

/**
 * Publishes a slot as a snapshot: renames alone. Readers of the one before keep it: they hold a lock
 * on it, and the reaper leaves it alone until they are done.
 *
 * @returns false where the slot was not there any more, or was taken out of the way half-way
 */
export function publish(
  root: Root,
  slot: string,
  name: SnapshotName,
  snapshot: Snapshot,
  { inputs, linked }: Known,
): boolean {
  const staging = makeSeeding(root, snapshot.id)
  const isReady = within(staging, [], (folder) => {
    if (!moveOutOfSlot(root, slot, at(folder, TREE))) return false
    if (inputs !== null) replaceFile(at(folder, INPUTS), inputs)
    if (linked.length > 0) replaceFile(at(folder, LINKED), JSON.stringify(linked))
    replaceFile(at(folder, RECORD), encodeSnapshot(snapshot))
    return true
  })
  if (!isReady) return false
  makeOwnersFolder(root, controlPath(root, 'snapshots', name.repository))
  takeAway(root, name)
  const moved = inside(root, [name.repository], (folder) => {
    renameSync(staging, at(folder, name.key))
    return true
  })
  return moved ?? false
}

/**
 * Takes a snapshot out of service: one rename into the trash. What led to this may be minutes old.
 *
 * @returns false where it is gone, or another has taken its place
 */
export function evict(root: Root, { name, snapshot }: Published): boolean {
  const parts = [name.repository, name.key]
  return inside(root, parts, (folder) => isIt(folder, snapshot)) === true && takeAway(root, name)
}

function isIt(folder: number, snapshot: Published['snapshot']): boolean {
  return idIn(folder) === (snapshot?.id ?? null)
}

function takeAway(root: Root, name: SnapshotName): boolean {
  const moved = inside(root, [name.repository], (folder) => {
    renameSync(at(folder, name.key), trashPath(root, freshName()))
    return true
  })
  return moved ?? false
}

/** Works in a folder of the snapshots; null where it is not there, or a link was planted on the way. */
function inside<Value>(
  root: Root,
  parts: readonly string[],
  work: (folder: number) => Value,
): Value | null {
  try {
    return within(controlPath(root, 'snapshots'), parts, work)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isDiverted(error)) return null
    throw error
  }
}
