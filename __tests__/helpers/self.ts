import type { Self } from '../../src/plan/evidence.ts'
import { BOOT, PID_NAMESPACE, aRunnerKey } from './lease.ts'

/** A process of runner-1 that works for run 2002, another job than `aLease` has. */
export function aSelf(overrides: Partial<Self> = {}): Self {
  return {
    bootId: BOOT,
    pidNamespace: PID_NAMESPACE,
    runnerKey: aRunnerKey(),
    worker: { pid: 4712, start: 2000 },
    container: null,
    job: { runId: '2002', attempt: 1, job: 'build' },
    ...overrides,
  }
}
