import { reserveOf } from '../plan/admission-setting.ts'
import { capOf } from '../plan/cap.ts'
import type { Cap } from '../plan/cap.ts'
import type { HistoryLine } from '../plan/history.ts'
import type { Settings } from '../plan/settings.ts'
import { probeDisks } from '../host/disk.ts'
import { readHistory } from '../host/history.ts'
import { readEndedLeases } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { readSizeSample } from '../host/size-samples.ts'
import { listSnapshots } from '../host/snapshots.ts'

/**
 * How many jobs at once there is room for, in what is free and what goes for them; null where the disk
 * cannot be read.
 */
export async function cap(root: Root, settings: Settings): Promise<Cap | null> {
  const [reading] = (await probeDisks(root.path, [])).readings
  if (reading === undefined) return null
  const { freeBytes, totalBytes } = reading
  const reserveBytes = reserveOf(settings.admission.reserveBytes, totalBytes)
  const history = readHistory(root)
  // What trees share by reflink is in the size of each: there cannot be more than is used.
  const known = settings.dryRun ? 0 : evictableBytes(root, history)
  const room = { freeBytes, evictableBytes: Math.min(known, totalBytes - freeBytes), reserveBytes }
  return capOf(history, room)
}

/** As the history, or the last sample, has them; what nobody has measured counts as nothing. */
function evictableBytes(root: Root, history: readonly HistoryLine[]): number {
  const told = new Map(history.map(({ id, bytes }) => [id, bytes]))
  const ended = readEndedLeases(root).filter(({ isKept }) => !isKept)
  const slots = ended.map(({ id }) => told.get(id) ?? readSizeSample(root, id)?.bytes ?? 0)
  const snapshots = listSnapshots(root).map(({ bytes }) => bytes ?? 0)
  return [...slots, ...snapshots].reduce((sum, bytes) => sum + bytes, 0)
}
