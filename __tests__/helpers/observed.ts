import type { Verdict } from '../../src/plan/evidence.ts'
import type { ObservedLease, Moment, Retention } from '../../src/plan/reclaim.ts'
import { BOOT, aLease, aRecord, anEnd, anId } from './lease.ts'

/** 100 hours after boot. */
export const NOW: Moment = { bootId: BOOT, uptimeS: 360_000, wallMs: 2_000_000_000_000 }

export const RETENTION: Retention = { retentionHours: 24, keepPerPr: 1 }

export function aVerdict(kind: Verdict['kind'], reason = `it is ${kind}`): Verdict {
  return { kind, reasons: [reason] }
}

/** A lease with a dead owner and a slot that is there. */
export function anObserved(overrides: Partial<ObservedLease> = {}): ObservedLease {
  return {
    record: aRecord(),
    owner: aVerdict('dead'),
    slot: 'present',
    mounts: [],
    ...overrides,
  }
}

/** The nth lease, which ended so many hours before NOW. */
export function endedBefore(
  hours: number,
  options: Parameters<typeof aLease>[0] & { n?: number; end?: Parameters<typeof anEnd>[0] } = {},
): ObservedLease {
  const { n = 1, end, ...lease } = options
  const uptimeS = NOW.uptimeS - hours * 3600
  const wallMs = NOW.wallMs - hours * 3_600_000
  const record = aRecord(aLease({ id: anId(n), ...lease }), anEnd({ uptimeS, wallMs, ...end }))
  return anObserved({ record, owner: aVerdict('dead', 'its job ended') })
}
