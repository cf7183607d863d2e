import { readInputs } from '../github/inputs.ts'
import { readJob } from '../github/job.ts'
import type { State } from '../github/state.ts'
import { findLease } from '../host/leases.ts'
import { findRoot } from '../host/root.ts'
import { observeOwner } from '../host/runner.ts'
import { preciousOf, selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import type { SeedRequest } from './seed.ts'

/** What the slot of a step is seeded for; null where there is none. */
export function seedRequestOf(
  { root: path, lease: id }: Pick<State, 'root' | 'lease'>,
  { environment }: Runtime,
): SeedRequest | null {
  const root = findRoot(path, preciousOf(environment))
  const lease = root === null || id === null ? null : (findLease(root, id)?.lease ?? null)
  if (root === null || lease === null) return null
  const settings = readInputs(environment)
  const job = readJob(environment, settings.leg)
  const owner = observeOwner(environment)
  const self = selfOf(owner, job)
  return { root, job, owner, self, settings, lease, restoresMtimes: settings.restoreMtimes }
}
