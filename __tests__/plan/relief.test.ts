import { describe, expect, test } from '@jest/globals'
import { outOfReach, reliefOrder, weighSlot, withRelief } from '../../src/plan/relief.ts'
import type { Check } from '../../src/plan/pressure.ts'
import type { Action, ObservedLease } from '../../src/plan/reclaim.ts'
import { nextSample } from '../../src/plan/size-sample.ts'
import { aLine } from '../helpers/history.ts'
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

describe('how much a slot may free', () => {
  const sample = nextSample(null, { bytes: 70, files: 7, uptimeMs: 0 })
  const line = aLine({ bytes: 50, files: 5, peakBytes: 100, peakFiles: 10 })

  test.each([
    ['it was measured at its end', null, line, null, { bytes: 100, inodes: 10 }],
    ['it was larger before', { ...sample, peakBytes: 800 }, line, 500, { bytes: 800, inodes: 10 }],
    [
      'nobody could measure it',
      sample,
      aLine({ bytes: null }),
      null,
      { bytes: null, inodes: null },
    ],
    ['it was sampled, and nothing forecast', sample, null, null, { bytes: null, inodes: null }],
    ['more was forecast', sample, null, 500, { bytes: 500, inodes: null }],
    ['less was forecast', sample, null, 5, { bytes: 70, inodes: null }],
    ['it was only forecast', null, null, 500, { bytes: null, inodes: null }],
  ])('%s', (_, measured, told, forecastBytes, weight) => {
    expect(weighSlot({ sample: measured, line: told, forecastBytes })).toEqual(weight)
  })
})

describe('a floor', () => {
  const bytes: Check = { what: 'bytes', free: 80, floor: 500, setting: 'min-free-gb' }
  const inodes: Check = { what: 'inodes', free: 8, floor: 50, setting: 'min-free-inodes-percent' }

  test.each<[string, Check[], (number | null)[][], Check | null]>([
    ['none is missed', [], [[1, 1]], null],
    [
      'half of what is missing may go',
      [bytes],
      [
        [110, 1],
        [100, 1],
      ],
      null,
    ],
    [
      'less may go',
      [bytes],
      [
        [109, 1],
        [100, 1],
      ],
      bytes,
    ],
    ['nothing may go', [bytes], [], bytes],
    [
      'the size of one is unknown',
      [bytes],
      [
        [1, 1],
        [null, 1],
      ],
      null,
    ],
    ['the other kind is unknown', [bytes], [[1, null]], bytes],
    ['inodes are missing', [inodes], [[1000, 20]], inodes],
    ['enough inodes may go', [inodes], [[0, 21]], null],
    ['one of two can be reached', [bytes, inodes], [[1000, 1]], inodes],
  ])('is out of reach, or not: %s', (_, missed, amounts, floor) => {
    const weights = amounts.map(([b = null, i = null]) => ({ bytes: b, inodes: i }))
    expect(outOfReach(missed, weights)?.floor ?? null).toEqual(floor)
  })
})

function keep(id: string): Action {
  return { kind: 'keep', id, slot: id, reason: '', state: 'retained' }
}

function goes(id: string): Action {
  return { kind: 'retire', id, slot: id, reason: '', state: 'ended' }
}

test('what would go for room stands in a plan once, in place of its being kept', () => {
  const actions = [goes('a'), keep('b'), keep('c')]
  expect(withRelief(actions, [goes('a'), goes('b')])).toEqual([goes('a'), keep('c'), goes('b')])
  expect(withRelief(actions, [])).toEqual(actions)
})
