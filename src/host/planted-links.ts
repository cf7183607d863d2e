import { readdirSync, statSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { at, within } from './folders.ts'
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
  for (const entry of entriesOf(folder)) {
    const { name } = entry
    if (entry.isSymbolicLink() && isWrittenInto(folder, name)) return name
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

/** A program or library beside those folders is replaced as a whole, whatever it is. */
function isWrittenInto(folder: number, name: string): boolean {
  return WRITTEN.has(name) || /^\.|\.d$/.test(name) || !leadsToFile(at(folder, name))
}

function leadsToFile(link: string): boolean {
  try {
    return statSync(link).isFile()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes(errnoOf(error))) return false
    throw error
  }
}

function findWithin(folder: number, levels: number): string | null {
  if (levels === 0) return null
  for (const entry of entriesOf(folder)) {
    if (entry.isSymbolicLink()) return entry.name
    if (levels === 1 || !entry.isDirectory()) continue
    const found = enter(folder, entry.name, (inner) => findWithin(inner, levels - 1))
    if (found !== null) return `${entry.name}/${found}`
  }
  return null
}

function entriesOf(folder: number): Dirent[] {
  return readdirSync(at(folder, '.'), { withFileTypes: true })
}
