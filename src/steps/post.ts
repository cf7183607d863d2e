import { readInputs } from '../github/inputs.ts'
import { readJob } from '../github/job.ts'
import { readState } from '../github/state.ts'
import { findRoot } from '../host/root.ts'
import { release } from './release.ts'
import { preciousOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/** Ends this step's lease, whatever became of pre and main. */
export async function post(runtime: Runtime): Promise<void> {
  const { environment, voice } = runtime
  const state = readState(environment)
  if (state === null || state.lease === null) {
    voice.info('nothing to end: this step got no lease')
    return
  }
  const root = findRoot(state.root, preciousOf(environment))
  if (root === null) {
    voice.warning(`The root ${state.root} is gone, and with it the lease ${state.lease}.`)
    return
  }
  const settings = readInputs(environment)
  const job = readJob(environment, settings.leg)
  await release(
    { root, job, settings, leases: [state.lease], status: settings.jobStatus, by: 'post' },
    runtime,
  )
}
