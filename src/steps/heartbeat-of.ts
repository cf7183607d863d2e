import type { Self } from '../plan/evidence.ts'
import type { Action } from '../plan/reclaim.ts'
import { runnerPrefix } from '../plan/naming.ts'
import { oldestEndingMs } from '../host/history.ts'
import { blockedSince } from '../host/leases.ts'
import { readHeartbeatText } from '../host/heartbeat-file.ts'
import type { Root } from '../host/root.ts'
import { listTrash } from '../host/trash.ts'
import { describeAction, describeBlocked } from '../report/actions.ts'
import { parseHeartbeat } from '../report/heartbeat.ts'
import type { Blocked, Heartbeat } from '../report/heartbeat.ts'
import type { Applied } from './apply.ts'
import type { Scope, View } from './observe.ts'
import type { Reaped } from './reap.ts'

/** Which pass it was. */
export interface PassName {
  root: Root
  self: Self
  scope: Scope
  dryRun: boolean
  /** which step and runner */
  by: string
}

/** What a pass has done by the time it reports. */
export interface PassFacts {
  view: View
  actions: readonly Action[]
  applied: Applied
  lock: Heartbeat['lock']
  reaped: Reaped | null
  seconds: number
}

/** The heartbeat of a pass; of what lies outside its scope it carries on what was known before. */
export function heartbeatOf(pass: PassName, facts: PassFacts): Heartbeat {
  const { root, self, scope, by } = pass
  const { view, actions, applied, lock, reaped, seconds } = facts
  const before = parseHeartbeat(readHeartbeatText(root))
  const prefix = scope === 'own' ? runnerPrefix(self.runnerKey ?? '') : ''
  const untold = pass.dryRun ? [] : untoldEndings(root, view.moment.wallMs)
  const now = [...blockedLeases(pass, facts), ...stuckInTrash(root), ...untold]
  const seen = new Set(now.map((each) => each.id))
  const carried = (before?.blocked ?? []).filter(
    ({ id, path }) => !id.startsWith(prefix) && !seen.has(id) && !path.startsWith('.target-guard/'),
  )
  return {
    version: 1,
    completedAt: view.moment.wallMs,
    sweptAt: scope === 'host' ? view.moment.wallMs : (before?.sweptAt ?? 0),
    scope,
    by,
    seconds: Number(seconds.toFixed(3)),
    retired: applied.retired,
    kept: actions.flatMap((action) =>
      action.kind === 'keep'
        ? [{ path: action.slot ?? action.id, state: action.state, reason: action.reason }]
        : [],
    ),
    blocked: [...now, ...carried],
    foreign:
      scope === 'host'
        ? view.foreign.map(({ path, why }) => ({ path, reason: why }))
        : (before?.foreign ?? []),
    reclaimedBytes: reaped?.reclaimedBytes ?? 0,
    lock,
    errors: [
      ...applied.failures.map(({ action, why }) => `${describeAction(action)}: ${why}`),
      ...(reaped?.untold ?? []).map((why) => `${UNTOLD}: ${why}`),
    ],
  }
}

const UNTOLD = 'jobs that ended are not told in the history'

/** Where they lie, as a heartbeat names what is blocked. */
export const ENDINGS = '.target-guard/ending'

/** A reaper tells of a job within minutes: what lies there for an hour fails again and again. */
const UNTOLD_MS = 3_600_000

/** Whoever runs the reaper of a job, nobody reads what it says. */
function untoldEndings(root: Root, wallMs: number): Blocked[] {
  const since = oldestEndingMs(root)
  if (since === null || wallMs - since < UNTOLD_MS) return []
  const reason = `${UNTOLD}, so forecasts do not learn from them: “target-guard reap” says why`
  return [{ id: 'history', path: ENDINGS, reason, since }]
}

/** Slots that should go and do not: something is in the way, or taking them out of service failed. */
function blockedLeases(
  { root, dryRun }: PassName,
  { view, actions, applied }: PassFacts,
): Blocked[] {
  const blocked = (id: string, path: string, reason: string): Blocked => {
    const since = blockedSince(root, id, view.moment.wallMs, !dryRun)
    return { id, path, reason, since }
  }
  const inTheWay = actions.flatMap((action) =>
    action.kind === 'keep' && action.state === 'blocked'
      ? [blocked(action.id, action.slot ?? action.id, action.reason)]
      : [],
  )
  const failed = applied.failures.flatMap(({ action, why }) =>
    action.kind === 'retire' ? [blocked(action.id, action.slot, why)] : [],
  )
  return [...inTheWay, ...failed]
}

function stuckInTrash(root: Root): Blocked[] {
  return listTrash(root).flatMap((entry) => {
    if (entry.quarantine === null) return []
    const { reason, since } = entry.quarantine
    return [{ id: entry.id, path: describeBlocked(entry), reason, since }]
  })
}
