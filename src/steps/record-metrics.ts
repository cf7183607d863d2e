import { readdirSync } from 'node:fs'
import { messageOf } from '../plan/guard-error.ts'
import { withKernelLock } from '../host/kernel-lock.ts'
import { controlPath } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { readTextOrNull, replaceFile } from '../host/small-file.ts'
import { listTrash } from '../host/trash.ts'
import { readHeartbeatText } from '../host/heartbeat-file.ts'
import { parseHeartbeat } from '../report/heartbeat.ts'
import { loadMetrics, metricsText } from '../report/metrics.ts'
import type { MetricFacts } from '../report/metrics.ts'
import type { Assessment } from '../plan/pressure.ts'
import { ENDINGS } from './heartbeat-of.ts'
import type { Runtime } from './runtime.ts'

/** What a pass or the end of a job adds to the metrics. */
export interface Recorded extends Pick<
  MetricFacts,
  'pass' | 'jobs' | 'reclaimedBytes' | 'lockWaitSeconds'
> {
  assessments: readonly Assessment[]
}

const WAIT_SECONDS = 2

/**
 * Replaces the metrics file, whole and at once. One process at a time adds to the counters; who is
 * not let in within two seconds leaves its share out rather than hold up a job.
 */
export async function recordMetrics(
  root: Root,
  recorded: Recorded,
  { voice }: Runtime,
): Promise<void> {
  try {
    await loadMetrics()
    await withKernelLock(controlPath(root, 'metrics.lock'), WAIT_SECONDS, async () => {
      const path = controlPath(root, 'metrics.prom')
      const text = await metricsText(factsOf(root, recorded), readTextOrNull(path) ?? '')
      replaceFile(path, text)
    })
  } catch (error) {
    voice.warning(`The metrics were not written (${messageOf(error)}).`)
  }
}

function factsOf(root: Root, { assessments, ...counts }: Recorded): MetricFacts {
  const names = readdirSync(controlPath(root, 'leases'))
  const live = names.filter((name) => /^[0-9a-f]{24}\.json$/.test(name)).length
  const ended = names.filter((name) => /^[0-9a-f]{24}\.ended$/.test(name)).length
  const trash = listTrash(root)
  return {
    ...counts,
    disks: assessments.map(({ level, reading }) => ({ level, ...reading })),
    slots: live + ended,
    leases: { live, ended },
    trash: trash.length,
    quarantined: trash.filter((entry) => entry.quarantine !== null).length,
    blocked: (parseHeartbeat(readHeartbeatText(root))?.blocked ?? []).filter(
      ({ path }) => path !== ENDINGS,
    ).length,
  }
}
