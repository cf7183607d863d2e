import type { Action } from '../plan/reclaim.ts'
import type { Job } from '../plan/job.ts'
import type { Maker } from '../plan/lease.ts'
import type { Settings } from '../plan/settings.ts'
import { helpers } from '../host/privilege.ts'
import { startReaper } from '../host/reaper.ts'
import { openRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { observeOwner } from '../host/runner.ts'
import { hasTrash } from '../host/trash.ts'
import { resolveOwner, resolveSetting } from '../host/users.ts'
import { readJob } from '../github/job.ts'
import { describeAction } from '../report/actions.ts'
import { maintenanceWarnings, parseHeartbeat } from '../report/heartbeat.ts'
import { readFoundedAt, readHeartbeatText } from '../host/heartbeat-file.ts'
import { acquire, takeOver } from './acquire.ts'
import type { Acquired } from './acquire.ts'
import { pass } from './pass.ts'
import { preciousOf, selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/** What a job has after prepare. */
export interface Prepared extends Acquired {
  root: string
  actions: Action[]
  /** how many slots were retired */
  retired: number
  /** freed by the pass itself */
  reclaimedBytes: number
  /** whether the slot is the hook's */
  takenOver: boolean
}

/**
 * The beginning of a job: check every setting, prune this runner's own stale slots, get a slot.
 *
 * @param onLease told the root and the lease as soon as it is written
 * @throws GuardError for bad settings, before anything is touched, or where no slot can be made
 */
export async function prepare(
  settings: Settings,
  madeBy: Maker,
  runtime: Runtime,
  onLease: (root: string, id: string) => void,
): Promise<Prepared> {
  const { environment, voice } = runtime
  const job = readJob(environment, settings.leg)
  if (settings.owner !== null) resolveSetting(settings.owner)
  const root = openRoot(settings.root, preciousOf(environment))
  const builder = resolveOwner(settings.owner, root)
  const owner = observeOwner(environment)
  const ways = helpers(settings)

  const heartbeat = parseHeartbeat(readHeartbeatText(root))
  for (const text of maintenanceWarnings(heartbeat, readFoundedAt(root), Date.now())) {
    voice.warning(text)
  }
  const pruned = await prune(root, job, settings, runtime)
  const request = { root, job, owner, builder, ways }
  const hooked = madeBy === 'step' ? (environment['TARGET_GUARD_LEASE'] ?? '') : ''
  const taken = takeOver(hooked, request)
  if (taken !== null) onLease(root.path, taken.lease.id)
  const slot = taken ?? acquire({ ...request, madeBy, onLease: (id) => onLease(root.path, id) })
  return { ...slot, ...pruned, root: root.path, takenOver: taken !== null }
}

/** The pass over this runner's own slots; a pass that fails never stops a job. */
async function prune(
  root: Root,
  job: Job,
  settings: Settings,
  runtime: Runtime,
): Promise<Pick<Prepared, 'actions' | 'retired' | 'reclaimedBytes'>> {
  const { environment, voice } = runtime
  const owner = observeOwner(environment)
  try {
    const done = await pass(
      {
        root,
        self: selfOf(owner, job),
        scope: 'own',
        retention: settings,
        ways: helpers(settings),
        dryRun: settings.dryRun,
        deletes: 'later',
        by: `pre of ${owner.runner.name}`,
      },
      runtime,
    )
    announce(done.actions, settings.dryRun, runtime)
    if (!settings.dryRun && hasTrash(root)) startReaper(root, runtime.script, settings)
    const { actions, retired, heartbeat } = done
    return { actions, retired: retired.length, reclaimedBytes: heartbeat.reclaimedBytes }
  } catch (error) {
    voice.warning(
      `The pass over this runner’s slots failed (${error instanceof Error ? error.message : String(error)}); ` +
        'the job goes on, and the next pass tries again. “target-guard doctor” checks the host.',
    )
    return { actions: [], retired: 0, reclaimedBytes: 0 }
  }
}

/** Says what a pass did; in a dry run as an annotation that nobody can overlook. */
export function announce(actions: readonly Action[], dryRun: boolean, { voice }: Runtime): void {
  for (const action of actions) {
    if (action.kind === 'foreign') continue
    voice.info(`${dryRun ? 'would ' : ''}${describeAction(action)}`)
  }
  if (!dryRun) return
  const many = actions.filter((action) => action.kind === 'retire').length
  voice.warning(
    `dry-run is on: nothing is deleted on this host by this runner. ${many} slot(s) would go.`,
  )
}
