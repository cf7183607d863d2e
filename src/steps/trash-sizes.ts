import { readHistory } from '../host/history.ts'
import { controlName } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { measureTree } from '../host/sizes.ts'
import { bytesInTrash } from '../host/snapshots.ts'

/** How many bytes an entry of the trash takes; 0 where that cannot be found out in time. */
export type Sizes = (id: string) => Promise<number>

/** Only jobs that were killed have left no size anywhere. */
const MEASURE_MS = 30_000

/** By what the history tells of jobs and the budget of snapshots; what neither knows is measured. */
export function rememberSizes(root: Root): Sizes {
  const known = knownSizes(root)
  return async (id) =>
    known(id) ?? (await measureTree(controlName(root, 'trash', id), MEASURE_MS))?.bytes ?? 0
}

/** The same without measuring; null where neither knows. */
export function knownSizes(root: Root): (id: string) => number | null {
  let told: ReadonlyMap<string, number> | null = null
  return (id) => {
    told ??= readTold(root)
    return told.get(id) ?? bytesInTrash(root, id)
  }
}

/** Whatever is wrong with the history, the trash goes. */
function readTold(root: Root): Map<string, number> {
  try {
    const lines = readHistory(root)
    return new Map(lines.flatMap(({ id, bytes }) => (bytes === null ? [] : [[id, bytes]])))
  } catch {
    return new Map()
  }
}
