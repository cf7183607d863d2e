import { describe, expect, test } from '@jest/globals'
import { judgeLock, judgeLockFile, pidInFile, pidInReason } from '../../src/plan/worktree-lock.ts'
import type { LockFile, LockSight } from '../../src/plan/worktree-lock.ts'

const HOUR = 3_600_000
const MADE = 100 * HOUR

const running = { startedAtMs: MADE - HOUR, isZombie: false, command: 'node' }
const host = { inContainer: null, seesHost: true, clockAheadMs: 0 }

describe('the pid of a lock', () => {
  test.each([
    ['claude agent worktree-agent-a1 (pid 1234)', 1234],
    ['pid 1234', 1234],
    ['PID: 77', 77],
    ['pid=8', 8],
    ['{"pid":4711,"host":"ci"}', 4711],
    ['session 1234', null],
    ['', null],
    ['pid 0', null],
    ['pid 99999999999', null],
    ['rapid 12', null],
  ])('in %p is %p', (text, pid) => {
    expect(pidInReason(text)).toBe(pid)
  })

  test.each([
    ['1234\n', 1234],
    ['pid 7', 7],
    ['[[package]]\nname = "pid"\nversion = "1.0.0"\n', null],
    ['12 34', null],
  ])('in a file with %p is %p', (text, pid) => {
    expect(pidInFile(text)).toBe(pid)
  })
})

describe('the owner of a lock', () => {
  test.each<[string, LockSight, string]>([
    ['runs', { ...host, process: running }, 'alive'],
    ['has ended', { ...host, process: 'gone' }, 'dead'],
    ['is a zombie', { ...host, process: { ...running, isZombie: true } }, 'dead'],
    ['cannot be seen', { ...host, process: 'hidden' }, 'unknown'],
    [
      'has left its number to another',
      { ...host, process: { ...running, startedAtMs: MADE + HOUR } },
      'dead',
    ],
    [
      'started when the lock was made, as clocks go',
      { ...host, process: { ...running, startedAtMs: MADE + 30_000 } },
      'alive',
    ],
    [
      'started after it, unless the clock was set forward since',
      { ...host, process: { ...running, startedAtMs: MADE + HOUR }, clockAheadMs: HOUR },
      'unknown',
    ],
    [
      'started after it however far the clock was set',
      { ...host, process: { ...running, startedAtMs: MADE + 2 * HOUR }, clockAheadMs: HOUR },
      'dead',
    ],
    [
      'started after it by a clock of which nothing is known',
      { ...host, process: { ...running, startedAtMs: MADE + HOUR }, clockAheadMs: Infinity },
      'unknown',
    ],
    [
      'may be in a container',
      { ...host, process: 'gone', inContainer: 'pid 9 is a process in a container' },
      'unknown',
    ],
    ['may be outside', { ...host, process: 'gone', seesHost: false }, 'unknown'],
  ])('that %s', (_, sight, owner) => {
    expect(judgeLock(9, sight, MADE).owner).toBe(owner)
  })

  test('that is not named is unknown', () => {
    expect(judgeLock(null, null, MADE).owner).toBe('unknown')
  })
})

describe('a lock file', () => {
  const file: LockFile = {
    path: '/repo/.git/index.lock',
    repository: '/repo/.git',
    madeAtMs: MADE,
    bytes: 0,
    verdict: null,
    holders: [],
    unknown: null,
  }
  const moment = { nowMs: MADE + HOUR, bootAtMs: MADE - HOUR, olderThanMs: HOUR / 4 }
  const pool = (owner: 'alive' | 'dead' | 'unknown'): LockFile => ({
    ...file,
    repository: null,
    verdict: { owner, why: 'so it is' },
  })

  test.each<[string, LockFile, boolean]>([
    ['of git that nobody holds goes', file, true],
    ['that is open stays', { ...file, holders: ['pid 1 has it open'] }, false],
    ['of which nothing is known stays', { ...file, unknown: 'foreign' }, false],
    ['that is young stays', { ...file, madeAtMs: MADE + HOUR - 1000 }, false],
    ['of a pool whose owner is dead goes', pool('dead'), true],
    ['of a pool whose owner lives stays', pool('alive'), false],
    ['of a pool whose owner is unknown stays', pool('unknown'), false],
  ])('%s', (_, each, goes) => {
    expect(judgeLockFile(each, moment).goes).toBe(goes)
  })

  test('of before the last start of the host says so', () => {
    const reason = judgeLockFile(file, { ...moment, bootAtMs: MADE + HOUR / 2 }).reason
    expect(reason).toBe('it was made before the last start of this host')
  })
})
