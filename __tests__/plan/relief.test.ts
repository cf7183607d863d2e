import { describe, expect, test } from '@jest/globals'
import { reliefOrder } from '../../src/plan/relief.ts'
import type { ObservedLease } from '../../src/plan/reclaim.ts'
import { aLease, aRecord, aRunnerKey, anId } from '../helpers/lease.ts'
import { NOW, aVerdict, anObserved, endedBefore } from '../helpers/observed.ts'
import { aSelf } from '../helpers/self.ts'

const OTHER = aRunnerKey('runner-2')

/** A lease that was never ended, by a runner that is gone for good or works on. */
function live(n: number, kind: 'dead' | 'alive' | 'unknown', key = aRunnerKey()): ObservedLease {
  return anObserved({ record: aRecord(aLease({ id: anId(n, key) })), owner: aVerdict(kind) })
}

const ENDED = [endedBefore(1, { n: 1 }), endedBefore(3, { n: 2 }), endedBefore(2, { n: 3 })]
const OTHERS = [
  endedBefore(5, { n: 4, id: anId(4, OTHER) }),
  endedBefore(9, { n: 5, id: anId(5, OTHER) }),
]

function order(
  leases: readonly ObservedLease[],
  extent: 'own' | 'host',
  key = aRunnerKey(),
): string[] {
  const self = aSelf({ runnerKey: key })
  return reliefOrder(leases, self, extent, NOW).map(({ lease }) => lease.record.id)
}

describe('what goes when the disk needs room', () => {
  const all = [live(8, 'dead', OTHER), ...OTHERS, live(7, 'dead'), ...ENDED]

  test('in an emergency: own ended, own dead, others’ ended, orphans; the oldest first', () => {
    const own = [anId(2), anId(3), anId(1), anId(7)]
    const others = [anId(5, OTHER), anId(4, OTHER), anId(8, OTHER)]
    expect(order(all, 'host')).toEqual([...own, ...others])
    expect(order(all.toReversed(), 'host')).toEqual([...own, ...others])
  })

  test('never what somebody keeps', () => {
    const [first] = ENDED
    const kept = ENDED.map(({ record, owner }) =>
      anObserved({ owner, record: { ...record, isKept: true } }),
    )
    expect(order(kept, 'host')).toEqual([])
    expect(order([...kept.slice(1), ...(first === undefined ? [] : [first])], 'host')).toEqual([
      anId(1),
    ])
  })

  test('at the watermark of a job: its runner’s own alone', () => {
    expect(order(all, 'own')).toEqual([anId(2), anId(3), anId(1), anId(7)])
    expect(order(OTHERS, 'own')).toEqual([])
  })

  test('nothing whose owner lives or is unknown, and nothing that is not there', () => {
    const kept = [live(1, 'alive'), live(2, 'unknown'), live(3, 'alive', OTHER)]
    const gone = { ...endedBefore(9, { n: 4 }), slot: 'missing' as const }
    for (const extent of ['own', 'host'] as const) {
      expect(order([...kept, gone], extent)).toEqual([])
    }
  })

  test('for a sweep, which is no runner: all ended ones before orphans', () => {
    const self = aSelf({ runnerKey: null })
    const found = reliefOrder(all, self, 'host', NOW).map(({ lease }) => lease.record.state)
    expect(found).toEqual(['ended', 'ended', 'ended', 'ended', 'ended', 'live', 'live'])
  })

  test('with the reason and the kind', () => {
    const reasons = reliefOrder(all, aSelf(), 'host', NOW).map(({ reason }) => reason)
    expect(reasons[0]).toBe('its job ended; the disk needs room (own, ended)')
    expect(reasons.at(-1)).toBe('it is dead; the disk needs room (orphan)')
  })
})
