import { existsSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { COLD } from '../../src/plan/build-record.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { adaptSeed } from '../../src/steps/adapt-seed.ts'
import { useScene } from '../e2e/use-scene.ts'
import { cargoTree } from '../helpers/cargo-tree.ts'
import { aJob, aLease, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const SILENT = { info: () => {}, notice: () => {}, warning: () => {}, error: () => {} }
const STATE = 'debug/incremental/one/state'

test.each([
  ['goes along to the same workspace', '/work', {}, true],
  ['stays behind for another workspace', '/other', {}, false],
  ['stays behind where it is off', '/work', { CARGO_INCREMENTAL: '0' }, false],
])('the state of a slot that is handed down %s', async (_, workspace, more, isCarried) => {
  const place = `${scene().directory('seeding')}/0`
  cargoTree(place)
  const unit = { toolchain: 'rustc', inputs: false, times: '', generation: 0, unused: {} }
  const request = {
    root: aRoot(scene()),
    lease: aLease({ id: anId(2) }),
    wish: {
      job: aJob(),
      madeBy: 'step',
      runnerKey: '',
      workspace: '/work',
      common: '',
      restoresMtimes: false,
      times: '',
      toolchain: null,
    },
    settings: { constantPaths: { target: null, workspace: null } } as Settings,
    place,
    record: { ...COLD, kind: 'inherit' },
    origin: { ...unit, workspace, runnerKey: '' },
    formerTargets: [],
    linked: [],
  } as const
  const environment = { GITHUB_WORKSPACE: '/work', ...more }
  const adapted = await adaptSeed(request, { environment, script: '', voice: SILENT })
  expect(adapted).toMatchObject({ kind: 'inherit' })
  expect(existsSync(`${place}/${STATE}`)).toBe(isCarried)
})
