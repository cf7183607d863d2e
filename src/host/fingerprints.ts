import { readdirSync, unlinkSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { at, isDiverted, within } from './folders.ts'

/**
 * Removes the files of a fingerprint, so that Cargo builds the unit, and what depends on it, again.
 *
 * @param path relative to the target directory; links are not followed
 * @throws where a file of it cannot be removed
 */
export function dropFingerprint(target: string, path: string): void {
  try {
    within(target, path.split('/'), (folder) => {
      for (const name of readdirSync(at(folder, '.'))) unlinkSync(at(folder, name))
    })
  } catch (error) {
    // Without the folder Cargo does not know the unit.
    if (errnoOf(error) !== 'ENOENT' && !isDiverted(error)) throw error
  }
}
