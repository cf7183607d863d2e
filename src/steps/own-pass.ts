import type { Self } from '../plan/evidence.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { Action } from '../plan/reclaim.ts'
import type { Settings } from '../plan/settings.ts'
import { helpers } from '../host/privilege.ts'
import type { Root } from '../host/root.ts'
import { passLines } from '../report/actions.ts'
import type { FailedPass } from './after-pass.ts'
import { pass } from './pass.ts'
import type { PassResult } from './pass.ts'
import type { Runtime } from './runtime.ts'

export interface OwnPassRequest {
  root: Root
  self: Self
  settings: Settings
  /** which phase of which runner, for the heartbeat */
  by: string
  /** ids of leases whose slots have just become snapshots */
  published?: readonly string[]
}

/** The pass over this runner's own slots, told to the log of its job; one that fails stops no job. */
export async function passOverOwn(
  { root, self, settings, by, published = [] }: OwnPassRequest,
  runtime: Runtime,
): Promise<PassResult | FailedPass> {
  const { dryRun } = settings
  const ways = helpers(settings)
  try {
    const done = await pass(
      { root, self, scope: 'own', retention: settings, ways, dryRun, deletes: 'later', by },
      runtime,
    )
    announce(done.actions, published, dryRun, runtime)
    return done
  } catch (error) {
    const why = messageOf(error)
    runtime.voice.warning(
      `The pass over this runner’s slots failed (${why}); the job goes on, and the ` +
        'next pass tries again. “target-guard doctor” checks the host.',
    )
    return { scope: 'own', why }
  }
}

/** Says what a pass did; in a dry run as an annotation that nobody can overlook. */
function announce(
  actions: readonly Action[],
  published: readonly string[],
  dryRun: boolean,
  { voice }: Runtime,
): void {
  for (const line of passLines(actions, { would: dryRun, published })) voice.info(line)
  if (!dryRun) return
  const many = actions.filter((action) => action.kind === 'retire').length
  voice.warning(
    `dry-run is on: nothing is deleted on this host by this runner. ${many} slot(s) would go.`,
  )
}
