import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { localPackagesIn } from '../plan/cargo-lock.ts'
import { LARGE, readTextOrNull } from './small-file.ts'

/** Two checkouts of a workspace that hold a package of the same name. */
export interface Twins {
  package: string
  /** relative to the workspace, '.' for itself */
  folders: readonly [string, string]
}

const FOLDERS_AT_MOST = 1000

/**
 * Finds checkouts side by side of which one builds what the other does: Cargo tells their units apart by
 * nothing but times where they share a target directory.
 *
 * @param workspace absolute path
 */
export function findTwins(workspace: string): Twins | null {
  const seen = new Map<string, string>()
  for (const folder of checkoutsIn(workspace)) {
    const lockfile = readTextOrNull(join(workspace, folder, 'Cargo.lock'), LARGE) ?? ''
    for (const name of localPackagesIn(lockfile)) {
      const first = seen.get(name)
      if (first !== undefined && first !== folder)
        return { package: name, folders: [first, folder] }
      seen.set(name, folder)
    }
  }
  return null
}

/** The workspace and the folders in it that are repositories of their own; submodules have a file `.git`. */
function checkoutsIn(workspace: string): string[] {
  const entries = readdirSync(workspace, { withFileTypes: true }).slice(0, FOLDERS_AT_MOST)
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return ['.', ...folders].filter((folder) => {
    const git = lstatSync(join(workspace, folder, '.git'), { throwIfNoEntry: false })
    return git?.isDirectory() === true
  })
}
