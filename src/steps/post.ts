import { readInputs } from '../github/inputs.ts'
import { readJob } from '../github/job.ts'
import { readState } from '../github/state.ts'
import { findRoot } from '../host/root.ts'
import { GuardError } from '../plan/guard-error.ts'
import { observeOwner } from '../host/runner.ts'
import { release } from './release.ts'
import { preciousOf, selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/**
 * Ends this step's lease, whatever became of pre and main. What the host does not let it do is a
 * warning: a build that succeeded does not fail of our own end.
 */
export async function post(runtime: Runtime): Promise<void> {
  const { environment, voice } = runtime
  const state = readState(environment)
  if (state === null || state.lease === null) {
    voice.info('nothing to end: this step got no lease')
    return
  }
  const { root, lease } = state
  try {
    await end(root, lease, runtime)
  } catch (error) {
    if (!(error instanceof GuardError) || error.usage) throw error
    voice.warning(
      `The lease ${lease} was not ended (${error.message}); the end of its job ends it.`,
    )
  }
}

async function end(path: string, lease: string, runtime: Runtime): Promise<void> {
  const { environment, voice } = runtime
  const root = findRoot(path, preciousOf(environment))
  if (root === null) {
    voice.warning(`The root ${path} is gone, and with it the lease ${lease}.`)
    return
  }
  const settings = readInputs(environment)
  const job = readJob(environment, settings.leg)
  const owner = observeOwner(environment)
  await release(
    {
      root,
      job,
      self: selfOf(owner, job),
      settings,
      leases: [lease],
      status: settings.jobStatus,
      by: `post of ${owner.runner.name}`,
    },
    runtime,
  )
}
