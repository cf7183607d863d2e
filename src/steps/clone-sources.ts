import type { Job } from '../plan/job.ts'
import { ageHours } from '../plan/reclaim.ts'
import type { JudgedSlot, Origin } from '../plan/seed.ts'
import { snapshotsFor } from '../plan/snapshot.ts'
import type { SnapshotName, StoredSnapshot } from '../plan/snapshot.ts'
import type { Root } from '../host/root.ts'
import { folderOf } from '../host/snapshots.ts'

/** A build that a slot may be cloned from. */
export interface CloneSource {
  label: string
  /** the lease whose build it is */
  id: string
  /** absolute path of the slot, or of the snapshot’s folder: who reads it locks that */
  folder: string
  /** null where nobody has measured it */
  bytes: number | null
  ageHours: number | null
  origin: Origin
  /** whether jobs that may publish have built it, and may again seed from it */
  trusted: boolean
  /** slots whose paths may be compiled in, relative to the root */
  former: readonly string[]
  /** an ended slot (relative to the root), in which somebody may still be, or a snapshot */
  place: { slot: string; container: string | null } | { snapshot: SnapshotName }
}

/** What an ended slot of the same job and PR is as a source; none where nothing is known of its build. */
export function slotSource(
  root: Root,
  { source, slot, origin, refusal }: JudgedSlot,
): CloneSource[] {
  const { record, build, moment } = source
  if (origin === null || build === null || refusal !== null) return []
  const path = `${root.realPath}/${slot}`
  const hours = ageHours(record, moment)
  return [
    {
      label: `a clone of ${slot}`,
      id: record.id,
      folder: path,
      bytes: null,
      ageHours: Number.isFinite(hours) ? hours : null,
      origin,
      trusted: record.lease?.trusted === true,
      former: [slot, ...build.former],
      place: { slot, container: record.lease?.owner.container ?? null },
    },
  ]
}

/** The snapshots for a job, the newest first. */
export function snapshotSources(
  root: Root,
  job: Job,
  stored: readonly StoredSnapshot[],
  environment: string,
): CloneSource[] {
  return snapshotsFor(stored, job, null, environment).map(({ name, snapshot, bytes }) => ({
    label: `snapshot ${name.repository}/${name.key}`,
    id: snapshot.id,
    folder: folderOf(root, name),
    bytes,
    ageHours: Math.max(0, Date.now() - snapshot.publishedMs) / 3_600_000,
    origin: snapshot,
    trusted: true,
    former: snapshot.former,
    place: { snapshot: name },
  }))
}
