import { assess, gigabytes, goalOf, usedPercent } from '../plan/pressure.ts'
import type { Settings } from '../plan/settings.ts'
import { findHeldFiles } from '../host/deleted-files.ts'
import type { HeldFile } from '../host/deleted-files.ts'
import type { Root } from '../host/root.ts'
import { describeAction } from '../report/actions.ts'
import { outOfReachText } from '../report/out-of-reach.ts'
import { size } from '../report/texts.ts'
import { reclaimed } from './relieve.ts'
import type { Relieved } from './relieve.ts'
import type { Runtime } from './runtime.ts'

/** The log of relief: what made it necessary, what went, what it freed, what holds on. */
export function tell(
  root: Root,
  settings: Settings,
  need: 'watermark' | 'emergency',
  relieved: Relieved,
  { voice }: Runtime,
): void {
  const { before, after, retired, evicted, deleted, kept, failures } = relieved
  const { high, low } = settings.watermarks
  const [why, goal] =
    need === 'watermark'
      ? [`≥ ${high} %`, `below ${low} %`]
      : [
          `and ${assess(before, settings.floors).why}: emergency`,
          goalOf(before, settings.floors, settings.watermarks),
        ]
  voice.info(
    `${root.path} at ${Math.floor(usedPercent(before))} % ${why}: ${retired.length} slot(s) retired, ` +
      (evicted.length === 0 ? '' : `${evicted.length} snapshot(s) evicted, `) +
      `${deleted} trash entr${deleted === 1 ? 'y' : 'ies'} deleted, ${size(reclaimed(relieved))} freed ` +
      `(${gigabytes(before.freeBytes)} → ${gigabytes(after.reading.freeBytes)}), ` +
      `now at ${Math.floor(usedPercent(after.reading))} % (goal: ${goal})`,
  )
  for (const slot of retired) voice.info(`retired for room: ${slot}`)
  for (const snapshot of evicted) voice.info(`evicted for room: snapshot ${snapshot}`)
  if (relieved.gaveReserve) voice.info('the reserve was given back')
  for (const failure of failures) {
    voice.warning(`Not done: ${describeAction(failure.action)} (${failure.why})`)
  }
  if (relieved.outOfReach !== null) voice.warning(outOfReachText(root.path, relieved.outOfReach))
  if (usedPercent(after.reading) < low && after.level !== 'critical') return
  for (const action of kept.slice(0, 20)) voice.info(describeAction(action))
  for (const { pid, command, path, bytes } of heldFiles(root).slice(0, 10)) {
    voice.warning(
      `${size(bytes)} of ${path} are deleted but still held: pid ${pid} (${command}) has it open.`,
    )
  }
}

/** Not the locks of our own keepers, which go with their leases, nor what holds no space. */
function heldFiles(root: Root): HeldFile[] {
  const leases = `${root.realPath}/.target-guard/leases/`
  return findHeldFiles(root.realPath).filter(
    ({ path, bytes }) => bytes > 0 && !path.startsWith(leases),
  )
}
