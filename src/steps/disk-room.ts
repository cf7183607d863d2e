import { assess, room } from '../plan/pressure.ts'
import type { Level } from '../plan/pressure.ts'
import type { Settings } from '../plan/settings.ts'
import { probeDisks } from '../host/disk.ts'
import type { Root } from '../host/root.ts'

/** The root’s disk as far as it decides what may be copied. */
export interface DiskRoom {
  level: Level
  freeBytes: number
  /** bytes that may be written before it is low or at its high watermark */
  room: number
}

/** One that cannot be read has no room: nothing is copied to it. */
export async function readDiskRoom(
  root: Root,
  { floors, watermarks }: Settings,
): Promise<DiskRoom> {
  const [reading] = (await probeDisks(root.path, [])).readings
  if (reading === undefined) return { level: 'low', freeBytes: 0, room: 0 }
  const { level } = assess(reading, floors)
  return { level, freeBytes: reading.freeBytes, room: room(reading, floors, watermarks) }
}
