import { setTimeout as delay } from 'node:timers/promises'
import type { Occupancy, Self } from '../plan/evidence.ts'
import type { Root } from '../host/root.ts'
import { lookInto } from './observe.ts'
import type { Runtime } from './runtime.ts'

/** Why nobody may take what is in a slot, in words: who is in it, or who may be; null where nobody is. */
export function whyOccupied(occupancy: Occupancy | undefined): string | null {
  if (occupancy === undefined) return 'nobody could look into it'
  const [living] = occupancy.inhabitants
  return living === undefined ? (occupancy.unknown[0] ?? null) : `it is in use: ${living.what}`
}

/** How often, and after how long, somebody who is in a slot may have left it. */
const LOOKS = 4
const LOOK_AGAIN_MS = 250

/**
 * Who lives in a slot whose job has ended; looked for again as long as somebody does, for a second:
 * the reaper, or a keeper that has only just been started, measures it for a moment.
 *
 * @param place slot relative to the root, and the container that its job ran in
 * @returns undefined where nobody could look into it
 */
export async function lookUntilLeft(
  root: Root,
  place: { slot: string; container: string | null },
  self: Self,
  { environment }: Runtime,
): Promise<Occupancy | undefined> {
  const look = async (): Promise<Occupancy | undefined> =>
    (await lookInto(root, [place], self, environment)).get(place.slot)
  let occupancy = await look()
  for (let again = 0; again < LOOKS && (occupancy?.inhabitants.length ?? 0) > 0; again += 1) {
    await delay(LOOK_AGAIN_MS)
    occupancy = await look()
  }
  return occupancy
}
