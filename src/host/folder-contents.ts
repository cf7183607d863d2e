import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { UNPROVEN } from '../plan/build-inputs.ts'
import { errnoOf } from '../plan/guard-error.ts'
import { foundAs, namesIn, statOrNull } from './contents.ts'
import type { Found } from './contents.ts'

/** Everything in a folder, as Cargo looks at it: at any depth, and through links. */
export interface FolderContents {
  /** the folder and what lies in it, by absolute path; folders with an id of their whole listing */
  entries: ReadonlyMap<string, Found>
  /** the newest mtime of all, also behind links */
  newestNs: bigint
}

/** Folders with more than this are left unproven. */
const ENTRIES_AT_MOST = 50_000

/**
 * Reads a folder.
 *
 * @param path absolute and free of links
 * @param contentOf what lies at a path, not through a link at its end
 */
export function readFolder(
  path: string,
  contentOf: (path: string) => Found | null,
): FolderContents | null {
  const reader = new FolderReader(contentOf)
  const found = reader.read(path)
  return found === null ? null : reader
}

class FolderReader implements FolderContents {
  readonly entries = new Map<string, Found>()
  newestNs = 0n
  readonly #contentOf: (path: string) => Found | null
  /** the folders that are being read: a link to one of them leads round in a circle */
  readonly #open = new Set<string>()

  constructor(contentOf: (path: string) => Found | null) {
    this.#contentOf = contentOf
  }

  read(path: string): Found | null {
    const known = this.entries.get(path)
    if (known !== undefined) return known
    const found = this.#contentOf(path)
    if (found === null) return null
    if (found.mtimeNs > this.newestNs) this.newestNs = found.mtimeNs
    const whole = found.kind === 'directory' ? this.#readFolder(path) : found
    if (whole !== null) this.entries.set(path, whole)
    return whole
  }

  #readFolder(path: string): Found | null {
    const stat = statOrNull(path)
    if (stat === null) return null
    const names = this.#open.has(path) ? null : namesIn(path)
    const isReadable = names !== null && this.entries.size + names.length <= ENTRIES_AT_MOST
    // Git’s own folder and a target directory change with every job; a submodule’s file does not.
    const hasGit = names?.includes('.git') === true && statOrNull(`${path}/.git`)?.isFile() !== true
    if (!isReadable || hasGit || names.includes('.rustc_info.json')) {
      return foundAs('directory', UNPROVEN, stat)
    }
    this.#open.add(path)
    const lines = names.map((name) => this.#lineOf(path, name))
    this.#open.delete(path)
    const isProven = lines.every((line) => line !== null)
    const digest = createHash('sha256').update(lines.join('')).digest('hex')
    return foundAs('directory', isProven ? `sha256:${digest}` : UNPROVEN, stat)
  }

  /** What makes up one entry of a listing; null where that is not known. */
  #lineOf(folder: string, name: string): string | null {
    const found = this.read(join(folder, name))
    if (found === null || found.id === UNPROVEN) return null
    const line = `${name}\0${found.kind}\0${found.isExecutable ? 'x' : '-'}\0${found.id}\0`
    if (found.kind !== 'link') return `${line}\n`
    const behind = realPathOrNull(join(folder, name))
    if (behind === null) return `${line}nothing\n`
    const content = this.read(behind)
    if (content === null || content.id === UNPROVEN) return null
    return `${line}${content.kind}\0${content.isExecutable ? 'x' : '-'}\0${content.id}\n`
  }
}

/** Where a path leads to in the end; null where that is nowhere. */
function realPathOrNull(path: string): string | null {
  try {
    return realpathSync.native(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG'].includes(errnoOf(error)))
      return null
    throw error
  }
}

/** A folder as a whole, with the times of the newest thing in it. */
export function newestIn(path: string, found: Found, { entries, newestNs }: FolderContents): Found {
  let { ctimeNs } = found
  for (const entry of entries.values()) if (entry.ctimeNs > ctimeNs) ctimeNs = entry.ctimeNs
  return { ...(entries.get(path) ?? found), mtimeNs: newestNs, ctimeNs }
}
