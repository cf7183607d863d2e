import { closeSync, readdirSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { at, isDiverted, openFolder } from './folders.ts'
import { walkTree } from './tree-walk.ts'
import type { Siblings } from './tree-walk.ts'

/** A folder into which Cargo builds, held open: `debug`, `<triple>/release`, those of other tools. */
export interface Profile {
  /** relative to the target directory */
  readonly path: string
  readonly folder: number
}

/** Deepest known: `<tool's own target>/<triple>/<profile>`. */
const DEPTH = 4

/** `<profile>` and `<triple>/<profile>`: so far down each folder is looked into. */
const OWN_DEPTH = 2

const FOLDERS_AT_MOST = 32_768

/** A folder that holds more, and no profile among the first, is where tests or benchmarks write. */
const BRANCH_AT_MOST = 4096

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
 * What is large and holds none, like the reports of benchmarks, is passed over deeper than Cargo's own
 * profiles lie.
 *
 * @throws Error where there are more folders than Cargo makes, or one cannot be read
 */
export function withProfiles<Value>(
  target: string,
  work: (profiles: readonly Profile[]) => Value,
): Value {
  const profiles: Profile[] = []
  const branches = new Branches()
  let seen = 0
  const visit = (folder: number, path: readonly string[]): Siblings | null => {
    if (path.length > OWN_DEPTH && branches.isPassedOver(path)) return null
    seen += 1
    if (seen > FOLDERS_AT_MOST) throw new Error('it holds too many folders')
    const entries = readdirSync(at(folder, '.'), { withFileTypes: true })
    if (isDocumentation(path, entries)) return null
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    const isProfile = names.includes('.fingerprint') || names.includes('build')
    if (isProfile) profiles.push({ path: path.join('/'), folder: openFolder(at(folder, '.')) })
    branches.add(path, isProfile)
    if (path.length === DEPTH) return null
    return { path, names: names.filter((each) => !isProfile || !INNER.has(each)) }
  }
  try {
    walkTree(target, visit)
    return work(profiles)
  } finally {
    for (const { folder } of profiles) closeSync(folder)
  }
}

/** What rustdoc wrote, for all crates: it makes a lock of its own first. */
function isDocumentation(path: readonly string[], entries: readonly Dirent[]): boolean {
  return path.at(-1) === 'doc' && entries.some(({ name }) => name === '.lock')
}

/** How many folders have been seen in each folder, and whether a profile was among them. */
class Branches {
  readonly #all = new Map<string, { folders: number; hasProfile: boolean }>()

  add(path: readonly string[], isProfile: boolean): void {
    for (const branch of branchesOf(path)) {
      const { folders, hasProfile } = this.#all.get(branch) ?? { folders: 0, hasProfile: false }
      this.#all.set(branch, { folders: folders + 1, hasProfile: hasProfile || isProfile })
    }
  }

  isPassedOver(path: readonly string[]): boolean {
    return branchesOf(path).some((branch) => {
      const { folders, hasProfile } = this.#all.get(branch) ?? { folders: 0, hasProfile: false }
      return folders > BRANCH_AT_MOST && !hasProfile
    })
  }
}

/** `a`, `a/b` and `a/b/c`. */
function branchesOf(path: readonly string[]): string[] {
  return path.map((_, index) => path.slice(0, index + 1).join('/'))
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
