import { readdirSync, unlinkSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { saidPlaceOf } from '../plan/unit-files.ts'
import { at, isDiverted, within } from './folders.ts'

/**
 * Removes the files of a fingerprint, so that Cargo builds the unit, and what depends on it, again.
 *
 * @param path relative to the target directory; links are not followed
 * @throws where a file of it cannot be removed
 */
export function dropFingerprint(target: string, path: string): void {
  // A build script that only lost its fingerprint is run again, but what depends on it stays as it is
  // until the build after: Cargo looks for what the script printed, and how old that is.
  const said = saidPlaceOf(path)
  if (said !== null) {
    removeFrom(target, said.folders, (names) => names.filter((name) => name === said.name))
  }
  removeFrom(target, path.split('/'), (names) => names)
}

function removeFrom(
  target: string,
  folders: readonly string[],
  choose: (names: readonly string[]) => readonly string[],
): void {
  try {
    within(target, folders, (folder) => {
      for (const name of choose(readdirSync(at(folder, '.')))) unlinkSync(at(folder, name))
    })
  } catch (error) {
    // Without the folder Cargo does not know the unit.
    if (errnoOf(error) !== 'ENOENT' && !isDiverted(error)) throw error
  }
}
