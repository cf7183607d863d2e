import { describe, expect, test } from '@jest/globals'
import { doctorText, explainText, reapText, statusText, sweepText } from '../../src/report/texts.ts'
import { aLease } from '../helpers/lease.ts'
import { aVerdict } from '../helpers/observed.ts'

const EVIL = '::error::x\n::error::planted\u001B[2J'
const REAPED = {
  deleted: ['a'],
  busy: [{ id: 'b', why: EVIL }],
  quarantined: [{ id: 'c', why: EVIL, command: `umount ${EVIL}` }],
  reclaimedBytes: 1500,
}

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
  const lease = { id: EVIL, state: 'live', slot: aLease().slot, slotIs: 'diverted', runner: EVIL }
  const quarantine = { reason: EVIL, command: EVIL }
  const status = {
    root: EVIL,
    disks: [disk],
    reserve: false,
    leases: [{ ...lease, verdict: aVerdict('unknown', EVIL) }],
    snapshots: [{ name: EVIL, job: EVIL, bytes: null, ageHours: 1, hits: 2 }],
    worktrees: 'no pools of worktrees are watched',
    foreign: [{ path: EVIL, why: EVIL }],
    trash: [{ id: EVIL, slot: EVIL, quarantine }],
    lastPass: { completedAt: 0, sweptAt: null, by: EVIL, retired: [], errors: [EVIL] },
  }
  const actions = [{ kind: 'foreign' as const, path: EVIL, reason: EVIL }]
  const findings = [{ check: 'root', level: 'fail', text: EVIL, mend: EVIL }]

  test.each([
    ['status', statusText(status), 17],
    ['sweep', sweepText(actions, REAPED, true), 6],
    ['explain', explainText(actions), 2],
    ['reap', reapText(REAPED), 5],
    ['doctor', doctorText(findings), 3],
  ])('%s', (_, text, lines) => {
    expect(text).not.toMatch(/^\s*::/m)
    expect(text).not.toContain('\u001B')
    expect(text.split('\n')).toHaveLength(lines)
  })
})

test('what is empty is said too', () => {
  expect(explainText([])).toBe('nothing there\n')
  expect(sweepText([], null, false)).toBe('nothing to do: no lease, no slot\n')
  expect(reapText({ deleted: [], busy: [], quarantined: [], reclaimedBytes: 0 })).toBe(
    '0 entries deleted from the trash, 0 B more free\n',
  )
})
