import { expect, test } from '@jest/globals'
import { mayPublish, parseSnapshot, snapshotName, snapshotsFor } from '../../src/plan/snapshot.ts'
import type { Snapshot } from '../../src/plan/snapshot.ts'
import { aJob, aLease, anId } from '../helpers/lease.ts'

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

function aSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    version: 1,
    id: anId(),
    workflow: 'ci.yml',
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
    ...overrides,
  }
}

test('a snapshot is read as it was written, with what rustc said to who only asked', () => {
  const snapshot = aSnapshot()
  const asked = { ...snapshot, asked: 'rustc 1.95.0', choice: 'digest' }
  expect(parseSnapshot(JSON.stringify(asked))).toEqual(asked)
  expect(parseSnapshot(JSON.stringify({ ...asked, choice: 7 }))).toEqual({
    ...snapshot,
    asked: 'rustc 1.95.0',
  })
  expect(parseSnapshot(JSON.stringify({ ...snapshot, asked: 7 }))).toEqual(snapshot)
  const system = { ...snapshot, system: 'debian 12' }
  expect(parseSnapshot(JSON.stringify(system))).toEqual(system)
  const linked = { ...snapshot, realWorkspace: '/disk/work' }
  expect(parseSnapshot(JSON.stringify(linked))).toEqual(linked)
})

test('a snapshot of an earlier version names no workflow', () => {
  const { workflow: _, ...earlier } = aSnapshot()
  expect(parseSnapshot(JSON.stringify(earlier))).toEqual(aSnapshot({ workflow: '' }))
  expect(parseSnapshot(JSON.stringify({ ...earlier, workflow: 7 }))?.workflow).toBe('')
})

test('two workflows with a job of one id have each its own snapshot', () => {
  const [ci, release] = [aJob(), aJob({ workflow: 'release.yml' })]
  expect(snapshotName(ci, null, '')).not.toEqual(snapshotName(release, null, ''))

  const stored = ['ci.yml', 'release.yml', ''].map((workflow, at) => ({
    name: snapshotName(aJob({ workflow }), null, ''),
    snapshot: aSnapshot({ workflow, publishedMs: at }),
    usedMs: 0,
    hits: 0,
    bytes: null,
  }))
  const found = (workflow: string, among = stored): string[] =>
    snapshotsFor(among, aJob({ workflow }), null, '').map(({ snapshot }) => snapshot.workflow)
  expect(found('ci.yml')).toEqual(['', 'ci.yml'])
  expect(found('lint.yml')).toEqual([''])
  expect(found('')).toEqual([''])

  // One that has published nothing takes what others have, the newest first.
  const named = stored.slice(0, 2)
  expect(found('ci.yml', named)).toEqual(['ci.yml'])
  expect(found('lint.yml', named)).toEqual(['release.yml', 'ci.yml'])
  expect(found('', named)).toEqual(['release.yml', 'ci.yml'])
})
