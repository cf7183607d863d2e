import { lstatSync, readdirSync } from 'node:fs'
import { replacesOutput } from '../plan/clone.ts'
import type { Way } from '../plan/clone.ts'
import { finishedBy, unitOf } from '../plan/uplifted-program.ts'
import type { Entry } from './entries.ts'
import { inTree } from './entries.ts'
import { readLinkerNote } from './linker-note.ts'

/** How a tree is cloned: what is made one by one, and what is left to cp(1) as a whole. */
export interface Recipe {
  /** directories made here, each before what is in it; the tree itself is the first */
  made: Entry[]
  /** files that get a second name in the clone */
  linked: Entry[]
  /** entries of made directories that cp copies, with all that is in them */
  copied: Entry[]
  /** those of them in which a file has several names: one cp must see all of these */
  tied: Set<string>
  /** regular files that would keep a setuid or setgid bit */
  privileged: Entry[]
  /** allocated bytes of what is copied, each file once */
  copiedBytes: number
  linkedBytes: number
}

/** Setuid and setgid, as in st_mode. */
export const PRIVILEGES = 0o6000n

/** Sorts a tree’s entries; of the files it only reads what linkers left in those that they wrote. */
export function recipeFor(
  base: string,
  entries: readonly Entry[],
  { way, sharesPrograms }: { way: Way; sharesPrograms: boolean },
): Recipe {
  const linked = way === 'hybrid' ? findLinkable(base, entries, sharesPrograms) : []
  const isLinked = new Set(linked.map((each) => each.path))
  const apart = entries.filter(
    ({ path, treatment }) => treatment !== 'copied' || isLinked.has(path),
  )
  const kept = entries.filter(({ treatment }) => treatment !== 'left out')
  const open = new Set(['', ...apart.filter((each) => mustStandOut(each, isLinked)).flatMap(above)])
  const copied = kept.filter(
    (each) => open.has(folderOf(each.path)) && !isLinked.has(each.path) && !isMade(each, open),
  )
  const isCopied = new Set(copied.map(({ path }) => path))
  const copiedFiles = kept.filter(({ kind, path }) => kind === 'file' && !isLinked.has(path))
  return {
    made: kept.filter((each) => each.kind === 'directory' && isMade(each, open)),
    linked,
    copied,
    tied: new Set(
      copiedFiles
        .filter(({ stat }) => stat.nlink > 1n)
        .flatMap((each) => [each.path, ...above(each)].filter((path) => isCopied.has(path))),
    ),
    privileged: copiedFiles.filter(({ stat }) => (stat.mode & PRIVILEGES) !== 0n),
    copiedBytes: allocated(copiedFiles),
    linkedBytes: allocated(linked),
  }
}

/** cp takes whole directories, unless something in them does not simply come along. */
function mustStandOut({ path, treatment }: Entry, isLinked: ReadonlySet<string>): boolean {
  return treatment === 'left out' || treatment === 'emptied' || isLinked.has(path)
}

function isMade({ path, kind, treatment }: Entry, open: ReadonlySet<string>): boolean {
  return kind === 'directory' && (open.has(path) || treatment === 'emptied')
}

/** The directories above an entry, as paths in the tree. */
function above({ path }: Entry): string[] {
  const folder = folderOf(path)
  return folder === '' ? [] : [folder, ...above({ path: folder } as Entry)]
}

/** '' for what lies at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Files whose every name in this tree may be shared. */
function findLinkable(base: string, entries: readonly Entry[], sharesPrograms: boolean): Entry[] {
  const files = entries.filter(({ kind, stat }) => kind === 'file' && stat.size > 0n)
  const asBuilt = new Set(sharesPrograms ? findAsBuilt(entries, files).map(inodeOf) : [])
  const isShareable = (each: Entry): boolean =>
    each.treatment === 'uplifted' ? asBuilt.has(inodeOf(each)) : mayShare(base, each)
  const unshared = new Set([
    ...files.filter((each) => !isShareable(each)).map(inodeOf),
    ...entries.filter(isIncremental).flatMap(({ path }) => metadataIn(base, path)),
  ])
  return files.filter((each) => !unshared.has(inodeOf(each)))
}

/**
 * Programs that people find, as Cargo left them when it had finished them. One that somebody wrote into
 * later is written into by the next job like this one, too: `strip` and its like write into all its names.
 */
function findAsBuilt(entries: readonly Entry[], files: readonly Entry[]): Entry[] {
  const finished = new Map<string, bigint>()
  for (const { path, stat } of entries) {
    const unit = finishedBy(path)
    if (unit !== null) finished.set(unit, stat.mtimeNs)
  }
  const linked = files.filter(({ treatment }) => treatment === 'relinked')
  const units = new Map(linked.map((each) => [inodeOf(each), unitOf(each.path) ?? '']))
  return files.filter(
    (each) =>
      each.treatment === 'uplifted' &&
      each.stat.mtimeNs <= (finished.get(units.get(inodeOf(each)) ?? '') ?? -1n),
  )
}

/** What a clone leaves behind has names of files, too. */
function isIncremental({ path, treatment }: Entry): boolean {
  return treatment === 'left out' && path.endsWith('/incremental')
}

/**
 * Metadata that incremental compilation has a name for, by inode: where it would be the same, rustc
 * keeps the file, and for `cargo check` Cargo then gives that another time.
 */
function metadataIn(base: string, incremental: string): bigint[] {
  const sessions = foldersIn(base, incremental).flatMap((crate) => foldersIn(base, crate))
  return sessions.flatMap((session) => {
    const path = inTree(base, `${session}/metadata.rmeta`)
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? [] : [stat.ino]
  })
}

function foldersIn(base: string, path: string): string[] {
  return readdirSync(inTree(base, path), { encoding: 'latin1', withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${path}/${name}`)
}

function mayShare(base: string, { path, treatment, stat }: Entry): boolean {
  if ((stat.mode & PRIVILEGES) !== 0n) return false
  if (treatment === 'relinked') return replacesOutput(readLinkerNote(inTree(base, path)))
  return treatment === 'replaced'
}

export function inodeOf({ stat }: Entry): bigint {
  return stat.ino
}

const BLOCK = 512

function allocated(files: readonly Entry[]): number {
  const byInode = new Map(files.map((each) => [inodeOf(each), each.stat.blocks]))
  return [...byInode.values()].reduce((sum, blocks) => sum + Number(blocks) * BLOCK, 0)
}
