import { describe, expect, test } from '@jest/globals'
import type { BuildRecord } from '../../src/plan/build-record.ts'
import type { Maker, Result } from '../../src/plan/lease.ts'
import { sourcesFor } from '../../src/plan/seed.ts'
import type { SeedWish } from '../../src/plan/seed.ts'
import { aJob, aLease, aRecord, aRunnerKey, anEnd } from '../helpers/lease.ts'
import { NOW } from '../helpers/observed.ts'

function aBuild(overrides: Partial<BuildRecord> = {}): BuildRecord {
  return {
    version: 1,
    workspace: '/work',
    toolchain: 'rustc 1.95.0',
    inputs: false,
    common: '',
    times: '',
    generation: 0,
    former: [],
    unused: {},
    ...overrides,
  }
}

function aWish(overrides: Partial<SeedWish> = {}): SeedWish {
  return {
    job: aJob(),
    madeBy: 'run',
    runnerKey: aRunnerKey(),
    workspace: '/work',
    restoresMtimes: false,
    common: '',
    times: '',
    toolchain: 'rustc 1.95.0',
    choice: null,
    system: 'debian 12',
    ...overrides,
  }
}

/** Why the slot of one ended lease may not be a seed; null where it may, undefined where it is none. */
function refusal(
  madeBy: Maker,
  result: Result,
  build: Partial<BuildRecord> = {},
  wish: Partial<SeedWish> = {},
): string | null | undefined {
  const record = aRecord(aLease({ madeBy }), anEnd({ result }))
  const sources = [{ record, build: aBuild(build), moment: NOW }]
  return sourcesFor(sources, aWish(wish))[0]?.refusal
}

describe('what a job that may publish takes', () => {
  const job = aJob({ prKey: 'main', trusted: true })
  const of = (trusted: boolean, wished: boolean): number =>
    sourcesFor(
      [
        {
          record: aRecord(aLease({ job: { ...job, trusted } }), anEnd()),
          build: aBuild(),
          moment: NOW,
        },
      ],
      aWish({ job: { ...job, trusted: wished }, madeBy: 'step' }),
    ).length

  test('is of its like alone: other events run on that branch, too', () => {
    expect([of(true, true), of(false, true)]).toEqual([1, 0])
    expect([of(true, false), of(false, false)]).toEqual([1, 1])
  })

  test('is not so old that what it publishes is too old for others', () => {
    const lease = { job }
    const refused = (generation: number, trusted: boolean): string | null | undefined =>
      sourcesFor(
        [{ record: aRecord(aLease(lease), anEnd()), build: aBuild({ generation }), moment: NOW }],
        aWish({ job: { ...job, trusted }, madeBy: 'step' }),
      )[0]?.refusal
    expect(refused(48, true)).toBeNull()
    expect(refused(49, true)).toMatch(/time to start over/)
    expect(refused(49, false)).toBeNull()
  })
})

test('what a job takes is of its own workflow, or of one that is not known', () => {
  const sources = ['ci.yml', 'release.yml', ''].map((workflow) => ({
    record: aRecord(aLease({ job: { workflow } }), anEnd()),
    build: aBuild(),
    moment: NOW,
  }))
  const found = (workflow: string): (string | undefined)[] =>
    sourcesFor(sources, aWish({ job: aJob({ workflow }), madeBy: 'step' })).map(
      ({ source }) => source.record.lease?.workflow,
    )
  expect(found('ci.yml')).toEqual(['ci.yml', ''])
  expect(found('lint.yml')).toEqual([''])
  expect(found('')).toEqual([''])
})

test.each<[string, string, string, number]>([
  ['a pull request', 'pull_request', 'pull_request', 1],
  ['a pull request, of what has secrets', 'pull_request_target', 'pull_request', 1],
  ['a review', 'pull_request', 'pull_request_review', 1],
  ['a merge queue', 'pull_request', 'merge_group', 0],
  ['a merge queue, of an earlier one', 'merge_group', 'merge_group', 1],
  ['pull_request_target', 'pull_request', 'pull_request_target', 0],
  ['pull_request_target, of what an earlier version left', '', 'pull_request_target', 0],
])('what the jobs of %s take', (_, left, event, count) => {
  const record = aRecord(aLease({ job: { event: left } }), anEnd())
  const sources = [{ record, build: aBuild(), moment: NOW }]
  expect(sourcesFor(sources, aWish({ job: aJob({ event }), madeBy: 'step' }))).toHaveLength(count)
})

test.each<[string, boolean, string, string | null]>([
  ['is no seed', false, '1000', 'its job is not known to have succeeded'],
  ['is one where that is wanted', true, '1000', null],
  ['is none for a run of it again', true, '1001', 'its job failed in this very run'],
])('what a failed job has built %s', (_, isWarm, runId, why) => {
  const end = anEnd({ result: 'failure', ...(isWarm ? { isWarm: true as const } : {}) })
  const record = aRecord(aLease({ job: { runId: '1001' } }), end)
  const workspace = '/another/checkout'
  const sources = [{ record, build: aBuild({ inputs: true, workspace }), moment: NOW }]
  const wish = aWish({ job: aJob({ runId }), madeBy: 'step', restoresMtimes: true })
  expect(sourcesFor(sources, wish)[0]?.refusal).toBe(why)
})

/** The same of a build by another toolchain than that of the wish. */
function ofNightly(build: Partial<BuildRecord>): string | null | undefined {
  return refusal('run', 'success', { toolchain: 'rustc 1.97.0-nightly', ...build })
}

test('what another toolchain built than the host’s is a seed while the host’s is the same', () => {
  expect(ofNightly({ toolchain: 'rustc 1.95.0' })).toBeNull()
  expect(ofNightly({})).toBe('another toolchain built it')
  expect(ofNightly({ asked: 'rustc 1.95.0' })).toBeNull()
  expect(ofNightly({ asked: 'rustc 1.94.0' })).toBe('another toolchain built it')
})

test('what was built on another system is no seed: its build scripts may not run here', () => {
  expect(refusal('run', 'success', { system: 'debian 12' })).toBeNull()
  expect(refusal('run', 'success', { system: 'debian 11' })).toBe(
    'it was built on another system (debian 11)',
  )
})

describe('the seed of a run', () => {
  test.each<[Maker, Result]>([
    ['run', 'success'],
    ['run', 'unknown'],
    ['shell', 'unknown'],
  ])('may be what a %s left that ended with %s', (madeBy, result) => {
    expect(refusal(madeBy, result)).toBeNull()
    expect(refusal(madeBy, result, {}, { madeBy: 'shell' })).toBeNull()
  })

  test.each<[Maker, Maker]>([
    ['hook', 'run'],
    ['step', 'shell'],
    ['run', 'step'],
    ['shell', 'hook'],
  ])('of a %s is none for a %s, though their branch and worktree are called the same', (a, b) => {
    expect(refusal(a, 'success', {}, { madeBy: b })).toBeUndefined()
  })

  test('is of this very worktree alone', () => {
    expect(refusal('run', 'success', { workspace: '/other' })).toMatch(/another workspace/)
    expect(refusal('run', 'unknown', { workspace: '/other' })).toMatch(/not known to have succ/)
  })

  test('is handed down more often than in workflows', () => {
    expect(refusal('run', 'success', { generation: 249 })).toBeNull()
    expect(refusal('run', 'success', { generation: 250 })).toMatch(/time to start over/)
    expect(refusal('step', 'success', { generation: 50 }, { madeBy: 'step' })).toMatch(/250|50/)
  })
})

test('a step’s result has to be known', () => {
  expect(refusal('step', 'unknown', {}, { madeBy: 'step' })).toMatch(/not known to have succeeded/)
  expect(refusal('hook', 'unknown', {}, { madeBy: 'step' })).toBeNull()
})

describe('what was built in another worktree', () => {
  const COMMON = 'the repository'
  const THERE = { madeBy: 'run', job: { prKey: 'other-0123' } } as const
  const elsewhere = { workspace: '/other', common: COMMON, inputs: true }

  function judged(build: Partial<BuildRecord>, wish: Partial<SeedWish> = {}): (string | null)[] {
    const lease = aLease(THERE)
    const sources = [
      { record: aRecord(lease, anEnd({ result: 'unknown' })), build: aBuild(build), moment: NOW },
    ]
    return sourcesFor(sources, aWish({ common: COMMON, ...wish })).map(({ refusal: why }) => why)
  }

  test('may be a seed where it is of the same repository, and all inputs are known', () => {
    expect(judged(elsewhere)).toEqual([null])
    expect(judged({ ...elsewhere, inputs: false })).toEqual(['its inputs are not all known'])
    expect(judged({ ...elsewhere, toolchain: 'rustc 1.94.0' })).toEqual([
      'another toolchain built it',
    ])
  })

  test.each<[string, Partial<BuildRecord>, Partial<SeedWish>]>([
    ['another repository', { common: 'another' }, {}],
    ['a place without git', { common: '' }, { common: '' }],
    ['a workflow’s wish', {}, { madeBy: 'step' }],
    ['another user', {}, { runnerKey: aRunnerKey('somebody else') }],
  ])('is none for %s', (_, build, wish) => {
    expect(judged({ ...elsewhere, ...build }, wish)).toEqual([])
  })

  test('counts as such at the same path, too: a worktree that was made again is another one', () => {
    const lease = aLease(THERE)
    const build = aBuild({ ...elsewhere, workspace: '/work' })
    const sources = [{ record: aRecord(lease, anEnd({})), build, moment: NOW }]
    const [found] = sourcesFor(sources, aWish({ common: COMMON }))
    expect(found?.origin?.isElsewhere).toBe(true)
    expect(judged({ ...elsewhere, workspace: '/work', inputs: false })).not.toEqual([null])
  })

  test('comes after all of this worktree, however new it is', () => {
    const own = aLease({ madeBy: 'run' })
    const other = aLease(THERE)
    const later = anEnd({ uptimeS: NOW.uptimeS - 60 })
    const earlier = anEnd({ uptimeS: NOW.uptimeS - 7200 })
    const sources = [
      { record: aRecord(other, later), build: aBuild(elsewhere), moment: NOW },
      { record: aRecord(own, earlier), build: aBuild(), moment: NOW },
    ]
    const found = sourcesFor(sources, aWish({ common: COMMON }))
    expect(found.map(({ origin }) => origin?.isElsewhere)).toEqual([false, true])
  })
})
