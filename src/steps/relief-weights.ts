import type { LeaseRecord } from '../plan/lease.ts'
import { weighSlot } from '../plan/relief.ts'
import type { Weight } from '../plan/relief.ts'
import { readHistory } from '../host/history.ts'
import type { Root } from '../host/root.ts'
import { readSizeSample } from '../host/size-samples.ts'
import { listSnapshots } from '../host/snapshots.ts'

/** How much each of these slots may free, and each snapshot; nothing is measured for it. */
export function weighAll(root: Root, slots: readonly LeaseRecord[]): Weight[] {
  const lines = new Map(readHistory(root).map((line) => [line.id, line]))
  return [
    ...slots.map(({ id, lease }) =>
      weighSlot({
        sample: readSizeSample(root, id),
        line: lines.get(id) ?? null,
        forecastBytes: lease?.forecastBytes ?? null,
      }),
    ),
    // Nobody counts their files.
    ...listSnapshots(root).map(({ bytes }) => ({ bytes, inodes: null })),
  ]
}
