import { expect, test } from '@jest/globals'
import type { WatchEvent } from '../../src/plan/watch-event.ts'
import { verdictText } from '../../src/report/verdict.ts'
import { aLease, anId } from '../helpers/lease.ts'

const AT = Date.UTC(2026, 0, 2, 3, 4, 5)
const own = aLease()
const other = aLease({ id: anId(2), job: { prKey: '8' } })
const MB = 1_000_000

const CRITICAL: WatchEvent = {
  kind: 'critical',
  atMs: AT,
  path: '/mnt/targets',
  why: '1.0 GB free, below the floor of 3.0 GB (min-free-gb)',
}

function growth(atMs: number): WatchEvent {
  const size = { grewBytes: 1500 * MB, bytes: 4000 * MB, seconds: 300 }
  const growers = [
    { id: other.id, slot: other.slot, runner: 'two', ...size },
    { id: own.id, slot: own.slot, runner: 'one', ...size, seconds: 45 },
  ]
  return { kind: 'growth', atMs, growers }
}

test('says when, where, what was done and who grew by how much', () => {
  const relief: WatchEvent = {
    kind: 'relief',
    atMs: AT + 1000,
    retired: 2,
    freedBytes: 500 * MB,
    refusal: '',
  }
  const over: WatchEvent = { kind: 'over', atMs: AT + 9000, freeBytes: 5000 * MB }
  const events = [CRITICAL, relief, growth(AT + 2000), growth(AT + 3000), over]
  expect(verdictText(events, [own.id]).split(/(?<=\.) (?=At)/)).toEqual([
    'At 2026-01-02T03:04:05Z the disk of /mnt/targets was critical: 1.0 GB free, below the floor of 3.0 GB (min-free-gb).',
    'At 2026-01-02T03:04:06Z the emergency pass had retired 2 slot(s) and freed 500.0 MB.',
    `At 2026-01-02T03:04:08Z it was still critical; fastest growing: octo-org/demo, PR 8, run-1001, build-1-${other.id} of runner two grew by 1.5 GB in 5 min to 4.0 GB; octo-org/demo, PR 7, run-1001, build-1-${own.id} of runner one (this job) grew by 1.5 GB in 45 s to 4.0 GB.`,
    'At 2026-01-02T03:04:14Z it was no longer critical, with 5.0 GB free.',
  ])
})

test('says why no pass was made', () => {
  const relief: WatchEvent = {
    kind: 'relief',
    atMs: AT,
    retired: 0,
    freedBytes: 0,
    refusal: 'dry-run is on',
  }
  expect(verdictText([CRITICAL, relief], [])).toContain(
    'no emergency pass was made: dry-run is on.',
  )
})

test('says nothing where nothing happened', () => {
  expect(verdictText([], [])).toBe('')
})
