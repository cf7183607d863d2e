import { amount } from '../plan/pressure.ts'
import type { OutOfReach } from '../plan/relief.ts'
import { size } from './texts.ts'

/** Why nothing goes for a floor, and what to do about it. */
export function outOfReachText(rootPath: string, { floor, known }: OutOfReach): string {
  const { what, free, setting } = floor
  const all = what === 'bytes' ? size(known) : amount(what, known)
  return (
    `The floor of ${amount(what, floor.floor)} (${setting}) is out of reach, so no slot and no snapshot goes ` +
    `for it: ${amount(what, floor.floor - free)} are missing, and all that may go held ${all} when last ` +
    `measured. Free what else fills the disk of ${rootPath}, or lower ${setting}.`
  )
}
