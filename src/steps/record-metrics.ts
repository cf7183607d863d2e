import { readdirSync } from 'node:fs'
import { messageOf } from '../plan/guard-error.ts'
import { withKernelLock } from '../host/kernel-lock.ts'
import { controlPath } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { readSizeSample } from '../host/size-samples.ts'
import { readTextOrNull, replaceFile } from '../host/small-file.ts'
import { listSnapshots } from '../host/snapshots.ts'
import { listTrash } from '../host/trash.ts'
import { countWaiters } from '../host/waiting.ts'
import { readHeartbeatText } from '../host/heartbeat-file.ts'
import { parseHeartbeat } from '../report/heartbeat.ts'
import { loadMetrics, metricsText } from '../report/metrics.ts'
import type { MetricDisk, MetricFacts } from '../report/metrics.ts'
import { ENDINGS } from './heartbeat-of.ts'
import { metricDisks } from './metric-disks.ts'
import type { SeenDisks } from './metric-disks.ts'
import type { Runtime } from './runtime.ts'

/** What a pass or the end of a job adds to the metrics. */
export interface Recorded extends Counted {
  disks: SeenDisks
}

type Counted = Pick<MetricFacts, 'pass' | 'jobs' | 'seeds' | 'reclaimedBytes' | 'lockWaitSeconds'>

const WAIT_SECONDS = 2

/**
 * Replaces the metrics file, whole and at once. One process at a time adds to the counters; who is
 * not let in within two seconds leaves its share out rather than hold up a job.
 */
export async function recordMetrics(
  root: Root,
  { disks, ...counted }: Recorded,
  { voice, environment }: Runtime,
): Promise<void> {
  try {
    await loadMetrics()
    const path = controlPath(root, 'metrics.prom')
    const disksFrom = await metricDisks(root, disks, readTextOrNull(path) ?? '', environment)
    await withKernelLock(controlPath(root, 'metrics.lock'), WAIT_SECONDS, async () => {
      const before = readTextOrNull(path) ?? ''
      replaceFile(path, await metricsText(factsOf(root, counted, disksFrom(before)), before))
    })
  } catch (error) {
    voice.warning(`The metrics were not written (${messageOf(error)}).`)
  }
}

/** Adds what was deleted where no pass tells of it; the disks are told as they were. */
export async function recordReclaimed(
  root: Root,
  reclaimedBytes: number,
  runtime: Runtime,
): Promise<void> {
  if (reclaimedBytes === 0) return
  const disks = { assessments: [], floors: null }
  const nothing = { pass: null, jobs: [], seeds: [], lockWaitSeconds: null }
  await recordMetrics(root, { ...nothing, disks, reclaimedBytes }, runtime)
}

function factsOf(root: Root, counts: Counted, disks: readonly MetricDisk[]): MetricFacts {
  const names = readdirSync(controlPath(root, 'leases'))
  const live = names.filter((name) => /^[0-9a-f]{24}\.json$/.test(name)).length
  const ended = names.filter((name) => /^[0-9a-f]{24}\.ended$/.test(name)).length
  const sampled = names.filter((name) => /^[0-9a-f]{24}\.size$/.test(name))
  const sizes = sampled.map((name) => readSizeSample(root, name.slice(0, 24))?.bytes ?? 0)
  const snapshots = listSnapshots(root)
  const trash = listTrash(root)
  return {
    ...counts,
    disks,
    slots: live + ended,
    slotBytes: sum(sizes),
    snapshots: { many: snapshots.length, bytes: sum(snapshots.map(({ bytes }) => bytes ?? 0)) },
    waiting: countWaiters(root),
    leases: { live, ended },
    trash: trash.length,
    quarantined: trash.filter((entry) => entry.quarantine !== null).length,
    blocked: (parseHeartbeat(readHeartbeatText(root))?.blocked ?? []).filter(
      ({ path }) => path !== ENDINGS,
    ).length,
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
