import { readdirSync, unlinkSync } from 'node:fs'
import { isCargoLock } from '../plan/clone.ts'
import { at, movingTo } from './folders.ts'
import { withProfiles } from './profiles.ts'

/**
 * Takes out of a target dir that was handed down what is of no use to its new job: Cargo’s lock files
 * and, with `skipIncremental`, the state of incremental compilation.
 *
 * @param target absolute path
 * @param aside absolute path of an empty folder, where what is large goes
 * @throws Error where the target dir is not as Cargo makes one
 */
export function leaveBehind(
  target: string,
  aside: string,
  { skipIncremental }: { skipIncremental: boolean },
): void {
  const out = movingTo(aside, 'incremental-')
  withProfiles(target, (profiles) => {
    for (const { folder } of profiles) {
      for (const name of readdirSync(at(folder, '.'))) {
        if (isCargoLock(name)) unlinkSync(at(folder, name))
        else if (name === 'incremental' && skipIncremental) out(folder, name)
      }
    }
  })
}

/** Whether Cargo has built in a target dir since it was left without lock files: it makes them first. */
export function hasBeenBuiltIn(target: string): boolean {
  return withProfiles(target, (profiles) =>
    profiles.some(({ folder }) => readdirSync(at(folder, '.')).some(isCargoLock)),
  )
}
