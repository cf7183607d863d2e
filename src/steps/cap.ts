import { reserveOf } from '../plan/admission-setting.ts'
import { capOf } from '../plan/cap.ts'
import type { Cap } from '../plan/cap.ts'
import type { Settings } from '../plan/settings.ts'
import { probeDisks } from '../host/disk.ts'
import { readHistory } from '../host/history.ts'
import type { Root } from '../host/root.ts'

/** How many jobs at once there is room for; null where the disk cannot be read. */
export async function cap(root: Root, settings: Settings): Promise<Cap | null> {
  const [reading] = (await probeDisks(root.path, [])).readings
  if (reading === undefined) return null
  const reserveBytes = reserveOf(settings.admission.reserveBytes, reading.totalBytes)
  return capOf(readHistory(root), { freeBytes: reading.freeBytes, reserveBytes })
}
