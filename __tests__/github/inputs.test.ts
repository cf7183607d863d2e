import { describe, expect, test } from '@jest/globals'
import { readInputs, readTwins } from '../../src/github/inputs.ts'
import { environmentTwin } from '../../src/plan/input.ts'
import { INPUTS } from '../../src/plan/settings.ts'
import type { Settings } from '../../src/plan/settings.ts'

/** For each input two values that are told apart. */
const VALUES: Record<string, readonly [string, string, keyof Settings]> = {
  root: ['/mnt/a', '/mnt/b', 'root'],
  owner: ['1:1', '2:2', 'owner'],
  'retention-hours': ['1', '2', 'retentionHours'],
  'min-free-gb': ['3', '4', 'floors'],
  'min-free-percent': ['3', '4', 'floors'],
  'min-free-inodes-percent': ['3', '4', 'floors'],
  'high-watermark': ['86', '87', 'watermarks'],
  'low-watermark': ['70', '71', 'watermarks'],
  'on-critical': ['skip', 'warn', 'onCritical'],
  admission: ['warn', 'off', 'admission'],
  'admission-timeout-minutes': ['3', '4', 'admission'],
  'forecast-gb': ['3', '4', 'admission'],
  'reserve-gb': ['3', '4', 'admission'],
  'alert-webhook': ['https://a.example/', 'https://b.example/', 'alertWebhook'],
  'alert-hours': ['3', '4', 'alertHours'],
  'keep-per-pr': ['3', '4', 'keepPerPr'],
  warm: ['copy', 'off', 'warm'],
  'warm-on-failure': ['true', 'false', 'warmOnFailure'],
  snapshot: ['never', 'trusted', 'snapshot'],
  'snapshot-max-gb': ['3', '4', 'snapshotMaxBytes'],
  'restore-mtimes': ['false', 'true', 'restoreMtimes'],
  'remote-cache': ['restore', 'restore-save', 'remote'],
  'remote-max-gb': ['3', '4', 'remote'],
  'remote-exclude': ['none', 'members', 'remote'],
  'target-path': ['/a', '/b', 'constantPaths'],
  'workspace-path': ['/a', '/b', 'constantPaths'],
  keeper: ['off', 'auto', 'keeper'],
  'privileged-helper': ['sudo', 'none', 'privilegedHelper'],
  'helper-image': ['a', 'b', 'helperImage'],
  'dry-run': ['true', 'false', 'dryRun'],
  leg: ['{"a":1}', '{"a":2}', 'leg'],
  'job-status': ['success', 'failure', 'jobStatus'],
}
const HOME = '/home/runner'

/** The variable by which the runner passes an input. */
function inputVariable(name: string): string {
  return `INPUT_${name.toUpperCase()}`
}

describe.each(INPUTS.map(({ name }) => name))('the input %s', (name) => {
  const [first, second, field] = VALUES[name] ?? ['', '', 'root']
  const byInput = (text: string) => readInputs({ HOME, [inputVariable(name)]: text })
  const byTwin = (text: string) => readInputs({ HOME, [environmentTwin(name)]: text })

  test('is read from the step, and from its twin', () => {
    expect(byInput(first)[field]).not.toEqual(byInput(second)[field])
    expect(byTwin(first)).toEqual(byInput(first))
    expect(readTwins({ HOME, [environmentTwin(name)]: second })).toEqual(byInput(second))
  })

  test('wins over its twin, unless it is empty', () => {
    const twin = { HOME, [environmentTwin(name)]: second }
    expect(readInputs({ ...twin, [inputVariable(name)]: first })).toEqual(byInput(first))
    for (const empty of ['', ' ', '\n']) {
      expect(readInputs({ ...twin, [inputVariable(name)]: empty })).toEqual(byInput(second))
    }
  })

  test('may have blanks around it', () => {
    expect(byInput(` ${first}\n`)).toEqual(byInput(first))
    expect(byTwin(`\t${first} `)).toEqual(byInput(first))
  })

  test('is a flag that wins over the twin', () => {
    const environment = { HOME, [environmentTwin(name)]: second }
    expect(readTwins(environment, new Map([[name, first]]))).toEqual(byInput(first))
  })

  test('is not read by a hook from a step', () => {
    expect(readTwins({ HOME, [inputVariable(name)]: first })).toEqual(readTwins({ HOME }))
  })
})

test('an error names where the bad value came from', () => {
  expect(() => readInputs({ INPUT_ROOT: 'x' })).toThrow(/^The input root is "x"\./)
  expect(() => readInputs({ TARGET_GUARD_ROOT: 'x' })).toThrow(/^TARGET_GUARD_ROOT is "x"\./)
  expect(() => readTwins({}, new Map([['root', 'x']]))).toThrow(/^--root is "x"\./)
})

test.each(['', 'relative', undefined])(
  'without a usable HOME (%j) the account’s is taken',
  (home) => {
    const environment = home === undefined ? {} : { HOME: home }
    expect(readInputs(environment).root).toMatch(/^\/.*\/\.cache\/target-guard$/)
  },
)
