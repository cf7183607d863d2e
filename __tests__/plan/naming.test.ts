import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  bootPrefix,
  isAttempt,
  isLeaseId,
  isOfOtherBoot,
  isOwner,
  isRepositoryName,
  isRunId,
  isSlotPath,
  jobComponent,
  leaseId,
  leaseIdOfSlot,
  prKey,
  runnerPrefix,
  slotPath,
  slug,
} from '../../src/plan/naming.ts'
import type { Change } from '../../src/plan/naming.ts'
import { BOOT, OTHER_BOOT, aJob, aRunnerKey, anId } from '../helpers/lease.ts'
import { addressOf } from '../../src/plan/job.ts'

const ONE_COMPONENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Any text at all, lone surrogates included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.integer({ min: 0, max: 0xff_ff }), { maxLength: 80 })
    .map((units) => units.map((unit) => String.fromCharCode(unit)).join('')),
  fc.constantFrom('', '.', '..', '../..', '/', '//', '\0', '-rf', '$(id)', '`id`', 'a\nb', 'CON'),
)

function keyOf(ref: string, change: Partial<Change> = {}): string {
  return prKey({ eventName: 'push', ref, pullRequestNumber: null, ...change })
}

describe('the PR key', () => {
  const pullRequest = { eventName: 'pull_request', pullRequestNumber: 42 }
  test.each<[string, Change, string]>([
    ['a pull request', { ...pullRequest, ref: 'refs/pull/42/merge' }, '42'],
    ['one closed by merge', { ...pullRequest, ref: 'refs/heads/main' }, '42'],
    ['one from a fork', { ...pullRequest, ref: 'refs/pull/42/merge' }, '42'],
    [
      'pull_request_target',
      { ...pullRequest, eventName: 'pull_request_target', ref: 'refs/heads/main' },
      '42',
    ],
    [
      'pull_request_review',
      { ...pullRequest, eventName: 'pull_request_review', ref: 'refs/pull/42/merge' },
      '42',
    ],
    [
      'a pull request without a payload',
      { ...pullRequest, pullRequestNumber: null, ref: 'refs/pull/42/merge' },
      '42',
    ],
    [
      'a merge group',
      {
        eventName: 'merge_group',
        ref: 'refs/heads/gh-readonly-queue/main/pr-42-0123abcd',
        pullRequestNumber: null,
      },
      '42',
    ],
    [
      'a merge group for a branch with slashes',
      {
        eventName: 'merge_group',
        ref: 'refs/heads/gh-readonly-queue/release/1.x/pr-42-0123abcd',
        pullRequestNumber: null,
      },
      '42',
    ],
    [
      'a push to main',
      { eventName: 'push', ref: 'refs/heads/main', pullRequestNumber: null },
      'main',
    ],
    [
      'a push to a tag',
      { eventName: 'push', ref: 'refs/tags/v1.2.3', pullRequestNumber: null },
      'v1.2.3',
    ],
    [
      'a schedule',
      { eventName: 'schedule', ref: 'refs/heads/main', pullRequestNumber: null },
      'main',
    ],
    [
      'workflow_dispatch',
      { eventName: 'workflow_dispatch', ref: 'refs/heads/dev', pullRequestNumber: null },
      'dev',
    ],
    [
      'a number in a payload of another event',
      { eventName: 'issues', ref: 'refs/heads/main', pullRequestNumber: 42 },
      'main',
    ],
    [
      'an event whose name only begins alike',
      { eventName: 'pull_requests', ref: 'refs/heads/main', pullRequestNumber: 42 },
      'main',
    ],
  ])('of %s', (_, change, key) => {
    expect(prKey(change)).toBe(key)
  })

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'is never the impossible number %p',
    (pullRequestNumber) => {
      const key = prKey({ ...pullRequest, pullRequestNumber, ref: 'refs/heads/main' })
      expect(key).toBe('main')
    },
  )

  test('of a branch with a slash is a slug that tells it from a branch with a dash', () => {
    const slashed = keyOf('refs/heads/feature/x')
    expect(slashed).toMatch(/^feature-x-[0-9a-f]{12}$/)
    expect(slashed).not.toBe(keyOf('refs/heads/feature-x'))
  })

  test('of a branch of digits is never that of the pull request', () => {
    expect(keyOf('refs/heads/42')).toMatch(/^42-[0-9a-f]{12}$/)
    expect(keyOf('refs/tags/42')).toMatch(/^42-[0-9a-f]{12}$/)
  })

  test.each([
    'refs/heads/..',
    'refs/heads/../../etc',
    'refs/heads/.hidden',
    'refs/heads/$(id)',
    'refs/heads/`id`',
    'refs/heads/-rf',
    'refs/heads/--',
    'refs/heads/a b',
    'refs/heads/a\nb',
    'refs/heads/a\0b',
    'refs/heads/\uFFFD\uFFFD',
    'refs/heads/\uD800',
    'refs/heads/\u202Egnp',
    `refs/heads/${'a'.repeat(65)}`,
    `refs/heads/${'ü/'.repeat(2000)}`,
    'refs/pull/0/merge',
    'refs/heads/gh-readonly-queue/main/pr-0-abc',
    '',
  ])('of the hostile ref %j is a slug with the hash of the whole', (ref) => {
    expect(keyOf(ref)).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,39})-[0-9a-f]{12}$/)
  })

  test('is one safe component for any text', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.option(fc.double()), (eventName, ref, number) => {
        const key = prKey({ eventName, ref, pullRequestNumber: number })
        expect(key).toMatch(ONE_COMPONENT)
      }),
    )
  })

  test('of a branch is never all digits', () => {
    const digits = fc.stringMatching(/^[0-9]{1,70}$/)
    fc.assert(
      fc.property(digits, (name) => {
        expect(keyOf(`refs/heads/${name}`)).not.toMatch(/^[0-9]+$/)
      }),
    )
  })
})

describe('a slug', () => {
  test('is another for every other text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        fc.pre(a !== b)
        expect(slug(a)).not.toBe(slug(b))
      }),
    )
  })

  test.each([
    ['feature/a', 'feature-a'],
    ['é', 'è'],
    ['é', 'e\u0301'],
    ['A', 'a'],
    ['a', 'a '],
  ])('keeps %j and %j apart', (a, b) => {
    expect(slug(a)).not.toBe(slug(b))
  })

  test('is short and readable however long the text is', () => {
    expect(slug(`Fix/${'x'.repeat(4000)}`)).toMatch(/^fix-x{36}-[0-9a-f]{12}$/)
    expect(slug('***')).toMatch(/^ref-[0-9a-f]{12}$/)
  })
})

describe('a slot’s path', () => {
  const component = fc.stringMatching(ONE_COMPONENT)
  const owner = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/)
  const repository = fc
    .stringMatching(/^[A-Za-z0-9._-]{1,100}$/)
    .filter((name) => name !== '.' && name !== '..')
  const address = fc.record({
    owner,
    repository,
    prKey: component,
    runId: fc.stringMatching(/^[0-9]{1,20}$/),
    attempt: fc.integer({ min: 1, max: 999_999_999 }),
    job: anyText,
    id: fc.stringMatching(/^[0-9a-f]{24}$/),
  })

  test('is always a slot path, carries its id, and stays below the root', () => {
    fc.assert(
      fc.property(address, (each) => {
        const path = slotPath(each)
        expect(isSlotPath(path)).toBe(true)
        expect(leaseIdOfSlot(path.slice(path.lastIndexOf('/') + 1))).toBe(each.id)
        expect(path.split('/')).toHaveLength(5)
        expect(path.split('/')).not.toEqual(expect.arrayContaining(['..']))
        expect(path.split('/').every((part) => part.length <= 255 && part !== '.')).toBe(true)
      }),
    )
  })

  test('is nothing else: any other text is refused', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isSlotPath(text)).toBe(false)
      }),
    )
  })

  const good = slotPath(addressOf(aJob(), anId()))
  test.each([
    `/${good}`,
    `${good}/`,
    `${good}/debug`,
    `./${good}`,
    `../${good}`,
    good.replace('octo-org', '..'),
    good.replace('octo-org', '-octo'),
    good.replace('octo-org', '.target-guard'),
    good.replace('demo', '..'),
    good.replace('demo', '.'),
    good.replace('demo', ''),
    good.replace('/7/', '/../'),
    good.replace('/7/', '/-7/'),
    good.replace('run-1001', 'run-'),
    good.replace('run-1001', 'run-x'),
    good.replace('run-1001', '1001'),
    good.replace('build-1-', 'build-0-'),
    good.replace('build-1-', '-1-'),
    good.slice(0, -1),
    `${good}0`,
    `${good}\n`,
    good.toUpperCase(),
  ])('is not %j', (path) => {
    expect(isSlotPath(path)).toBe(false)
  })

  test('keeps job ids that are safe, and hashes the rest', () => {
    expect(jobComponent('build_linux-1')).toBe('build_linux-1')
    expect(jobComponent('a/b')).toMatch(/^a-b-[0-9a-f]{12}$/)
    expect(jobComponent('..')).toMatch(/^ref-[0-9a-f]{12}$/)
    expect(jobComponent('x'.repeat(41))).toMatch(/^x{40}-[0-9a-f]{12}$/)
  })
})

describe('a lease id', () => {
  test('tells its runner and its boot', () => {
    const id = leaseId(aRunnerKey(), BOOT, 'abcdefabcdef')
    expect(isLeaseId(id)).toBe(true)
    expect(id).toBe(`${runnerPrefix(aRunnerKey())}${bootPrefix(BOOT)}abcdefabcdef`)
    expect(isOfOtherBoot(id, BOOT)).toBe(false)
    expect(isOfOtherBoot(id, OTHER_BOOT)).toBe(true)
  })

  test.each(['', 'x', `${anId()}0`, anId().toUpperCase(), `${anId()}\n`, `../${anId().slice(3)}`])(
    'is not %j',
    (text) => {
      expect(isLeaseId(text)).toBe(false)
    },
  )
})

describe('the parts of a path', () => {
  test.each([
    [isOwner, 'octo-org', true],
    [isOwner, 'enterprise_user', true],
    [isOwner, '.github', false],
    [isOwner, '-rf', false],
    [isOwner, '', false],
    [isOwner, 'a/b', false],
    [isRepositoryName, '.github', true],
    [isRepositoryName, 'a.b_c-d', true],
    [isRepositoryName, '.', false],
    [isRepositoryName, '..', false],
    [isRepositoryName, 'a b', false],
    [isRepositoryName, '', false],
    [isRunId, '16123456789', true],
    [isRunId, '', false],
    [isRunId, '-1', false],
    [isRunId, '1e9', false],
    [isRunId, '1'.repeat(21), false],
    [isRunId, '1\n', false],
    [isAttempt, '1', true],
    [isAttempt, '0', false],
    [isAttempt, '01', false],
    [isAttempt, '1.5', false],
  ])('%p of %j is %p', (check, text, answer) => {
    expect(check(text)).toBe(answer)
  })
})
