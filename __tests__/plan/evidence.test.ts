import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { judge, judgeOwner } from '../../src/plan/evidence.ts'
import type { Inhabitant, OwnerSight, ProcessState, Verdict } from '../../src/plan/evidence.ts'
import type { LeaseRecord } from '../../src/plan/lease.ts'
import {
  OTHER_BOOT,
  aDamagedRecord,
  aLease,
  aRecord,
  aRunnerKey,
  anEnd,
  anId,
} from '../helpers/lease.ts'
import { aSelf } from '../helpers/self.ts'

const UNSEEN: OwnerSight = { worker: null, namespaceIsGone: false }
const OTHER_NAMESPACE = 'pid:[4026532999]'

function seen(worker: ProcessState): OwnerSight {
  return { worker, namespaceIsGone: false }
}

/** The record of a live lease of runner-1, run 1001. */
function live(owner: Parameters<typeof aLease>[0] = {}): LeaseRecord {
  return aRecord(aLease(owner))
}

const inContainer = { worker: null, container: 'a'.repeat(64), pidNamespace: OTHER_NAMESPACE }

describe('the owner of a live lease', () => {
  test.each<
    [string, LeaseRecord, OwnerSight, Partial<ReturnType<typeof aSelf>>, Verdict['kind'], RegExp]
  >([
    ['whose Worker runs', live(), seen('alive'), {}, 'alive', /process 4711 is running/],
    ['whose Worker hides', live(), seen('hidden'), {}, 'alive', /hides it/],
    ['whose Worker is gone', live(), seen('gone'), {}, 'dead', /4711 is gone/],
    ['whose Worker’s pid is another’s', live(), seen('replaced'), {}, 'dead', /another’s now/],
    ['of another boot', live({ owner: { bootId: OTHER_BOOT } }), UNSEEN, {}, 'dead', /last start/],
    [
      'of another boot, with the same pid alive',
      live({ owner: { bootId: OTHER_BOOT } }),
      seen('alive'),
      {},
      'dead',
      /last start/,
    ],
    [
      'in another pid namespace',
      live({ owner: { pidNamespace: OTHER_NAMESPACE } }),
      UNSEEN,
      { runnerKey: null, job: null },
      'unknown',
      /another pid namespace/,
    ],
    [
      'in another pid namespace, though its number is gone here',
      live({ owner: { pidNamespace: OTHER_NAMESPACE } }),
      seen('gone'),
      { runnerKey: null, job: null },
      'unknown',
      /another pid namespace/,
    ],
    [
      'in a pid namespace that has ended',
      live({ owner: inContainer }),
      { worker: null, namespaceIsGone: true },
      { runnerKey: null, job: null },
      'dead',
      /container that its job ran in is gone/,
    ],
    [
      'in this pid namespace, which cannot have ended',
      live({ owner: { worker: null } }),
      { worker: null, namespaceIsGone: true },
      { runnerKey: null, job: null },
      'unknown',
      /no runner process/,
    ],
    [
      'without a recorded process',
      live({ owner: { worker: null } }),
      UNSEEN,
      { runnerKey: null, job: null },
      'unknown',
      /no runner process/,
    ],
    [
      'whose Worker nobody looked for',
      live(),
      UNSEEN,
      { runnerKey: null, job: null },
      'unknown',
      /could not be looked for/,
    ],
    [
      'whose runner has another run now',
      live({ owner: inContainer }),
      UNSEEN,
      {},
      'dead',
      /another job/,
    ],
    [
      'whose runner has another attempt now',
      live({ owner: inContainer }),
      UNSEEN,
      { job: { runId: '1001', attempt: 2, job: 'build' } },
      'dead',
      /another job/,
    ],
    [
      'whose runner has another job of the run now',
      live({ owner: inContainer }),
      UNSEEN,
      { job: { runId: '1001', attempt: 1, job: 'lint' } },
      'dead',
      /another job/,
    ],
    [
      'whose runner has this very job, or another leg of it',
      live({ owner: inContainer }),
      UNSEEN,
      { job: { runId: '1001', attempt: 1, job: 'build' } },
      'unknown',
      /no runner process/,
    ],
    [
      'whose runner is another one',
      live({ owner: inContainer }),
      UNSEEN,
      { runnerKey: aRunnerKey('runner-2') },
      'unknown',
      /no runner process/,
    ],
    [
      'whose runner may have several jobs',
      live({ owner: { ...inContainer, singleJob: false } }),
      UNSEEN,
      {},
      'unknown',
      /no runner process/,
    ],
    [
      'whose runner works in another container, for the same job id',
      live({ owner: inContainer }),
      UNSEEN,
      {
        worker: null,
        container: 'b'.repeat(64),
        job: { runId: '1001', attempt: 1, job: 'build' },
      },
      'dead',
      /another job/,
    ],
    [
      'in the container that we are in',
      live({ owner: inContainer }),
      UNSEEN,
      { worker: null, container: 'a'.repeat(64) },
      'unknown',
      /no runner process/,
    ],
    [
      'in a container, seen from a process that knows of none',
      live({ owner: inContainer }),
      UNSEEN,
      { worker: null, container: null },
      'unknown',
      /no runner process/,
    ],
  ])('%s', (_, record, sight, self, kind, reason) => {
    const found = judgeOwner(record, sight, aSelf(self))
    expect(found).toEqual({ kind, reasons: [expect.stringMatching(reason)] })
  })
})

describe('the owner of an ended lease is dead', () => {
  test.each([
    [anEnd({ result: 'failure' }), 'its job ended (failure)'],
    [anEnd({ result: 'unknown' }), 'its job ended'],
    [null, 'its job ended'],
  ])('with the end record %j: %s', (end, reason) => {
    const found = judgeOwner(aRecord(aLease(), end), seen('alive'), aSelf())
    expect(found).toEqual({ kind: 'dead', reasons: [reason] })
  })
})

describe('the owner of a lease that cannot be read', () => {
  test.each<[string, Partial<LeaseRecord>, Partial<ReturnType<typeof aSelf>>, Verdict['kind']]>([
    ['of another boot', { id: anId(1, aRunnerKey(), OTHER_BOOT) }, {}, 'dead'],
    ['of this boot and this runner, in a job', {}, {}, 'dead'],
    [
      'of this boot, seen from a sweep',
      {},
      { runnerKey: null, job: null, worker: null },
      'unknown',
    ],
    ['of this boot and another runner', { id: anId(1, aRunnerKey('runner-2')) }, {}, 'unknown'],
    ['of this runner, seen by no Worker', {}, { worker: null }, 'unknown'],
  ])('%s', (_, record, self, kind) => {
    const found = judgeOwner(aDamagedRecord(record), UNSEEN, aSelf(self))
    expect(found.kind).toBe(kind)
    expect(found.reasons.join()).toContain('cannot be read (the file is empty)')
  })
})

const aVerdict = fc.record({
  kind: fc.constantFrom<Verdict['kind']>('alive', 'dead', 'unknown'),
  reasons: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
})
const anInhabitant = fc.record({
  kind: fc.constantFrom<Inhabitant['kind']>('cargo-lock', 'process', 'container'),
  what: fc.string(),
})
const anOccupancy = fc.record({
  inhabitants: fc.array(anInhabitant, { maxLength: 3 }),
  unknown: fc.array(fc.string(), { maxLength: 3 }),
})

describe('the whole verdict', () => {
  test('is alive whenever somebody lives in the slot, and says who first', () => {
    fc.assert(
      fc.property(aVerdict, anOccupancy, (owner, occupancy) => {
        fc.pre(occupancy.inhabitants.length > 0)
        const found = judge(owner, occupancy)
        expect(found.kind).toBe('alive')
        expect(found.reasons[0]).toBe(occupancy.inhabitants[0]?.what)
      }),
    )
  })

  test('is dead only where the owner is, nobody lives there, and nothing was left out', () => {
    fc.assert(
      fc.property(aVerdict, anOccupancy, (owner, occupancy) => {
        if (judge(owner, occupancy).kind !== 'dead') return
        expect(owner.kind).toBe('dead')
        expect(occupancy).toEqual({ inhabitants: [], unknown: [] })
      }),
    )
  })

  test('is unknown where a dead owner’s slot could not be looked into, and says why', () => {
    const owner: Verdict = { kind: 'dead', reasons: ['its job ended'] }
    const found = judge(owner, { inhabitants: [], unknown: ['docker does not answer'] })
    expect(found).toEqual({
      kind: 'unknown',
      reasons: ['its job ended', 'docker does not answer'],
    })
  })

  test.each<Verdict['kind']>(['alive', 'unknown', 'dead'])('is the owner’s own: %s', (kind) => {
    const owner: Verdict = { kind, reasons: ['x'] }
    expect(judge(owner, { inhabitants: [], unknown: [] })).toEqual(owner)
  })

  test('is never dead for an owner that nobody could tell', () => {
    fc.assert(
      fc.property(anOccupancy, (occupancy) => {
        expect(judge({ kind: 'unknown', reasons: ['x'] }, occupancy).kind).not.toBe('dead')
      }),
    )
  })
})
