import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Occupancy, Verdict } from '../../src/plan/evidence.ts'
import { ageHours, candidates, planPass } from '../../src/plan/reclaim.ts'
import type { Action, ForeignDirectory, ObservedLease } from '../../src/plan/reclaim.ts'
import { OTHER_BOOT, aDamagedRecord, aLease, aRecord, anEnd, anId } from '../helpers/lease.ts'
import { NOW, RETENTION, aVerdict, anObserved, endedBefore } from '../helpers/observed.ts'

const FREE: Occupancy = { inhabitants: [], unknown: [] }
const USED: Occupancy = { inhabitants: [{ kind: 'process', what: 'pid 5 (cargo)' }], unknown: [] }

/** Ids of the leases that may go, in their order. */
function going(leases: readonly ObservedLease[], retention = RETENTION): string[] {
  return candidates(leases, retention, NOW).map(({ lease }) => lease.record.id)
}

/** The plan for leases that all may be looked into. */
function planned(
  leases: readonly ObservedLease[],
  occupancy: Occupancy = FREE,
  foreign: readonly ForeignDirectory[] = [],
): Action[] {
  const chosen = candidates(leases, RETENTION, NOW)
  const occupancies = new Map(leases.map(({ record }) => [record.id, occupancy]))
  for (const { path } of foreign) occupancies.set(path, occupancy)
  return planPass({ leases, foreign, orphanedLinks: [], leftovers: [] }, chosen, occupancies)
}

test('what somebody keeps stays, and makes no room for nobody', () => {
  const kept = endedBefore(1000, { n: 1 })
  const leases = [{ ...kept, record: { ...kept.record, isKept: true } }, endedBefore(1, { n: 2 })]
  expect(going(leases)).toEqual([])
  expect(going(leases, { retentionHours: 0, keepPerPr: 0 })).toEqual([anId(2)])
  const [, action] = planned(leases).toSorted((a, b) => a.reason.length - b.reason.length)
  expect(action).toMatchObject({ kind: 'keep', id: anId(1), state: 'retained' })
  expect(action?.reason).toContain('run --end --lease')
})

describe('the age of an ended lease', () => {
  test.each<[string, Parameters<typeof anEnd>[0], number]>([
    ['is by the time since boot', { uptimeS: NOW.uptimeS - 7200, wallMs: 0 }, 2],
    [
      'is not touched by the wall clock',
      { uptimeS: NOW.uptimeS - 7200, wallMs: NOW.wallMs * 2 },
      2,
    ],
    [
      'is by the wall clock across boots',
      { bootId: OTHER_BOOT, uptimeS: 0, wallMs: NOW.wallMs - 10_800_000 },
      3,
    ],
    ['of a future time since boot is endless', { uptimeS: NOW.uptimeS + 1 }, Infinity],
    ['of a future wall clock is endless', { bootId: OTHER_BOOT, wallMs: NOW.wallMs + 1 }, Infinity],
  ])('%s', (_, end, hours) => {
    expect(ageHours(aRecord(aLease(), anEnd(end)), NOW)).toBe(hours)
  })

  test('without an end record is endless', () => {
    expect(ageHours(aRecord(aLease(), null), NOW)).toBe(Infinity)
  })
})

describe('what may go', () => {
  test('is what ended longer ago than its retention', () => {
    expect(going([endedBefore(23.9)])).toEqual([])
    expect(going([endedBefore(24.1)])).toEqual([anId()])
    expect(going([endedBefore(24.1)], { ...RETENTION, retentionHours: 25 })).toEqual([])
  })

  test('is everything that ended, where the retention is 0', () => {
    expect(going([endedBefore(0)], { ...RETENTION, retentionHours: 0 })).toEqual([anId()])
  })

  test.each(['failure', 'cancelled'] as const)('is what ended in %s, at once', (result) => {
    expect(going([endedBefore(0, { end: { result } })])).toEqual([anId()])
  })

  test.each(['success', 'unknown'] as const)('is not yet what ended in %s', (result) => {
    expect(going([endedBefore(0, { end: { result } })])).toEqual([])
  })

  test('is what ended without a record of it', () => {
    const record = aRecord(aLease(), null)
    expect(going([anObserved({ record })])).toEqual([anId()])
  })

  test('is a live lease of a dead owner, and none of any other', () => {
    expect(going([anObserved()])).toEqual([anId()])
    expect(going([anObserved({ owner: aVerdict('alive') })])).toEqual([])
    expect(going([anObserved({ owner: aVerdict('unknown') })])).toEqual([])
  })

  test('is a lease without a slot only once its owner is dead', () => {
    expect(going([anObserved({ slot: 'missing' })])).toEqual([anId()])
    expect(going([anObserved({ slot: 'missing', owner: aVerdict('unknown') })])).toEqual([])
    expect(going([{ ...endedBefore(0), slot: 'missing' }])).toEqual([anId()])
  })

  test('keeps the newest so many of a job and PR', () => {
    const leases = [3, 1, 2].map((hours) => endedBefore(hours, { n: hours }))
    expect(going(leases)).toEqual([anId(3), anId(2)])
    expect(going(leases, { ...RETENTION, keepPerPr: 2 })).toEqual([anId(3)])
    expect(going(leases, { ...RETENTION, keepPerPr: 0 })).toEqual([anId(3), anId(2), anId(1)])
  })

  test.each([
    ['repository', { repository: 'other' }],
    ['owner', { owner: 'other' }],
    ['PR', { prKey: '8' }],
    ['workflow', { workflow: 'release.yml' }],
    ['workflow that is not known', { workflow: '' }],
    ['job', { job: 'lint' }],
    ['leg', { leg: '0123456789ab' }],
  ])('counts each %s for itself', (_, job) => {
    expect(going([endedBefore(1, { n: 1 }), endedBefore(2, { n: 2, job })])).toEqual([])
  })

  test('does not count runs, attempts and failed ones', () => {
    const newer = endedBefore(1, { n: 1, job: { runId: '9', attempt: 2 } })
    expect(going([newer, endedBefore(2, { n: 2 })])).toEqual([anId(2)])
    const failed = endedBefore(1, { n: 1, end: { result: 'failure' } })
    expect(going([failed, endedBefore(2, { n: 2 })])).toEqual([anId(1)])
  })

  test('goes oldest first, what never ended before all', () => {
    const leases = [endedBefore(30, { n: 3 }), endedBefore(50, { n: 2 }), anObserved()]
    expect(going(leases)).toEqual([anId(1), anId(2), anId(3)])
    expect(going(leases.toReversed())).toEqual([anId(1), anId(2), anId(3)])
  })
})

describe('a plan', () => {
  const slot = aLease().slot

  test('retires a dead owner’s free slot, and says why', () => {
    expect(planned([anObserved({ owner: aVerdict('dead', 'its Worker is gone') })])).toEqual([
      { kind: 'retire', id: anId(), slot, reason: 'its Worker is gone', state: 'live' },
    ])
  })

  test('tells what it retires by the state it saw', () => {
    expect(planned([endedBefore(48)])).toMatchObject([{ kind: 'retire', state: 'ended' }])
  })

  test('forgets a lease whose slot is not there', () => {
    expect(planned([anObserved({ slot: 'missing' })])).toMatchObject([
      { kind: 'forget', id: anId(), slot },
    ])
    const damaged = anObserved({ record: aDamagedRecord() })
    expect(planned([damaged])).toMatchObject([{ kind: 'forget', slot: null }])
  })

  test.each<[string, Partial<ObservedLease>, Occupancy, RegExp]>([
    ['a link on the way', { slot: 'diverted' }, FREE, /a link or a file stands on the way/],
    ['a mount in it', { mounts: ['/a', '/b'] }, FREE, /mounted in it: \/a, \/b/],
    ['somebody in it', {}, USED, /in use: pid 5 \(cargo\)/],
    ['an unanswered question', {}, { inhabitants: [], unknown: ['docker is silent'] }, /silent/],
  ])('keeps a slot that is blocked by %s', (_, lease, occupancy, reason) => {
    expect(planned([anObserved(lease)], occupancy)).toEqual([
      { kind: 'keep', id: anId(), slot, state: 'blocked', reason: expect.stringMatching(reason) },
    ])
  })

  test('keeps a slot that nobody looked into', () => {
    const leases = [anObserved()]
    const chosen = candidates(leases, RETENTION, NOW)
    const actions = planPass(
      { leases, foreign: [], orphanedLinks: [], leftovers: [] },
      chosen,
      new Map(),
    )
    expect(actions).toMatchObject([{ kind: 'keep', state: 'blocked' }])
  })

  test.each<[string, ObservedLease, string]>([
    ['a live one', anObserved({ owner: aVerdict('alive') }), 'live'],
    ['an unknown one', anObserved({ owner: aVerdict('unknown') }), 'unknown'],
    ['one that may be inherited', endedBefore(1), 'retained'],
  ])('keeps %s', (_, lease, state) => {
    expect(planned([lease])).toMatchObject([{ kind: 'keep', state, slot }])
  })

  test('discards left-over files', () => {
    const view = { leases: [], foreign: [], orphanedLinks: [], leftovers: ['.x.tmp'] }
    expect(planPass(view, [], new Map())).toMatchObject([{ kind: 'discard', file: '.x.tmp' }])
  })

  test('leaves what has no lease, unless an administrator adopts it and nobody lives there', () => {
    const found = { path: slot, why: 'it has no lease', adopted: false }
    const adopted = { ...found, adopted: true }
    expect(planned([], FREE, [found])).toMatchObject([{ kind: 'foreign', path: slot }])
    expect(planned([], FREE, [adopted])).toMatchObject([{ kind: 'adopt', path: slot }])
    expect(planned([], USED, [adopted])).toMatchObject([{ kind: 'foreign', path: slot }])
    expect(planned([], { inhabitants: [], unknown: ['?'] }, [adopted])).toMatchObject([
      { kind: 'foreign' },
    ])
    const view = { leases: [], foreign: [adopted], orphanedLinks: [], leftovers: [] }
    expect(planPass(view, [], new Map())).toMatchObject([{ kind: 'foreign' }])
  })
})

const anyLease = fc.record({
  hours: fc.double({ min: -10, max: 100, noNaN: true }),
  ended: fc.boolean(),
  bootId: fc.constantFrom(NOW.bootId, OTHER_BOOT),
  result: fc.constantFrom('success' as const, 'failure' as const, 'unknown' as const),
  hasEnd: fc.boolean(),
  kind: fc.constantFrom<Verdict['kind']>('alive', 'dead', 'unknown'),
  slot: fc.constantFrom('present' as const, 'missing' as const, 'diverted' as const),
  mounts: fc.constantFrom([], ['/x']),
  damaged: fc.boolean(),
  inhabitants: fc.constantFrom([], USED.inhabitants),
  unknown: fc.constantFrom([], ['?']),
  looked: fc.boolean(),
  prKey: fc.constantFrom('1', '2'),
})

describe('any plan', () => {
  test('has one action for each lease, and retires only what is dead, whole and empty', () => {
    const retention = fc.record({
      retentionHours: fc.integer({ min: 0, max: 50 }),
      keepPerPr: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(fc.array(anyLease, { maxLength: 8 }), retention, (facts, policy) => {
        const occupancies = new Map<string, Occupancy>()
        const leases = facts.map((each, index): ObservedLease => {
          const job = { prKey: each.prKey }
          const end = { bootId: each.bootId, result: each.result }
          const base = endedBefore(each.hours, { n: index, job, end }).record
          const state = each.ended ? 'ended' : 'live'
          const shown = {
            ...base,
            state,
            end: each.ended && each.hasEnd ? base.end : null,
          } as const
          const record = each.damaged ? { ...shown, lease: null, problem: 'damaged' } : shown
          if (each.looked) occupancies.set(record.id, each)
          const owner = aVerdict(state === 'ended' ? 'dead' : each.kind)
          return { record, owner, slot: each.slot, mounts: each.mounts }
        })
        const chosen = candidates(leases, policy, NOW)
        const actions = planPass(
          { leases, foreign: [], orphanedLinks: [], leftovers: [] },
          chosen,
          occupancies,
        )

        const ids = actions.map((action) => ('id' in action ? action.id : ''))
        expect(ids.toSorted()).toEqual(leases.map(({ record }) => record.id).toSorted())
        expect(actions.every((action) => action.reason !== '')).toBe(true)
        const about = (kind: Action['kind']): ObservedLease[] => {
          const those = actions.filter((action) => action.kind === kind && 'id' in action)
          const wanted = new Set(those.map((action) => ('id' in action ? action.id : '')))
          return leases.filter(({ record }) => wanted.has(record.id))
        }
        expect(about('forget').filter(({ owner }) => owner.kind !== 'dead')).toEqual([])
        for (const lease of about('retire')) {
          expect(lease).toMatchObject({ slot: 'present', mounts: [], owner: { kind: 'dead' } })
          const occupancy = occupancies.get(lease.record.id)
          expect(occupancy).toMatchObject({ inhabitants: [], unknown: [] })
        }
      }),
    )
  })

  test('keeps an ended slot at every pressure that retention alone makes, while somebody uses it', () => {
    const hours = fc.double({ min: 0, max: 1000, noNaN: true })
    fc.assert(
      fc.property(hours, (age) => {
        expect(planned([endedBefore(age)], USED).map(({ kind }) => kind)).toEqual(['keep'])
      }),
    )
  })
})
