import { observeOwner } from '../host/runner.ts'
import { readHeartbeatText } from '../host/heartbeat-file.ts'
import { hasReserve, reserveSize } from '../host/reserve.ts'
import { listSnapshots } from '../host/snapshots.ts'
import { listTrash } from '../host/trash.ts'
import type { TrashEntry } from '../host/trash.ts'
import { judge } from '../plan/evidence.ts'
import type { Verdict } from '../plan/evidence.ts'
import { ageHours } from '../plan/reclaim.ts'
import { usedPercent } from '../plan/pressure.ts'
import type { Level, Reading } from '../plan/pressure.ts'
import type { Settings } from '../plan/settings.ts'
import type { StoredSnapshot } from '../plan/snapshot.ts'
import { parseHeartbeat } from '../report/heartbeat.ts'
import type { Heartbeat } from '../report/heartbeat.ts'
import type { Cap } from '../plan/cap.ts'
import { cap } from './cap.ts'
import { existingRoot } from './existing-root.ts'
import { madeHoursAgo, slotSize, totalOf, waitersOf } from './holdings.ts'
import type { Total, WaiterStatus } from './holdings.ts'
import { look } from './guard-disk.ts'
import { lookInto, observe } from './observe.ts'
import { selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import { knownSizes } from './trash-sizes.ts'
import { watchedInWords } from './watched-worktrees.ts'

/** One lease with its evidence. */
export interface LeaseStatus {
  id: string
  state: 'live' | 'ended'
  slot: string | null
  slotIs: 'present' | 'missing' | 'diverted'
  repository: string | null
  prKey: string | null
  runId: string | null
  attempt: number | null
  workflow: string | null
  job: string | null
  leg: string | null
  forecastBytes: number | null
  runner: string | null
  result: string | null
  madeHoursAgo: number | null
  endedHoursAgo: number | null
  /** as its keeper last measured it, null where nobody has */
  bytes: number | null
  measuredHoursAgo: number | null
  verdict: Verdict
}

/** One published build. */
export interface SnapshotStatus {
  /** `<owner>--<repository>/<key>` */
  name: string
  workflow: string | null
  job: string | null
  leg: string | null
  revision: string | null
  /** null until a sweep has measured it */
  bytes: number | null
  ageHours: number | null
  /** how many slots were seeded from it */
  hits: number
  usedHoursAgo: number
}

/** The root at a glance. */
export interface Status {
  root: string
  /** the root's own first; those that cannot be read are left out */
  disks: (Reading & { level: Level; why: string; usedPercent: number })[]
  /** whether space is set aside for a full disk */
  reserve: boolean
  leases: LeaseStatus[]
  foreign: { path: string; why: string }[]
  snapshots: SnapshotStatus[]
  trash: TrashEntry[]
  totals: { slots: Total; snapshots: Total; trash: Total }
  /** who waits for room, first come, first served; null where that is not known */
  waiting: WaiterStatus[] | null
  /** whose worktrees a sweep looks after, in words */
  worktrees: string
  lastPass: Heartbeat | null
  /** how many jobs at once there is room for, null where the disk cannot be read */
  cap: Cap | null
}

/** Everything that is in the root, with the evidence for each lease; touches nothing. */
export async function status(settings: Settings, runtime: Runtime): Promise<Status> {
  const root = existingRoot(settings, runtime)
  const self = selfOf(observeOwner(runtime.environment), null)
  const view = observe(root, self, 'host')
  const places = view.leases.flatMap(({ record, slot }) =>
    record.slot === null || slot !== 'present'
      ? []
      : [
          {
            slot: record.slot,
            container: record.lease?.owner.container ?? null,
            lease: record.state === 'live' ? record.id : null,
          },
        ],
  )
  const occupancies = await lookInto(root, places, self, runtime.environment)
  const assessments = await look({ root, settings }, runtime)
  const snapshots = listSnapshots(root).map((each) => snapshotStatus(each, view.moment.wallMs))
  const trash = listTrash(root)
  const sizeOf = knownSizes(root)
  const sizes = new Map(
    view.leases.map(({ record }) => [record.id, slotSize(root, record, view.moment)]),
  )
  const present = view.leases.filter(({ slot }) => slot === 'present')
  const own = assessments.find(({ reading }) => reading.holdsRoot)
  return {
    root: root.path,
    disks: assessments.map(({ reading, level, why }) =>
      Object.assign(reading, { level, why, usedPercent: Number(usedPercent(reading).toFixed(1)) }),
    ),
    reserve: own !== undefined && hasReserve(root, reserveSize(own.reading)),
    leases: view.leases.map(({ record, owner, slot }) => {
      const { lease, end } = record
      const occupancy = record.slot === null ? undefined : occupancies.get(record.slot)
      const age = ageHours(record, view.moment)
      return {
        id: record.id,
        state: record.state,
        slot: record.slot,
        slotIs: slot,
        repository: lease?.repository ?? null,
        prKey: lease?.prKey ?? null,
        runId: lease?.runId ?? null,
        attempt: lease?.attempt ?? null,
        workflow: lease?.workflow ?? null,
        job: lease?.job ?? null,
        leg: lease?.leg ?? null,
        forecastBytes: lease?.forecastBytes ?? null,
        runner: lease?.owner.runner.name ?? null,
        result: end?.result ?? null,
        madeHoursAgo: madeHoursAgo(record, view.moment),
        endedHoursAgo: Number.isFinite(age) ? Number(age.toFixed(2)) : null,
        bytes: sizes.get(record.id)?.bytes ?? null,
        measuredHoursAgo: sizes.get(record.id)?.measuredHoursAgo ?? null,
        verdict: judge(owner, occupancy ?? { inhabitants: [], unknown: [] }),
      }
    }),
    foreign: view.foreign.map(({ path, why }) => ({ path, why })),
    snapshots,
    trash,
    totals: {
      slots: totalOf(present.map(({ record }) => sizes.get(record.id)?.bytes ?? null)),
      snapshots: totalOf(snapshots.map(({ bytes }) => bytes)),
      trash: totalOf(trash.map(({ id }) => sizeOf(id))),
    },
    waiting: await waitersOf(root, view.moment),
    worktrees: watchedInWords(runtime.environment).text,
    lastPass: parseHeartbeat(readHeartbeatText(root)),
    cap: await cap(root, settings),
  }
}

function snapshotStatus(stored: StoredSnapshot, nowMs: number): SnapshotStatus {
  const { name, snapshot, bytes, hits, usedMs } = stored
  return {
    name: `${name.repository}/${name.key}`,
    workflow: snapshot?.workflow ?? null,
    job: snapshot?.job ?? null,
    leg: snapshot?.leg ?? null,
    revision: snapshot?.revision ?? null,
    bytes,
    ageHours: snapshot === null ? null : hoursSince(snapshot.publishedMs, nowMs),
    hits,
    usedHoursAgo: hoursSince(usedMs, nowMs),
  }
}

function hoursSince(thenMs: number, nowMs: number): number {
  return Number((Math.max(0, nowMs - thenMs) / 3_600_000).toFixed(2))
}
