import { performance } from 'node:perf_hooks'
import type { Self } from '../plan/evidence.ts'
import { runnerPrefix } from '../plan/naming.ts'
import { candidates, planPass } from '../plan/reclaim.ts'
import type { Action, Candidate, Retention } from '../plan/reclaim.ts'
import type { Place } from '../plan/occupancy.ts'
import { withHostLock } from '../host/host-lock.ts'
import type { Helper } from '../host/privilege.ts'
import { controlPath } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { listTrash } from '../host/trash.ts'
import { mergeBlocked, readHeartbeat, writeHeartbeat } from '../report/heartbeat.ts'
import type { Blocked, Heartbeat } from '../report/heartbeat.ts'
import { describeAction, describeBlocked } from '../report/actions.ts'
import { apply, changesAnything, removeEmpty } from './apply.ts'
import type { Applied } from './apply.ts'
import { lookInto, observe } from './observe.ts'
import type { Scope, View } from './observe.ts'
import { reap } from './reap.ts'
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
  return [{ key: record.id, slot: record.slot, container }]
}

function adoptedPlaces(view: View): KeyedPlace[] {
  return view.foreign
    .filter((each) => each.adopted)
    .map(({ path }) => ({ key: path, slot: path, container: null }))
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
  const mayChange = !dryRun && (changesAnything(actions) || view.empty.length > 0)
  if (mayChange) {
    const { value, ...times } = await withHostLock(root, () => {
      removeEmpty(root, view.empty)
      return apply(root, actions, ways)
    })
    applied = value
    lock = times
    if (times.problem !== null) {
      runtime.voice.warning(
        `The host lock could not be had (${times.problem}); the pass went on without it, which is ` +
          'safe. Look at what lies at host.lock.lock in the root’s .target-guard if this stays so.',
      )
    }
  }
  const reaped = request.deletes === 'now' && !dryRun ? reap(root, ways) : null
  const heartbeat = heartbeatOf(request, { view, actions, applied, lock, reaped, started })
  const problem = writeHeartbeat(controlPath(root), heartbeat)
  if (problem !== null) runtime.voice.warning(problem)
  for (const { action, why } of applied.failures) {
    runtime.voice.warning(`Not done: ${describeAction(action)} (${why})`)
  }
  return { ...applied, actions, heartbeat, reaped }
}

function heartbeatOf(
  request: PassRequest,
  done: {
    view: View
    actions: readonly Action[]
    applied: Applied
    lock: Heartbeat['lock']
    reaped: Reaped | null
    started: number
  },
): Heartbeat {
  const { root, self, scope, by } = request
  const { view, actions, applied, lock, reaped, started } = done
  const control = controlPath(root)
  const stuck = listTrash(root).flatMap((entry): Omit<Blocked, 'since'>[] =>
    entry.quarantine === null
      ? []
      : [{ id: entry.id, path: describeBlocked(entry), reason: entry.quarantine.reason }],
  )
  const failed = applied.failures.flatMap(({ action, why }): Omit<Blocked, 'since'>[] =>
    action.kind === 'retire' ? [{ id: action.id, path: action.slot, reason: why }] : [],
  )
  const blocked = actions.flatMap((action): Omit<Blocked, 'since'>[] =>
    action.kind === 'keep' && action.state === 'blocked'
      ? [{ id: action.id, path: action.slot ?? action.id, reason: action.reason }]
      : [],
  )
  const prefix = scope === 'own' ? runnerPrefix(self.runnerKey ?? '') : ''
  const before = readHeartbeat(control)
  const stuckIds = new Set(stuck.map((each) => each.id))
  return {
    version: 1,
    completedAt: view.moment.wallMs,
    scope,
    by,
    seconds: Number(((performance.now() - started) / 1000).toFixed(3)),
    retired: applied.retired,
    kept: actions.flatMap((action) =>
      action.kind === 'keep'
        ? [{ path: action.slot ?? action.id, state: action.state, reason: action.reason }]
        : [],
    ),
    blocked: mergeBlocked(
      before?.blocked ?? [],
      [...blocked, ...failed, ...stuck],
      (id) => id.startsWith(prefix) || stuckIds.has(id),
      view.moment.wallMs,
    ),
    foreign:
      scope === 'host'
        ? view.foreign.map(({ path, why }) => ({ path, reason: why }))
        : (before?.foreign ?? []),
    reclaimedBytes: reaped?.reclaimedBytes ?? 0,
    lock,
    errors: applied.failures.map(({ action, why }) => `${describeAction(action)}: ${why}`),
  }
}
