import type { SeedWish } from '../plan/seed.ts'
import { isLocal } from '../plan/lease.ts'
import { readSystem } from '../host/os-release.ts'
import { lastSetTimes } from '../host/set-times.ts'
import { findCommon } from '../host/workplace.ts'
import type { Runtime } from './runtime.ts'
import type { SeedRequest } from './seed.ts'

/** When mtimes were last set in the checkouts that the job’s runner has of its repository. */
export function timesOf({ root, job, owner: { runner } }: SeedRequest): string {
  return lastSetTimes(root, runner.key, `${job.owner}/${job.repository}`)
}

/** What this job can take; the toolchain is asked for where there is anything to choose from. */
export function wishOf(request: SeedRequest, { environment }: Runtime): SeedWish {
  const { job, owner, lease, restoresMtimes } = request
  const workspace = environment['GITHUB_WORKSPACE'] ?? null
  return {
    job,
    madeBy: lease.madeBy,
    runnerKey: owner.runner.key,
    workspace,
    common: isLocal(lease.madeBy) && workspace !== null ? findCommon(workspace) : '',
    restoresMtimes,
    times: timesOf(request),
    toolchain: null,
    choice: null,
    system: readSystem(),
  }
}
