import { performance } from 'node:perf_hooks'
import type { Self } from '../plan/evidence.ts'
import { candidates, planPass } from '../plan/reclaim.ts'
import type { Action, Candidate, Retention } from '../plan/reclaim.ts'
import type { Place } from '../plan/occupancy.ts'
import { withHostLock } from '../host/host-lock.ts'
import { wakeKeeper } from '../host/keeper.ts'
import type { Helper } from '../host/privilege.ts'
import { writeHeartbeatText } from '../host/heartbeat-file.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { Root } from '../host/root.ts'
import { encodeHeartbeat } from '../report/heartbeat.ts'
import type { Heartbeat } from '../report/heartbeat.ts'
import { describeAction } from '../report/actions.ts'
import { apply, changesAnything, finishAdoptions, finishInPlace } from './apply.ts'
import type { Applied } from './apply.ts'
import { heartbeatOf } from './heartbeat-of.ts'
import { lookInto, observe } from './observe.ts'
import type { Scope, View } from './observe.ts'
import { tellAndReap } from './reap.ts'
import type { Reaped } from './reap.ts'
import type { Runtime } from './runtime.ts'

/** What a pass needs to know. */
export interface PassRequest {
  root: Root
  self: Self
  scope: Scope
  retention: Retention
  ways: readonly Helper[]
  dryRun: boolean
  /** who empties the trash: this pass before it ends, or the reaper in the background */
  deletes: 'now' | 'later'
  /** which step and runner, for the heartbeat */
  by: string
  /** paths that an administrator gives up for deletion, relative to the root */
  adopted?: readonly string[]
}

/** What a pass did, for the step that asked for it. */
export interface PassResult extends Applied {
  actions: Action[]
  heartbeat: Heartbeat
  /** null where the reaper does it later */
  reaped: Reaped | null
  /** whether the heartbeat is written; on a full disk it has to wait for room */
  isNoted: boolean
}

/** What a pass would do, and the view it was planned on; touches nothing. */
export async function plan(
  request: Pick<PassRequest, 'root' | 'self' | 'scope' | 'retention' | 'adopted'>,
  runtime: Runtime,
): Promise<{ view: View; actions: Action[] }> {
  const { root, self, scope, retention, adopted } = request
  const view = observe(root, self, scope, adopted)
  const chosen = candidates(view.leases, retention, view.moment)
  const places = [...chosen.flatMap(placeOf), ...adoptedPlaces(view)]
  const bySlot = await lookInto(root, places, self, runtime.environment)
  const occupancies = new Map(
    places.map((place) => [place.key, bySlot.get(place.slot) ?? { inhabitants: [], unknown: [] }]),
  )
  return { view, actions: planPass(view, chosen, occupancies) }
}

type KeyedPlace = Place & { key: string }

function placeOf({ lease: { record, slot, mounts } }: Candidate): KeyedPlace[] {
  if (record.slot === null || slot !== 'present' || mounts.length > 0) return []
  const container = record.lease?.owner.container ?? null
  const lease = record.state === 'live' ? record.id : null
  return [{ key: record.id, slot: record.slot, container, lease }]
}

function adoptedPlaces(view: View): KeyedPlace[] {
  return view.foreign
    .filter((each) => each.adopted)
    .map(({ path }) => ({ key: path, slot: path, container: null }))
}

/** Those that may be all that is left of a job: a stopped one would keep its slot for ever. */
function wakeKeepers(root: Root, view: View, actions: readonly Action[]): void {
  const dead = new Set(
    view.leases
      .filter(({ record, owner }) => record.state === 'live' && owner.kind === 'dead')
      .map(({ record }) => record.id),
  )
  for (const action of actions) {
    if (action.kind === 'keep' && dead.has(action.id)) wakeKeeper(root, action.id)
  }
}

function tryToFinishAdoptions(root: Root, { voice }: Runtime): void {
  try {
    finishAdoptions(root)
  } catch (error) {
    voice.warning(
      `Empty directories above an adopted slot were not removed (${messageOf(error)}); the next sweep ` +
        'tries again.',
    )
  }
}

/**
 * One pass: observe, plan, apply, and a heartbeat of it.
 *
 * The lock is taken only when there is something to rename, and held only for that. A pass without
 * the lock is right too; one that waited in vain says so.
 */
export async function pass(request: PassRequest, runtime: Runtime): Promise<PassResult> {
  const started = performance.now()
  const { root, ways, dryRun } = request
  const { view, actions } = await plan(request, runtime)
  let applied: Applied = { retired: [], failures: [] }
  let lock: Heartbeat['lock'] = null
  if (!dryRun && changesAnything(actions)) {
    const { value, gaveReserve, ...times } = await withHostLock(root, () =>
      apply(root, actions, ways),
    )
    applied = await finishInPlace(root, value)
    lock = times
    if (gaveReserve) {
      runtime.voice.warning('The disk is full: the reserve was given back for the host lock.')
    }
    if (times.problem !== null) {
      runtime.voice.warning(
        `The host lock could not be had (${times.problem}); the pass went on without it, which is ` +
          'safe. Look at what lies at host.lock.lock in the root’s .target-guard if this stays so.',
      )
    }
  }
  if (!dryRun) wakeKeepers(root, view, actions)
  if (!dryRun && request.scope === 'host') tryToFinishAdoptions(root, runtime)
  const reaped = request.deletes === 'now' && !dryRun ? await tellAndReap(root, ways) : null
  const seconds = (performance.now() - started) / 1000
  const heartbeat = heartbeatOf(request, { view, actions, applied, lock, reaped, seconds })
  const isNoted = tryToNote(root, heartbeat)
  for (const { action, why } of applied.failures) {
    runtime.voice.warning(`Not done: ${describeAction(action)} (${why})`)
  }
  return { ...applied, actions, heartbeat, reaped, isNoted }
}

/** Who looks at the disk next may make the room that it needs: nothing is said yet. */
function tryToNote(root: Root, heartbeat: Heartbeat): boolean {
  try {
    writeHeartbeatText(root, encodeHeartbeat(heartbeat))
    return true
  } catch {
    return false
  }
}
