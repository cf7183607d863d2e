import { assess } from '../plan/pressure.ts'
import type { Assessment, Floors } from '../plan/pressure.ts'
import { dockerDirectory, probeDisks } from '../host/disk.ts'
import type { Root } from '../host/root.ts'
import { notedDisks } from '../report/noted-disks.ts'
import type { DiskRole, MetricDisk } from '../report/metrics.ts'

/** What somebody has just seen of the disks. */
export interface SeenDisks {
  assessments: readonly Assessment[]
  /** null for who has looked at none: they are told as they were */
  floors: Floors | null
}

/**
 * The disks of the host for the metrics: those that this process has looked at, and those that others
 * have, such as disks of other runners’ workspaces, as they are now. Nobody sees all of them, and a
 * series that comes and goes breaks alerts.
 *
 * @param text the metrics file as it was a moment ago
 * @returns what makes the disks of the file as it will be found
 */
export async function metricDisks(
  root: Root,
  { assessments, floors }: SeenDisks,
  text: string,
  environment: NodeJS.ProcessEnv,
): Promise<(before: string) => MetricDisk[]> {
  const own = assessments.flatMap((each) => disksOf(each, root))
  if (floors === null || isInJobContainer(environment)) {
    return (before) => merged(own.filter(isSameRoot(before)), notedDisks(before))
  }
  const asked = notedDisks(text).filter(({ role }) => role !== 'root')
  const { readings } = await probeDisks(
    root.path,
    asked.map(({ mount }) => mount),
  )
  const there = readings.flatMap((reading) =>
    reading.places.map(({ path, mount }) => ({ path, mount, seen: assess(reading, floors) })),
  )
  const now = asked.flatMap(({ role, mount }) => {
    // What is not mounted there any more is a folder of another disk.
    const found = there.find((each) => each.path === mount && each.mount === mount)
    return found === undefined ? [] : [diskOf(role, mount, found.seen)]
  })
  const known = new Set(asked.map(nameOf))
  return (before) => {
    const later = notedDisks(before).filter(
      (each) => each.role !== 'root' && !known.has(nameOf(each)),
    )
    return merged(own, [...now, ...later])
  }
}

/** There mount points are others: its own name for the root’s disk would be a second one. */
function isInJobContainer({ RUNNER_TEMP }: NodeJS.ProcessEnv): boolean {
  return RUNNER_TEMP?.startsWith('/__w/') === true
}

function isSameRoot(before: string): (disk: MetricDisk) => boolean {
  const root = notedDisks(before).find(({ role }) => role === 'root')
  return ({ role, mount }) => role === 'root' && (root === undefined || root.mount === mount)
}

function disksOf(seen: Assessment, root: Root): MetricDisk[] {
  return seen.reading.places.map(({ path, mount }) => diskOf(roleOf(path, root), mount, seen))
}

function roleOf(path: string, root: Root): DiskRole {
  if (path === root.path) return 'root'
  return path === dockerDirectory() ? 'docker' : 'workspace'
}

function diskOf(role: DiskRole, mount: string, { level, reading }: Assessment): MetricDisk {
  const { freeBytes, totalBytes, freeInodes, totalInodes } = reading
  return { role, mount, level, freeBytes, totalBytes, freeInodes, totalInodes }
}

function nameOf({ role, mount }: MetricDisk): string {
  return `${role} ${mount}`
}

/** Each once, and in one order: the first of a name counts. */
function merged(...lists: (readonly MetricDisk[])[]): MetricDisk[] {
  const all = new Map(
    lists
      .flat()
      .toReversed()
      .map((each) => [nameOf(each), each]),
  )
  return [...all.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, disk]) => disk)
}
