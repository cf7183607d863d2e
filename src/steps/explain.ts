import { findKeepers } from '../host/keeper-lock.ts'
import { observeOwner } from '../host/runner.ts'
import { inRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import type { Action } from '../plan/reclaim.ts'
import { GuardError } from '../plan/guard-error.ts'
import type { Settings } from '../plan/settings.ts'
import { KEPT_ALIVE } from '../plan/occupancy.ts'
import { reliefFor } from '../plan/pressure.ts'
import { withRelief } from '../plan/relief.ts'
import { existingRoot } from './existing-root.ts'
import { look } from './guard-disk.ts'
import { plan } from './pass.ts'
import { planRelief } from './relieve.ts'
import { selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/**
 * What a sweep would do to each slot and why; touches nothing.
 *
 * Under pressure what would go for room stands at the end, in its order: a sweep takes of it what the
 * disk needs.
 *
 * @param path only what lies at or below it, or contains it; absolute or relative to the root
 * @throws GuardError where nothing does
 */
export async function explain(
  settings: Settings,
  path: string | null,
  runtime: Runtime,
): Promise<Action[]> {
  const root = existingRoot(settings, runtime)
  const self = selfOf(observeOwner(runtime.environment), null)
  const planned = await plan({ root, self, scope: 'host', retention: settings }, runtime)
  const disks = await look({ root, settings }, runtime)
  const disk = disks.find((each) => each.reading.holdsRoot)
  const isTight = disk !== undefined && reliefFor(disks, settings.watermarks) !== 'none'
  const relief = { root, self, settings, extent: 'host' } as const
  const more = isTight ? (await planRelief(relief, disk.reading, runtime)).actions : []
  const actions = await withKeepers(root, withRelief(planned.actions, more))
  const name = path === null ? '' : inRoot(root, path)
  if (name === '') return actions
  const there = actions.filter((action) => concerns(action, name))
  if (there.length > 0) return there
  throw new GuardError(
    `Nothing of the root ${root.path} is at ${path ?? ''}.`,
    '“target-guard explain” without a path lists what there is.',
  )
}

/** A pass has no need to ask for keepers where it takes nothing; a person wants to know. */
async function withKeepers(root: Root, actions: readonly Action[]): Promise<Action[]> {
  const unknown = actions.flatMap((each) =>
    each.kind === 'keep' && each.state === 'unknown' ? [each.id] : [],
  )
  const kept = await findKeepers(root, unknown)
  return actions.map((each) =>
    each.kind === 'keep' && each.state === 'unknown' && kept.has(each.id)
      ? { ...each, state: 'live', reason: `${KEPT_ALIVE}; ${each.reason}` }
      : each,
  )
}

function concerns(action: Action, name: string): boolean {
  const subject = subjectOf(action)
  return subject === name || nested(subject, name) || nested(name, subject)
}

function nested(inner: string, outer: string): boolean {
  return inner.startsWith(`${outer}/`)
}

function subjectOf(action: Action): string {
  switch (action.kind) {
    case 'retire':
      return action.slot
    case 'keep':
    case 'forget':
      return action.slot ?? action.id
    case 'discard':
      return action.file
    case 'unlink':
    case 'adopt':
    case 'foreign':
      return action.path
    default:
      return action satisfies never
  }
}
