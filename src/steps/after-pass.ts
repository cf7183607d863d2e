import type { Root } from '../host/root.ts'
import type { SeedKind } from '../plan/build-record.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { Settings } from '../plan/settings.ts'
import { encodeHeartbeat, maintenanceWarnings } from '../report/heartbeat.ts'
import { readFoundedAt, writeHeartbeatText } from '../host/heartbeat-file.ts'
import { alert } from './alert.ts'
import type { Guarded } from './guard-disk.ts'
import type { PassResult } from './pass.ts'
import { describeCritical } from './refuse.ts'
import { recordMetrics } from './record-metrics.ts'
import type { Runtime } from './runtime.ts'

/** What a pass came to, for those who are to be told of it. */
export interface Outcome {
  root: Root
  settings: Settings
  done: PassResult | FailedPass
  guarded: Guarded
  /** results of jobs that have just ended */
  jobs: readonly string[]
  /** what their slots had been filled with */
  seeds?: readonly SeedKind[]
}

/** A pass that did not come to its end. */
export interface FailedPass {
  scope: 'own' | 'host'
  why: string
}

/**
 * Tells the metrics and, where it is bad, the webhook.
 *
 * @returns whether the heartbeat is written: without one nobody knows that there was a pass
 */
export async function afterPass(outcome: Outcome, runtime: Runtime): Promise<boolean> {
  const { root, settings, done, guarded, jobs, seeds = [] } = outcome
  const { assessments } = guarded
  const heartbeat = 'heartbeat' in done ? done.heartbeat : null
  const isNoted = 'heartbeat' in done && (done.isNoted || noteLate(root, done, runtime))
  const problems = 'heartbeat' in done ? done.heartbeat.errors : [`A pass failed: ${done.why}`]
  await recordMetrics(
    root,
    {
      disks: { assessments, floors: settings.floors },
      jobs,
      seeds,
      pass: {
        scope: 'heartbeat' in done ? done.heartbeat.scope : done.scope,
        result: problems.length > 0 ? 'failed' : 'done',
        seconds: heartbeat?.seconds ?? 0,
        atMs: heartbeat?.completedAt ?? Date.now(),
      },
      reclaimedBytes: guarded.reclaimedBytes + deletedBytes(done),
      lockWaitSeconds: heartbeat?.lock === null ? null : (heartbeat?.lock.waitedMs ?? 0) / 1000,
    },
    runtime,
  )
  if (guarded.level === 'critical') {
    const text = `${describeCritical(assessments)} The emergency pass could not free enough.`
    await alert(root, settings, { kind: 'critical', text }, runtime)
  }
  if (problems.length > 0) {
    const text = problems.slice(0, 5).join('; ')
    await alert(root, settings, { kind: 'pass-failed', text }, runtime)
  }
  const blocked = maintenanceWarnings(heartbeat, readFoundedAt(root), Date.now()).filter((text) =>
    text.includes('has been blocked for'),
  )
  if (blocked.length > 0) {
    const text = blocked.slice(0, 5).join('; ')
    await alert(root, settings, { kind: 'blocked', text }, runtime)
  }
  return isNoted
}

/** The disk was full for the heartbeat, and room has been made since, or could not be. */
function noteLate(root: Root, { heartbeat }: PassResult, { voice }: Runtime): boolean {
  try {
    writeHeartbeatText(root, encodeHeartbeat(heartbeat))
    return true
  } catch (error) {
    voice.warning(`The heartbeat cannot be written (${messageOf(error)}).`)
    return false
  }
}

function deletedBytes(done: PassResult | FailedPass): number {
  return 'reaped' in done ? (done.reaped?.deletedBytes ?? 0) : 0
}
