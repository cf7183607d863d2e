import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { GuardError } from '../../src/plan/guard-error.ts'
import { environmentTwin, quote } from '../../src/plan/input.ts'
import { INPUTS, parseSettings } from '../../src/plan/settings.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { caught } from '../helpers/caught.ts'

const SURROUNDINGS = { home: '/home/runner', directory: '/tmp' }

/** Settings from texts by input name, as a step would give them. */
function parse(texts: Record<string, string>): Settings {
  return parseSettings((name) => {
    const text = texts[name]
    return text === undefined ? null : { text, source: `The input ${name}` }
  }, SURROUNDINGS)
}

const control = '\u0007'

/** For each input what it refuses. */
const REFUSED: Record<string, readonly string[]> = {
  root: [
    'relative',
    './x',
    '~user/x',
    '-rf',
    'C:\\x',
    `/a${control}b`,
    '/a\nb',
    `/${'a'.repeat(1024)}`,
  ],
  owner: [
    ':',
    '1000:',
    ':1000',
    '1:2:3',
    '-1',
    '1000:-1',
    '4294967295',
    '1:4294967295',
    'a b',
    '$(id)',
    '9abc',
    '../x',
  ],
  'min-free-gb': ['-1', '3 GB', '1e9', 'x', '1000001'],
  'min-free-percent': ['-1', '101', '5%', 'x'],
  'min-free-inodes-percent': ['-1', '100.1', 'x'],
  'high-watermark': ['0', '101', '85%', 'x'],
  'low-watermark': ['0', '101', 'x'],
  'on-critical': ['Fail', 'stop', 'skip,warn'],
  admission: ['on', 'Wait', 'wait,warn', 'false'],
  'admission-timeout-minutes': ['-1', '1441', '15m', 'x'],
  'forecast-gb': ['-1', '3 GB', '1000001', 'x'],
  'reserve-gb': ['-1', '3 GB', '1000001', 'x'],
  'retention-hours': [
    '-1',
    '8761',
    '1e3',
    '0x10',
    'abc',
    '1,5',
    'Infinity',
    'NaN',
    '1.',
    '.5',
    '1 h',
  ],
  'keep-per-pr': ['-1', '1.5', '1001', 'all', '1e2', '+1'],
  warm: ['yes', 'Auto', 'inherit,clone', 'on'],
  'warm-on-failure': ['yes', '1', 'on'],
  snapshot: ['always', 'true', 'Never'],
  'snapshot-max-gb': ['-1', '1000001', '50 GB', 'x'],
  'remote-cache': ['on', 'save', 'Restore', 'restore,save'],
  'remote-max-gb': ['0', '-1', '1001', '10 GB', 'x'],
  'remote-exclude': [
    'all',
    'none binaries',
    'incremental,binaries',
    '/abs',
    'a/../b',
    'a//b',
    './a',
  ],
  'restore-mtimes': ['yes', '1', 'on'],
  'target-path': [
    'target',
    '~/target',
    '/',
    '/a/',
    '/a//b',
    '/a/../b',
    '/a/./b',
    '/a\nb',
    `/${'a'.repeat(1024)}`,
  ],
  'workspace-path': ['source', '/', '/a/..'],
  keeper: ['Auto', 'on', 'true', 'none'],
  'privileged-helper': ['Auto', 'yes', 'sudo,docker', 'root'],
  'helper-image': ['-v/:/x', '$(id)', 'a b', '.x', 'a\nb', 'a'.repeat(256)],
  'alert-webhook': ['ftp://x', 'https://', 'x', 'https://a b', 'javascript:x'],
  'alert-hours': ['-1', '8761', 'x'],
  'dry-run': ['yes', '1', 'tRue', 'truetrue', 'on'],
  leg: ['x'.repeat(65_537)],
  'job-status': ['Success', 'skipped', 'x'],
}

describe('a bad value', () => {
  test('is tried for every input', () => {
    expect(Object.keys(REFUSED)).toEqual(INPUTS.map((input) => input.name))
  })

  const cases = Object.entries(REFUSED).flatMap(([name, texts]) =>
    texts.map((text) => [name, text.slice(0, 40), text] as const),
  )
  test.each(cases)('of %s, %j, is refused by name, value and what is allowed', (name, _, text) => {
    const error = caught(() => parse({ [name]: text }))
    expect(error).toBeInstanceOf(GuardError)
    expect(error).toMatchObject({ usage: true })
    const { message } = error as GuardError
    const allowed = INPUTS.find((input) => input.name === name)?.allowed ?? '?'
    // An address may hold a token: it is in no text.
    const shown = name === 'alert-webhook' ? 'not usable' : quote(text)
    expect(message).toBe(`The input ${name} is ${shown}. Allowed for ${name}: ${allowed}.`)
    expect(message).not.toMatch(/\p{Cc}/u)
    expect(message.length).toBeLessThan(400)
  })

  test('never becomes anything but a setting or a GuardError', () => {
    const name = fc.constantFrom(...INPUTS.map((input) => input.name))
    fc.assert(
      fc.property(name, fc.string({ unit: 'binary' }), (input, text) => {
        const outcome = caught(() => parse({ [input]: text }))
        expect(outcome === null || outcome instanceof GuardError).toBe(true)
      }),
    )
  })
})

const FLOORS = { minFreeBytes: null, minFreePercent: 5, minFreeInodesPercent: 5 }
const REMOTE = {
  mode: 'off',
  maxBytes: 1e10,
  exclude: { groups: ['incremental', 'binaries'], globs: [] },
} as const

test('a low watermark above the high one is refused', () => {
  const error = caught(() => parse({ 'high-watermark': '70', 'low-watermark': '71' }))
  expect(error).toMatchObject({ usage: true })
  expect((error as GuardError).message).toContain('low-watermark (71) is above high-watermark (70)')
})

describe('a good value', () => {
  test.each<[string, string, Partial<Settings>]>([
    ['root', '/mnt/targets', { root: '/mnt/targets' }],
    ['root', '~', { root: '/home/runner' }],
    ['root', '~/t', { root: '/home/runner/t' }],
    ['root', '//mnt/./targets//', { root: '/mnt/targets' }],
    ['root', '/', { root: '/' }],
    ['root', '/mnt/../etc', { root: '/mnt/../etc' }],
    ['root', '/mnt/with blank', { root: '/mnt/with blank' }],
    ['owner', '1000:1000', { owner: { user: '1000', group: '1000' } }],
    ['owner', 'builder:staff', { owner: { user: 'builder', group: 'staff' } }],
    ['owner', '0:0', { owner: { user: '0', group: '0' } }],
    ['owner', '_apt', { owner: { user: '_apt', group: null } }],
    ['owner', '4294967294', { owner: { user: '4294967294', group: null } }],
    ['min-free-gb', '0', { floors: { ...FLOORS, minFreeBytes: 0 } }],
    ['min-free-gb', '2.5', { floors: { ...FLOORS, minFreeBytes: 2.5e9 } }],
    ['min-free-percent', '100', { floors: { ...FLOORS, minFreePercent: 100 } }],
    ['min-free-inodes-percent', '0', { floors: { ...FLOORS, minFreeInodesPercent: 0 } }],
    ['high-watermark', '80', { watermarks: { high: 80, low: 80 } }],
    ['on-critical', 'skip', { onCritical: 'skip' }],
    ['alert-webhook', 'https://hooks.example/T', { alertWebhook: 'https://hooks.example/T' }],
    ['alert-hours', '0', { alertHours: 0 }],
    ['retention-hours', '0', { retentionHours: 0 }],
    ['retention-hours', '0.5', { retentionHours: 0.5 }],
    ['retention-hours', '8760', { retentionHours: 8760 }],
    ['keep-per-pr', '0', { keepPerPr: 0 }],
    ['keep-per-pr', '1000', { keepPerPr: 1000 }],
    ['warm', 'copy', { warm: 'copy' }],
    ['warm-on-failure', 'true', { warmOnFailure: true }],
    ['snapshot', 'never', { snapshot: 'never' }],
    ['snapshot-max-gb', '0.5', { snapshotMaxBytes: 5e8 }],
    ['restore-mtimes', 'false', { restoreMtimes: false }],
    ['remote-cache', 'restore-save', { remote: { ...REMOTE, mode: 'restore-save' } }],
    ['remote-max-gb', '0.5', { remote: { ...REMOTE, maxBytes: 5e8 } }],
    ['remote-exclude', 'none', { remote: { ...REMOTE, exclude: { groups: [], globs: [] } } }],
    [
      'remote-exclude',
      'debug/**/big.bin\n members  incremental',
      {
        remote: {
          ...REMOTE,
          exclude: { groups: ['incremental', 'members'], globs: ['debug/**/big.bin'] },
        },
      },
    ],
    ['target-path', '/w/target', { constantPaths: { target: '/w/target', workspace: null } }],
    ['workspace-path', '/w', { constantPaths: { target: null, workspace: '/w' } }],
    ['keeper', 'off', { keeper: 'off' }],
    ['privileged-helper', 'docker', { privilegedHelper: 'docker' }],
    [
      'helper-image',
      'registry.example:5000/a/b@sha256:0',
      { helperImage: 'registry.example:5000/a/b@sha256:0' },
    ],
    ['dry-run', 'TRUE', { dryRun: true }],
    ['dry-run', 'False', { dryRun: false }],
    ['leg', '{"os":"linux"}', { leg: '{"os":"linux"}' }],
    ['job-status', 'cancelled', { jobStatus: 'cancelled' }],
  ])('of %s, %j, is taken', (name, text, expected) => {
    expect(parse({ [name]: text })).toMatchObject(expected)
  })

  test('is taken by default', () => {
    expect(parse({})).toEqual({
      root: '/home/runner/.cache/target-guard',
      owner: null,
      floors: FLOORS,
      watermarks: { high: 85, low: 80 },
      onCritical: 'fail',
      admission: { mode: 'wait', timeoutMinutes: 15, forecastBytes: null, reserveBytes: null },
      alertWebhook: null,
      alertHours: 6,
      retentionHours: 24,
      keepPerPr: 1,
      warm: 'auto',
      warmOnFailure: false,
      snapshot: 'trusted',
      snapshotMaxBytes: 50e9,
      remote: REMOTE,
      restoreMtimes: true,
      constantPaths: { target: null, workspace: null },
      keeper: 'auto',
      privilegedHelper: 'auto',
      helperImage: null,
      dryRun: false,
      leg: '',
      jobStatus: '',
    })
    expect(parse(Object.fromEntries(INPUTS.map(({ name }) => [name, ''])))).toEqual(parse({}))
  })
})

test('an environment twin is the name in upper case with underscores', () => {
  expect(environmentTwin('retention-hours')).toBe('TARGET_GUARD_RETENTION_HOURS')
  expect(environmentTwin('root')).toBe('TARGET_GUARD_ROOT')
})
