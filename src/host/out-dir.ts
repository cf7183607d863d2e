import { readdirSync, readlinkSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import type { Reader } from '../plan/archive.ts'
import { inspectArtefact } from '../plan/artefact.ts'
import type { Search } from '../plan/artefact.ts'
import { bytesOf, mentions } from '../plan/former-paths.ts'
import { at } from './folders.ts'
import { withPlainFile } from './plain-file.ts'
import { enter } from './profiles.ts'

/** What may still be read in all OUT_DIRs together. */
export interface Allowance {
  bytes: number
  entries: number
}

/** How OUT_DIR is searched: links, and what is compiled, for all paths. */
export interface OutSearch extends Search {
  /** for which of them any other file is, by its path in OUT_DIR, and whether CMake builds there */
  readonly pathsFor: (file: string, isCMakes: boolean) => readonly string[]
  readonly allowance: Allowance
  /** is told of caches of CMake with one of all paths, by their path in OUT_DIR */
  readonly onCache: (file: string) => void
}

/** CMake refuses to work where this says that it was made elsewhere. */
const CMAKE_CACHE = 'CMakeCache.txt'

const DEPTH_AT_MOST = 64

/**
 * Finds a file or link with a former path in what a build script made.
 *
 * @param folder descriptor of OUT_DIR, or of a folder in it
 * @param path of that folder in OUT_DIR, with a slash at its end
 * @returns why it cannot stay, or null
 */
export function searchOutDir(
  folder: number,
  search: OutSearch,
  path = '',
  isCMakes = false,
): string | null {
  if (path.split('/').length > DEPTH_AT_MOST) return 'its files lie too deep to be searched'
  const entries = readdirSync(at(folder, '.'), { withFileTypes: true })
  // What lies beside OUT_DIR's other files may be of theirs.
  const isBuild = isCMakes || (path !== '' && entries.some(({ name }) => name === CMAKE_CACHE))
  for (const entry of entries) {
    search.allowance.entries -= 1
    if (search.allowance.entries < 0) return 'there are too many files to be searched'
    if (entry.name.includes('\uFFFD')) return 'it made a file whose name is not UTF-8'
    const found = searchEntry(folder, entry, search, { path, isCMakes: isBuild })
    if (found !== null) return found
  }
  return null
}

function searchEntry(
  folder: number,
  entry: Dirent,
  search: OutSearch,
  { path, isCMakes }: { path: string; isCMakes: boolean },
): string | null {
  const name = `${path}${entry.name}`
  if (entry.isDirectory()) {
    return enter(folder, entry.name, (next) => searchOutDir(next, search, `${name}/`, isCMakes))
  }
  if (entry.isSymbolicLink()) {
    const leads = bytesOf(readlinkSync(at(folder, entry.name)))
    return mentions(leads, search.paths, search.living) ? `it made a link, ${name}` : null
  }
  return withPlainFile(at(folder, entry.name), ({ size, read }) => {
    search.allowance.bytes -= size
    if (search.allowance.bytes < 0) return 'there is too much to be searched'
    const paths = isCompiled(read) ? search.paths : search.pathsFor(bytesOf(name), isCMakes)
    const isSeen = (of: readonly string[]): boolean =>
      of.length > 0 && inspectArtefact(read, size, { ...search, paths: of }).kind !== 'unseen'
    if (isSeen(paths)) return `it made ${name}`
    if (entry.name === CMAKE_CACHE && isSeen(search.paths)) search.onCache(name)
    return null
  })
}

/** Whether a file is a program, a library or an object. */
export function isCompiled(read: Reader): boolean {
  return /^(!<arch>\n|!<thin>\n|\u007fELF)/.test(read(0, 8).toString('latin1'))
}
