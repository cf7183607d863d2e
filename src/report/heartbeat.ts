import { isRecord, parseObject } from '../plan/lease.ts'

/** Something that would go and cannot, since when, and why. */
export interface Blocked {
  id: string
  /** relative to the root, or the trash entry */
  path: string
  reason: string
  /** milliseconds since the epoch, first seen */
  since: number
}

/** What the last pass left behind for people and for the next one. */
export interface Heartbeat {
  version: 1
  /** when the last pass was completed, milliseconds since the epoch */
  completedAt: number
  /** when the last sweep of the whole host was completed, milliseconds since the epoch; 0 for never */
  sweptAt: number
  /** `own` for a runner's pass over its own slots, `host` for a sweep */
  scope: 'own' | 'host'
  /** which step and runner */
  by: string
  seconds: number
  retired: string[]
  kept: { path: string; state: string; reason: string }[]
  blocked: Blocked[]
  foreign: { path: string; reason: string }[]
  /** freed by this pass itself, by statfs before and after; 0 where the reaper does it later */
  reclaimedBytes: number
  lock: { waitedMs: number; heldMs: number | null; problem: string | null } | null
  errors: string[]
}

/** Reads a heartbeat; null where there is none that can be understood. */
export function parseHeartbeat(text: string | null): Heartbeat | null {
  if (text === null) return null
  const found = parseObject(text)
  if (found === null || !isTime(found['completedAt'])) return null
  const list = (name: string): unknown[] => (Array.isArray(found[name]) ? found[name] : [])
  return {
    version: 1,
    completedAt: found['completedAt'],
    sweptAt: isTime(found['sweptAt']) ? found['sweptAt'] : 0,
    scope: found['scope'] === 'host' ? 'host' : 'own',
    by: textOf(found['by']),
    seconds: typeof found['seconds'] === 'number' ? found['seconds'] : 0,
    retired: list('retired').filter((each) => typeof each === 'string'),
    kept: list('kept')
      .filter(isRecord)
      .map((each) => ({
        path: textOf(each['path']),
        state: textOf(each['state']),
        reason: textOf(each['reason']),
      })),
    blocked: list('blocked')
      .filter(isRecord)
      .map((each) => ({
        id: textOf(each['id']),
        path: textOf(each['path']),
        reason: textOf(each['reason']),
        since: typeof each['since'] === 'number' ? each['since'] : 0,
      })),
    foreign: list('foreign')
      .filter(isRecord)
      .map((each) => ({
        path: textOf(each['path']),
        reason: textOf(each['reason']),
      })),
    reclaimedBytes: typeof found['reclaimedBytes'] === 'number' ? found['reclaimedBytes'] : 0,
    lock: null,
    errors: list('errors').filter((each) => typeof each === 'string'),
  }
}

/** Whether it is a moment that a Date can hold (ECMA-262, 21.4.1.1). */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function encodeHeartbeat(heartbeat: Heartbeat): string {
  return `${JSON.stringify(heartbeat)}\n`
}

const OVERDUE_MS = 48 * 3_600_000
const BLOCKED_MS = 24 * 3_600_000

/**
 * What every job must be told of the host's maintenance, in words; empty when all is well.
 *
 * @param foundedAt when the root was made, milliseconds since the epoch
 */
export function maintenanceWarnings(
  heartbeat: Heartbeat | null,
  foundedAt: number,
  wallMs: number,
): string[] {
  const warnings: string[] = []
  const since = heartbeat?.completedAt ?? foundedAt
  if (wallMs - since > OVERDUE_MS) {
    warnings.push(
      `No pass has been completed on this host for ${inHours(wallMs - since)} h. ` +
        'Run “target-guard sweep” there, have “target-guard install-timer” run it from now on, and ' +
        'ask “target-guard doctor” why.',
    )
  }
  const sweptAt = Math.max(heartbeat?.sweptAt ?? 0, foundedAt)
  if (warnings.length === 0 && wallMs - sweptAt > OVERDUE_MS) {
    warnings.push(
      'No sweep has gone over this host for 48 h: its timer is absent or does not run. ' +
        'Install it with “target-guard install-timer”.',
    )
  }
  for (const each of heartbeat?.blocked ?? []) {
    if (wallMs - each.since <= BLOCKED_MS) continue
    warnings.push(
      `${each.path} has been blocked for ${inHours(wallMs - each.since)} h: ${each.reason}`,
    )
  }
  return warnings
}

function inHours(milliseconds: number): number {
  return Math.round(milliseconds / 3_600_000)
}
