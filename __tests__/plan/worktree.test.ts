import { describe, expect, test } from '@jest/globals'
import {
  ageInWords,
  deservesCloserLook,
  judgeTarget,
  judgeWorktree,
  parseSpan,
} from '../../src/plan/worktree.ts'
import type { GitState, StalePolicy, TargetDir, Worktree } from '../../src/plan/worktree.ts'

const HOUR = 3_600_000
const NOW = 1000 * HOUR

const git: GitState = {
  branch: 'work',
  head: 'a'.repeat(40),
  upstream: null,
  dirty: 0,
  untracked: 0,
  ignored: [],
  unpushed: 0,
  operation: null,
  stashes: 0,
  hasSubmodules: false,
}
const nobody = { inhabitants: [], unknown: [] }
const worktree: Worktree = {
  path: '/pool/topic',
  kind: 'linked',
  repository: '/repo/.git',
  isWithin: true,
  git,
  closer: { unseen: 0, hasSubmodules: false, inReflogOnly: [] },
  lock: null,
  occupancy: nobody,
  newestMs: NOW - 30 * HOUR,
  bytes: 1,
  targets: [],
  inner: [],
}
const policy: StalePolicy = { nowMs: NOW, olderThanMs: 24 * HOUR, withRecoveryRefs: false }
const shell = { kind: 'process' as const, what: 'pid 7 (bash) works in /pool/topic' }
const cargo = { kind: 'process' as const, what: 'pid 8 (cargo) works in /pool/topic' }

test('a worktree that is clean, pushed, old, unlocked and empty of people goes', () => {
  const { goes, reasons } = judgeWorktree(worktree, policy)
  expect(goes).toBe(true)
  expect(reasons).toStrictEqual(['clean, fully pushed, nobody in it, 30 h old'])
})

describe('a worktree stays', () => {
  test.each<[string, Partial<Worktree>]>([
    ['that is a main one', { kind: 'main' }],
    ['that is elsewhere', { isWithin: false }],
    ['with another one in it', { inner: ['/pool/topic/x'] }],
    ['that is locked by who lives', { lock: { reason: '', owner: 'alive', why: 'x' } }],
    ['that is locked by who knows', { lock: { reason: '', owner: 'unknown', why: 'x' } }],
    ['with somebody in it', { occupancy: { inhabitants: [shell], unknown: [] } }],
    ['that could not be looked into', { occupancy: { inhabitants: [], unknown: ['why'] } }],
    ['that git cannot tell of', { git: { unknown: 'why' } }],
    ['without a commit', { git: { ...git, head: null } }],
    ['that is changed', { git: { ...git, dirty: 1 } }],
    ['with untracked files', { git: { ...git, untracked: 1 } }],
    ['with ignored files', { git: { ...git, ignored: ['.env'] } }],
    ['with un-pushed commits', { git: { ...git, unpushed: 1 } }],
    ['in the middle of a rebase', { git: { ...git, operation: 'rebase' } }],
    ['with a stash', { git: { ...git, stashes: 1 } }],
    ['with submodules', { git: { ...git, hasSubmodules: true } }],
    ['of unknown age', { newestMs: null }],
    ['that is young', { newestMs: NOW - 23 * HOUR }],
    ['of the future', { newestMs: NOW + HOUR }],
    ['that the closer look failed for', { closer: { unknown: 'why' } }],
    ['with files git must not see', { closer: { ...NOTHING(), unseen: 1 } }],
    ['with submodules in its index', { closer: { ...NOTHING(), hasSubmodules: true } }],
    ['with commits in its reflog', { closer: { ...NOTHING(), inReflogOnly: ['b'] } }],
  ])('%s', (_, more) => {
    expect(judgeWorktree({ ...worktree, ...more }, policy).goes).toBe(false)
  })
})

function NOTHING() {
  return { unseen: 0, hasSubmodules: false, inReflogOnly: [] }
}

test('a file of the future keeps its worktree, however young one may be', () => {
  const ahead = { ...worktree, newestMs: NOW + HOUR }
  expect(judgeWorktree(ahead, { ...policy, olderThanMs: 0 }).goes).toBe(false)
})

test('the lock of a dead owner keeps nothing', () => {
  const lock = { reason: 'agent', owner: 'dead' as const, why: 'pid 9 is gone' }
  expect(judgeWorktree({ ...worktree, lock }, policy).goes).toBe(true)
})

test('recovery refs stand in for what is not pushed, and for nothing else', () => {
  const generous = { ...policy, withRecoveryRefs: true }
  const closer = { ...NOTHING(), inReflogOnly: ['b'] }
  const unpushed = { ...worktree, git: { ...git, unpushed: 3 }, closer }
  expect(judgeWorktree(unpushed, generous).goes).toBe(true)
  const dirty = { ...unpushed, git: { ...git, unpushed: 3, dirty: 1 } }
  expect(judgeWorktree(dirty, generous).goes).toBe(false)
})

test('only what would go deserves a closer look', () => {
  expect(deservesCloserLook({ ...worktree, closer: null }, policy)).toBe(true)
  expect(deservesCloserLook({ ...worktree, git: { ...git, dirty: 1 } }, policy)).toBe(false)
})

describe('a target dir', () => {
  const target: TargetDir = {
    path: '/pool/topic/target',
    bytes: 1,
    newestMs: NOW - HOUR,
    occupancy: nobody,
    git: 'ignored',
    holdsWorktree: false,
    isLeftover: false,
  }
  const age = { nowMs: NOW, olderThanMs: 0 }
  const judged = (of: Partial<TargetDir>, more: Partial<Worktree> = {}): boolean => {
    const one = { ...target, ...of }
    return judgeTarget(one, { ...worktree, targets: [one], ...more }, age).goes
  }

  test('goes where nothing builds, whatever state its worktree is in', () => {
    expect(judged({})).toBe(true)
    expect(judged({}, { kind: 'main', git: { ...git, dirty: 1, unpushed: 1 } })).toBe(true)
    expect(judged({}, { occupancy: { inhabitants: [shell], unknown: [] } })).toBe(true)
    expect(judged({ git: 'untracked', isLeftover: true })).toBe(true)
  })

  test.each<[string, Partial<TargetDir>, Partial<Worktree>]>([
    ['where cargo works', {}, { occupancy: { inhabitants: [cargo], unknown: [] } }],
    ['where nobody could look', {}, { occupancy: { inhabitants: [], unknown: ['why'] } }],
    ['that somebody uses', { occupancy: { inhabitants: [shell], unknown: [] } }, {}],
    ['outside', {}, { isWithin: false }],
    ['that git does not ignore', { git: 'untracked' }, {}],
    ['with tracked files', { git: 'tracked' }, {}],
    ['that git cannot tell of', { git: 'unknown' }, {}],
    ['with a worktree in it', { holdsWorktree: true }, {}],
  ])('stays %s', (_, of, more) => {
    expect(judged(of, more)).toBe(false)
  })

  test('stays where another one of its worktree is being built', () => {
    const other = {
      ...target,
      path: '/pool/topic/b/target',
      occupancy: { inhabitants: [cargo], unknown: [] },
    }
    expect(judged({}, { targets: [target, other] })).toBe(false)
  })

  test('stays where it is younger than was asked for', () => {
    const asked = { nowMs: NOW, olderThanMs: 2 * HOUR }
    expect(judgeTarget(target, worktree, asked).goes).toBe(false)
    expect(judgeTarget({ ...target, newestMs: null }, worktree, asked).goes).toBe(false)
  })
})

test.each([
  ['0', 0],
  ['24h', 24 * HOUR],
  ['15min', HOUR / 4],
  ['15 m', HOUR / 4],
  ['7d', 168 * HOUR],
  ['90s', 90_000],
  ['24', null],
  ['-1h', null],
  ['1.5h', null],
  ['', null],
])('the span %p', (text, ms) => {
  expect(parseSpan(text)).toBe(ms)
})

test.each([
  [0, '0 min'],
  [90 * 60_000, '90 min'],
  [30 * HOUR, '30 h'],
  [100 * HOUR, '4 d'],
])('%p ms in words', (ms, words) => {
  expect(ageInWords(ms)).toBe(words)
})
