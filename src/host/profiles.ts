import { closeSync, readdirSync } from 'node:fs'
import { at, isDiverted, openFolder, within } from './folders.ts'
import { errnoOf } from '../plan/guard-error.ts'

/** A folder into which Cargo builds, held open: `debug`, `<triple>/release`, those of other tools. */
export interface Profile {
  /** relative to the target directory */
  readonly path: string
  readonly folder: number
}

/** Deepest known: `<tool's own target>/<triple>/<profile>`. */
const DEPTH = 4
const FOLDERS_AT_MOST = 4096

/** Cargo's own folders in a profile: they may hold very many others, and none in which it builds. */
export const INNER = new Set([
  '.fingerprint',
  'build',
  'deps',
  'doc',
  'examples',
  'incremental',
  'package',
])

/**
 * Opens each profile of a target directory, found without following any link, and closes all after.
 *
 * @throws Error where there are more folders than Cargo makes, or one cannot be read
 */
export function withProfiles<Value>(
  target: string,
  work: (profiles: readonly Profile[]) => Value,
): Value {
  const profiles: Profile[] = []
  let seen = 0
  const visit = (folder: number, path: readonly string[]): void => {
    seen += 1
    if (seen > FOLDERS_AT_MOST) throw new Error('it holds too many folders')
    const names = readdirSync(at(folder, '.'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    const isProfile = names.includes('.fingerprint') || names.includes('build')
    if (isProfile) profiles.push({ path: path.join('/'), folder: openFolder(at(folder, '.')) })
    if (path.length === DEPTH) return
    for (const name of names.filter((each) => !isProfile || !INNER.has(each))) {
      enter(folder, name, (next) => visit(next, [...path, name]))
    }
  }
  try {
    within(target, [], (folder) => visit(folder, []))
    return work(profiles)
  } finally {
    for (const { folder } of profiles) closeSync(folder)
  }
}

/** Opens a folder of a folder for a while; null where there is none of that name. */
export function enter<Value>(
  folder: number,
  name: string,
  work: (folder: number) => Value,
): Value | null {
  let next: number
  try {
    next = openFolder(at(folder, name))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isDiverted(error)) return null
    throw error
  }
  try {
    return work(next)
  } finally {
    closeSync(next)
  }
}
