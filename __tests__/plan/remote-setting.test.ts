import { expect, test } from '@jest/globals'
import { maySave } from '../../src/plan/remote-setting.ts'
import type { RemoteCache } from '../../src/plan/remote-setting.ts'

test.each<[string, boolean, string, RemoteCache, boolean, boolean]>([
  ['a push to the default branch that succeeded', true, 'success', 'restore-save', false, true],
  ['one that is to restore alone', true, 'success', 'restore', false, false],
  ['one that is to do neither', true, 'success', 'off', false, false],
  ['any other event', false, 'success', 'restore-save', false, false],
  ['one that failed', true, 'failure', 'restore-save', false, false],
  ['one whose end nobody knows', true, 'unknown', 'restore-save', false, false],
  ['a dry run', true, 'success', 'restore-save', true, false],
])('%s may save (trusted %s, %s, %s)', (_, trusted, result, mode, dryRun, expected) => {
  expect(maySave({ trusted }, result, { remote: { mode }, dryRun })).toBe(expected)
})
