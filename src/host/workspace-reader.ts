import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { UNPROVEN, isSettable } from '../plan/build-inputs.ts'
import type { Content } from '../plan/build-inputs.ts'
import type { RestoredFile } from '../plan/restored.ts'
import { ContentReader, foundAs, stampOf, statOrNull } from './contents.ts'
import type { Found } from './contents.ts'

/** More than this is not read of a workspace: what is left is unproven. */
const BYTES_AT_MOST = 4 * 1024 ** 3

/** Tells what lies in a workspace, and beside it, by what is known already where that is enough. */
export class WorkspaceReader {
  /** absolute, without links */
  readonly workspace: string
  readonly #reader = new ContentReader(BYTES_AT_MOST)
  readonly #restored: ReadonlyMap<string, RestoredFile>
  /** ids that are compared with: of the same path, the same sort is read */
  readonly #like: ReadonlyMap<string, Content>
  readonly #read = new Map<string, Found>()
  #sources: ReadonlyMap<string, Content | null> = new Map()

  constructor(
    workspace: string,
    restored: readonly RestoredFile[],
    like: ReadonlyMap<string, Content> = new Map(),
  ) {
    this.workspace = workspace
    this.#restored = new Map(restored.map((file) => [file.path, file]))
    this.#like = like
  }

  /** Takes over what git proves; by path relative to the workspace. */
  know(sources: ReadonlyMap<string, Content | null>): void {
    this.#sources = sources
  }

  /** Those of these absolute paths that lie below the workspace, relative to it. */
  below(paths: readonly string[]): string[] {
    const inside = paths.filter((path) => path !== this.workspace && this.isInside(path))
    return inside.map((path) => this.nameOf(path))
  }

  isInside(path: string): boolean {
    return path === this.workspace || path.startsWith(`${this.workspace}/`)
  }

  /** Whether its mtime is ours to set. */
  isOurs(path: string): boolean {
    return this.isInside(path) && isSettable(this.nameOf(path))
  }

  /** What an input at an absolute path is called: relative to the workspace where it lies in it. */
  nameOf(path: string): string {
    return this.isInside(path) ? path.slice(this.workspace.length + 1) : path
  }

  placeOf(name: string): string {
    return name.startsWith('/') ? name : join(this.workspace, name)
  }

  /** What lies at an absolute path, itself; null where nothing does. */
  readonly find = (path: string): Found | null => {
    const name = this.nameOf(path)
    const like = this.#like.get(name)?.id ?? null
    const known = this.isInside(path) ? (this.#sources.get(name) ?? null) : null
    const isOfSort = like === null || like === UNPROVEN || like.startsWith('git:')
    if (known !== null && isOfSort) {
      const stat = statOrNull(path)
      if (stat?.isFile() === true) return foundAs('file', known.id, stat)
    }
    const restored = this.#restored.get(name)
    if (restored?.kind === 'file') {
      const stat = statOrNull(path)
      if (stat?.isFile() === true && isSame(restored, stat)) {
        return foundAs('file', restored.id, stat)
      }
    }
    const read = this.#read.get(path) ?? this.#reader.find(path, like)
    if (read !== null) this.#read.set(path, read)
    return read
  }

  /** Whether nothing has happened to it since it was found to be what it was recorded as. */
  isAsRestored(path: string, found: Found): boolean {
    const restored = this.#restored.get(this.nameOf(path))
    if (restored === undefined || restored.kind !== found.kind) return false
    const { ctimeNs, inode, size } = restored.stamp
    const isWhole = found.kind === 'directory' || found.size === size || found.kind === 'link'
    return isWhole && inode === found.inode && ctimeNs === String(found.ctimeNs)
  }
}

function isSame(
  { stamp }: RestoredFile,
  stat: NonNullable<ReturnType<typeof statOrNull>>,
): boolean {
  const { ctimeNs, inode, size } = stampOf(stat)
  return stamp.ctimeNs === ctimeNs && stamp.inode === inode && stamp.size === size
}

/** Paths as they are written and as they are without links. */
export function withRealPaths(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => [path, realPathOf(path)]))]
}

/** A path without links; as it is where nothing is there. */
export function realPathOf(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    // It is not there, so nothing lies below it.
    return path
  }
}
