import { expect, test } from '@jest/globals'
import { mayPublish, parseSnapshot } from '../../src/plan/snapshot.ts'
import type { Snapshot } from '../../src/plan/snapshot.ts'
import { aLease, anId } from '../helpers/lease.ts'

const SETTINGS = { snapshot: 'trusted', dryRun: false, warm: 'auto' } as const

test.each<[string, boolean, string, Partial<Parameters<typeof mayPublish>[2]>, boolean]>([
  ['a push to the default branch that succeeded', true, 'success', {}, true],
  ['one that wants its own seeds cloned', true, 'success', { warm: 'clone' }, true],
  ['any other event', false, 'success', {}, false],
  ['one that failed', true, 'failure', {}, false],
  ['one that was cancelled', true, 'cancelled', {}, false],
  ['one whose end nobody knows', true, 'unknown', {}, false],
  ['one that is to publish nothing', true, 'success', { snapshot: 'never' }, false],
  ['one without seeds', true, 'success', { warm: 'off' }, false],
  ['a dry run', true, 'success', { dryRun: true }, false],
])('%s may publish (trusted %s, %s)', (_, trusted, result, settings, expected) => {
  expect(mayPublish({ trusted }, result, { ...SETTINGS, ...settings })).toBe(expected)
})

test('a snapshot is read as it was written, with what rustc said to who only asked', () => {
  const snapshot: Snapshot = {
    version: 1,
    id: anId(),
    job: 'build',
    leg: '',
    toolchain: 'rustc 1.97.0-nightly',
    environment: '',
    workspace: '/work',
    runnerKey: '',
    former: [aLease().slot],
    generation: 3,
    inputs: true,
    times: '',
    unused: {},
    publishedMs: 1,
    revision: '',
  }
  const asked = { ...snapshot, asked: 'rustc 1.95.0' }
  expect(parseSnapshot(JSON.stringify(asked))).toEqual(asked)
  expect(parseSnapshot(JSON.stringify({ ...snapshot, asked: 7 }))).toEqual(snapshot)
  const system = { ...snapshot, system: 'debian 12' }
  expect(parseSnapshot(JSON.stringify(system))).toEqual(system)
})
