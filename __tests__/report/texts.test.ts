import { describe, expect, test } from '@jest/globals'
import { statusText } from '../../src/report/status.ts'
import { doctorText, explainText, reapText, sweepText } from '../../src/report/texts.ts'
import { aLease } from '../helpers/lease.ts'
import { aVerdict } from '../helpers/observed.ts'

const EVIL = '::error::x\n::error::planted\u001B[2J'
const REAPED = {
  deleted: ['a'],
  busy: [{ id: 'b', why: EVIL }],
  quarantined: [{ id: 'c', why: EVIL, command: `umount ${EVIL}` }],
  reclaimedBytes: 1500,
  untold: [EVIL],
}

const UNMEASURED = { madeHoursAgo: 1, endedHoursAgo: null, bytes: null, measuredHoursAgo: null }
const NONE = { count: 0, bytes: 0, unmeasured: 0 }
const NOTHING = { slots: NONE, snapshots: NONE, trash: NONE }

describe('no text of others begins a line of what a command prints', () => {
  const disk = {
    path: EVIL,
    level: 'low',
    why: EVIL,
    usedPercent: 90,
    freeBytes: 1,
    totalBytes: 2,
    freeInodes: null,
    totalInodes: null,
  }
  const lease = {
    id: EVIL,
    state: 'live',
    slot: aLease().slot,
    slotIs: 'diverted',
    runner: EVIL,
    forecastBytes: 60e9,
    ...UNMEASURED,
  }
  const line = { peakBytes: 60e9, maxParallel: 2 }
  const cap = {
    freeBytes: 150e9,
    evictableBytes: 0,
    reserveBytes: 5e9,
    host: line,
    repositories: [{ ...line, repository: EVIL }],
    jobs: [{ ...line, repository: 'octo-org/demo', workflow: EVIL, job: EVIL, leg: EVIL }],
  }
  const quarantine = { reason: EVIL, command: EVIL }
  const of = { workflow: EVIL, job: EVIL, leg: EVIL }
  const snapshot = { name: EVIL, ...of, bytes: null, ageHours: 1, hits: 2 }
  const status = {
    root: EVIL,
    disks: [disk],
    reserve: false,
    leases: [{ ...lease, verdict: aVerdict('unknown', EVIL) }],
    snapshots: [snapshot],
    worktrees: 'no pools of worktrees are watched',
    totals: NOTHING,
    waiting: null,
    foreign: [{ path: EVIL, why: EVIL }],
    trash: [{ id: EVIL, slot: EVIL, quarantine }],
    lastPass: { completedAt: 0, sweptAt: 0, by: EVIL, retired: [], errors: [EVIL] },
    cap,
  }
  const actions = [{ kind: 'foreign' as const, path: EVIL, reason: EVIL }]
  const findings = [{ check: 'root', level: 'fail', text: EVIL, mend: EVIL }]

  test.each([
    ['status', statusText(status), 22],
    ['sweep', sweepText({ actions, failures: [] }, REAPED, true), 7],
    ['explain', explainText(actions), 2],
    ['reap', reapText(REAPED), 6],
    ['doctor', doctorText(findings), 3],
  ])('%s', (_, text, lines) => {
    expect(text).not.toMatch(/^\s*::/m)
    expect(text).not.toContain('\u001B')
    expect(text.split('\n')).toHaveLength(lines)
  })
})

test('status says how many jobs there is room for, and what each is expected to write', () => {
  const of = { repository: 'octo-org/demo', workflow: 'ci.yml' }
  const cap = {
    freeBytes: 150e9,
    evictableBytes: 0,
    reserveBytes: 5e9,
    host: { peakBytes: 60e9, maxParallel: 2 },
    repositories: [{ peakBytes: 60e9, maxParallel: 2, repository: 'octo-org/demo' }],
    jobs: [
      { peakBytes: 60e9, maxParallel: 2, ...of, job: 'build', leg: '' },
      { peakBytes: 9e9, maxParallel: 16, ...of, job: 'lint', leg: 'a1' },
    ],
  }
  const lease = {
    id: 'x',
    state: 'live',
    slot: aLease().slot,
    slotIs: 'present',
    runner: 'one',
    ...UNMEASURED,
  }
  const text = statusText({
    root: '/r',
    disks: [],
    reserve: true,
    leases: [
      { ...lease, forecastBytes: 60e9, verdict: aVerdict('alive', 'it runs') },
      { ...lease, forecastBytes: null, verdict: aVerdict('alive', 'it runs') },
    ],
    foreign: [],
    snapshots: [],
    worktrees: '',
    totals: NOTHING,
    waiting: [],
    trash: [],
    lastPass: null,
    cap,
  })
  expect(text.match(/^cap .*$/gm)).toEqual([
    'cap     2 at 60.0 GB each: the host',
    'cap     2 at 60.0 GB each: octo-org/demo',
    'cap     2 at 60.0 GB each: octo-org/demo ci.yml build',
    'cap     16 at 9.0 GB each: octo-org/demo ci.yml lint (leg a1)',
  ])
  expect(text.match(/^ {4}live, .*$/gm)).toEqual([
    '    live, alive, forecast 60.0 GB, runner one: it runs',
    '    live, alive, runner one: it runs',
  ])
})

test('what is empty is said too', () => {
  expect(explainText([])).toBe('nothing there\n')
  expect(sweepText({ actions: [], failures: [] }, null, false)).toBe(
    'nothing to do: no lease, no slot\n',
  )
  expect(reapText({ deleted: [], busy: [], quarantined: [], reclaimedBytes: 0, untold: [] })).toBe(
    '0 entries deleted from the trash, 0 B more free\n',
  )
})

test.each([
  [0, 'last sweep none yet: '],
  [Date.UTC(2026, 10, 21), 'last sweep 2026-11-21T00:00:00.000Z'],
])('status says when the host was swept, at %p', (sweptAt, said) => {
  const none = { disks: [], leases: [], foreign: [], snapshots: [], trash: [] }
  const lastPass = { completedAt: 1, sweptAt, by: 'one', retired: [], errors: [] }
  const text = statusText({
    root: '/r',
    reserve: true,
    worktrees: '',
    totals: NOTHING,
    waiting: [],
    lastPass,
    cap: null,
    ...none,
  })
  expect(text).toContain(said)
})

test('a sweep does not tell as done what it could not do', () => {
  const adopt = { kind: 'adopt' as const, path: 'a/b', reason: 'adopted by an administrator' }
  const actions = [adopt, { ...adopt, path: 'a/c' }]
  const failures = [{ action: adopt, why: 'EACCES: permission denied' }]
  expect(sweepText({ actions, failures }, null, false)).toBe(
    'not done: retire a/b: adopted by an administrator (EACCES: permission denied)\n' +
      'retire a/c: adopted by an administrator\n',
  )
})

test('status says what slots hold, how old that is, and who waits', () => {
  const lease = {
    id: 'x',
    state: 'live',
    slot: aLease().slot,
    slotIs: 'present',
    runner: 'one',
    forecastBytes: null,
    verdict: aVerdict('alive'),
  }
  const measured = { ...UNMEASURED, bytes: 2.5e9, measuredHoursAgo: 0.1 }
  const text = statusText({
    root: '/r',
    disks: [],
    reserve: true,
    leases: [
      { ...lease, ...measured },
      { ...lease, ...measured, endedHoursAgo: 3, measuredHoursAgo: null },
      { ...lease, ...UNMEASURED },
    ],
    foreign: [],
    snapshots: [],
    worktrees: '',
    trash: [],
    totals: { ...NOTHING, slots: { count: 3, bytes: 5e9, unmeasured: 1 } },
    waiting: [
      { forecastBytes: 9e9, waitsMinutes: 3.4, passed: 0 },
      { forecastBytes: 8e9, waitsMinutes: 1, passed: 2 },
    ],
    lastPass: null,
    cap: null,
  })
  expect(text.split('\n').filter((line) => /measured|^waiting|^ {2}for/.test(line))).toEqual([
    'leases  3: 3 slots, 5.0 GB, 1 not measured',
    '    1.0 h old, 2.5 GB, measured 6 min ago',
    '    ended 3.0 h ago, 2.5 GB when it was last measured',
    '    1.0 h old, not measured',
    'waiting 2',
    '  for 9.0 GB, since 3 min',
    '  for 8.0 GB, since 1 min, 2 smaller let past',
  ])
})
