import { readdirSync, renameSync, unlinkSync } from 'node:fs'
import { isCargoLock } from '../plan/clone.ts'
import { at } from './folders.ts'
import { withProfiles } from './profiles.ts'
import type { Root } from './root.ts'
import { discardSeeding, makeSeeding } from './seeding.ts'

/**
 * Takes out of a slot that was handed down what is of no use to its new job: Cargo’s lock files, and
 * the state of incremental compilation where that is off.
 *
 * @param target absolute path of the slot
 * @param id of its lease
 * @throws Error where the slot is not as Cargo makes one
 */
export function leaveBehind(
  root: Root,
  target: string,
  id: string,
  { incremental }: { incremental: boolean },
): void {
  let moved = 0
  withProfiles(target, (profiles) => {
    for (const { folder } of profiles) {
      for (const name of readdirSync(at(folder, '.'))) {
        if (isCargoLock(name)) unlinkSync(at(folder, name))
        else if (name === 'incremental' && incremental) {
          renameSync(at(folder, name), `${makeSeeding(root, id)}/incremental-${moved}`)
          moved += 1
        }
      }
    }
  })
  if (moved > 0) discardSeeding(root, id)
}
