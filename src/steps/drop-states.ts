import { messageOf } from '../plan/guard-error.ts'
import { moveStatesOut } from '../host/crate-states.ts'
import type { Runtime } from './runtime.ts'

/**
 * Lets go of what incremental compilation has kept of units that are gone. Where that cannot be done it
 * costs nothing but room.
 *
 * @param target path of the target dir
 * @param aside path of a folder of our own, in which nothing is called `state-…`
 */
export function dropStates(target: string, aside: string, { voice }: Runtime): void {
  try {
    moveStatesOut(target, aside)
  } catch (error) {
    voice.warning(
      `What incremental compilation has kept of units that are gone stays (${messageOf(error)}).`,
    )
  }
}
