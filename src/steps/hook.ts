import { readTwins } from '../github/inputs.ts'
import { readJob } from '../github/job.ts'
import { handOver } from '../github/workflow-commands.ts'
import { readLeases } from '../host/leases.ts'
import { findRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { observeOwner } from '../host/runner.ts'
import { runnerPrefix } from '../plan/naming.ts'
import type { Job, Owner } from '../plan/job.ts'
import { prepare, rememberEmergency } from './prepare.ts'
import { release } from './release.ts'
import { seed } from './seed.ts'
import { preciousOf, selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/**
 * Before a job: a slot for the whole job, told to every step of it through GITHUB_ENV.
 *
 * A step in a job container sees nothing of the runner's own environment, so the root goes along.
 */
export async function hookStarted(runtime: Runtime): Promise<void> {
  const { environment, voice } = runtime
  const settings = readTwins(environment)
  const prepared = await prepare(settings, 'hook', runtime, () => {})
  handOver(environment, 'GITHUB_ENV', 'TARGET_GUARD_ROOT', prepared.root)
  rememberEmergency(prepared, environment)
  if (prepared.slot === null) return
  handOver(environment, 'GITHUB_ENV', 'TARGET_GUARD_LEASE', prepared.slot.lease.id)
  handOver(environment, 'GITHUB_ENV', 'CARGO_TARGET_DIR', prepared.slot.targetDirectory)
  voice.info(`CARGO_TARGET_DIR is ${prepared.slot.targetDirectory}`)
  const root = findRoot(prepared.root, preciousOf(environment))
  if (root === null) return
  const job = readJob(environment, settings.leg)
  const { lease } = prepared.slot
  // The checkout comes later: nobody can tell yet which files are unchanged.
  const owner = observeOwner(environment)
  const self = selfOf(owner, job)
  await seed({ root, job, owner, self, settings, lease, restoresMtimes: false }, runtime)
}

/** After a job: end whatever leases of it are still live; the runner tells a hook no result. */
export async function hookCompleted(runtime: Runtime): Promise<void> {
  const { environment, voice } = runtime
  const settings = readTwins(environment)
  const root = findRoot(settings.root, preciousOf(environment))
  if (root === null) {
    voice.info(`there is no root at ${settings.root} yet`)
    return
  }
  const job = readJob(environment, settings.leg)
  const owner = observeOwner(environment)
  const self = selfOf(owner, job)
  const leases = liveLeases(root, job, owner)
  const by = `completed hook of ${owner.runner.name}`
  await release({ root, job, self, settings, leases, status: '', by }, runtime)
}

/** The live leases of this very job: of this Worker, or, in its containers, of this run and job. */
function liveLeases(root: Root, job: Job, owner: Owner): string[] {
  const { records } = readLeases(root, runnerPrefix(owner.runner.key), Date.now())
  return records.flatMap(({ id, state, lease }) => {
    if (state !== 'live' || lease === null || lease.owner.runner.key !== owner.runner.key) return []
    const { worker, bootId } = lease.owner
    const isOfWorker =
      worker !== null &&
      bootId === owner.bootId &&
      worker.pid === owner.worker?.pid &&
      worker.start === owner.worker.start
    const isInContainer =
      worker === null &&
      lease.owner.container !== null &&
      lease.runId === job.runId &&
      lease.attempt === job.attempt &&
      lease.job === job.job
    return isOfWorker || isInContainer ? [id] : []
  })
}
