import { readdirSync, statSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { at, isDiverted, within } from './folders.ts'
import { enter } from './profiles.ts'

/**
 * Folders that Cargo and its compilers write into, and down to which level all in them is theirs: what
 * build scripts and tests put into folders of their own may be links.
 */
const WRITTEN: ReadonlyMap<string, number> = new Map([
  ['.fingerprint', 2],
  ['build', 2],
  ['deps', 1],
  ['doc', 3],
  ['examples', 1],
  ['incremental', 3],
  ['package', 2],
  ['tmp', 0],
])

/** Deepest known: `<tool's own target>/<triple>/<profile>`. */
const DEPTH = 4

/**
 * A link where Cargo writes into what is there already: it would write to wherever the link leads.
 * Cargo makes none, so somebody else did.
 *
 * @returns its path relative to the target directory, null where there is none
 * @throws Error where a folder cannot be read
 */
export function findPlantedLink(target: string): string | null {
  return within(target, [], (folder) => findIn(folder, 0))
}

function findIn(folder: number, depth: number): string | null {
  const entries = entriesOf(folder)
  const isOwn = depth === 0 || entries.some(({ name }) => WRITTEN.has(name))
  for (const entry of entries) {
    const { name } = entry
    if (entry.isSymbolicLink() && isWrittenInto(folder, name, isOwn)) return name
    if (!entry.isDirectory()) continue
    const levels = WRITTEN.get(name)
    if (levels === undefined && depth === DEPTH) continue
    const found = enter(folder, name, (inner) =>
      levels === undefined ? findIn(inner, depth + 1) : findWithin(inner, levels),
    )
    if (found !== null) return `${name}/${found}`
  }
  return null
}

/**
 * A program or library beside those folders is replaced as a whole, whatever it is. In a folder that is
 * not Cargo's own, such as the `cxxbridge` of cxx, it makes folders alone, of profiles and targets.
 *
 * @param isOwn whether the folder is the target directory or a profile's
 */
function isWrittenInto(folder: number, name: string, isOwn: boolean): boolean {
  if (WRITTEN.has(name) || /^\.|\.d$/.test(name)) return true
  const kind = kindBehind(at(folder, name))
  return isOwn || !NO_PROFILE.test(name) ? kind !== 'file' : kind === 'folder'
}

/** No profile has a dot in its name. */
const NO_PROFILE = /\./

function kindBehind(link: string): 'file' | 'folder' | 'nothing' {
  try {
    const stat = statSync(link)
    return stat.isFile() ? 'file' : 'folder'
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes(errnoOf(error))) return 'nothing'
    throw error
  }
}

function findWithin(folder: number, levels: number): string | null {
  if (levels === 0) return null
  for (const entry of entriesOf(folder)) {
    if (entry.isSymbolicLink()) return entry.name
    if (levels === 1 || !entry.isDirectory()) continue
    const found =
      levels === 2
        ? linkAmong(folder, entry.name)
        : enter(folder, entry.name, (inner) => findWithin(inner, levels - 1))
    if (found !== null) return `${entry.name}/${found}`
  }
  return null
}

/** Of the lowest level there are very many folders: each is listed without being opened before. */
function linkAmong(folder: number, name: string): string | null {
  try {
    return entriesOf(folder, name).find((entry) => entry.isSymbolicLink())?.name ?? null
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isDiverted(error)) return null
    throw error
  }
}

function entriesOf(folder: number, name = '.'): Dirent[] {
  return readdirSync(at(folder, name), { withFileTypes: true })
}
