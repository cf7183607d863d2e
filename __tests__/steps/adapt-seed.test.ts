import { existsSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from '@jest/globals'
import { COLD } from '../../src/plan/build-record.ts'
import type { Maker } from '../../src/plan/lease.ts'
import type { Origin } from '../../src/plan/seed.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { adaptSeed, movedTargetOf } from '../../src/steps/adapt-seed.ts'
import { useScene } from '../e2e/use-scene.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'
import { aJob, aLease, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const SILENT = { info: () => {}, notice: () => {}, warning: () => {}, error: () => {} }
const STATE = 'debug/incremental/one/state'

const OTHER = { workspace: '/other', realWorkspace: '/disk' }
const UNIT = { toolchain: 'rustc', inputs: false, times: '', generation: 0, runnerKey: '' }

/** A slot that was handed down is made fit for its heir; where it lies. */
async function handDown(
  origin: Pick<Origin, 'workspace' | 'unused'>,
  more: NodeJS.ProcessEnv,
  put: (place: string) => void = () => {},
  madeBy: Maker = 'step',
): Promise<string> {
  const place = `${scene().directory('seeding')}/0`
  cargoTree(place)
  put(place)
  const request = {
    root: aRoot(scene()),
    lease: aLease({ id: anId(2), madeBy }),
    wish: {
      job: aJob(),
      madeBy,
      runnerKey: '',
      workspace: '/work',
      common: '',
      restoresMtimes: false,
      times: '',
      toolchain: null,
      choice: null,
      system: '',
    },
    settings: { constantPaths: { target: null, workspace: null } } as Settings,
    place,
    record: { ...COLD, kind: 'inherit' },
    origin: { ...UNIT, ...origin },
    formerTargets: [],
    linked: [],
  } as const
  const environment = { GITHUB_WORKSPACE: '/work', ...more }
  const adapted = await adaptSeed(request, { environment, script: '', voice: SILENT })
  if (typeof adapted === 'string') throw new Error(adapted)
  return place
}

test.each([
  ['goes along to the same workspace', '/work', {}, true],
  ['stays behind for another workspace', '/other', {}, false],
  ['stays behind where it is off', '/work', { CARGO_INCREMENTAL: '0' }, false],
])('the state of a slot that is handed down %s', async (_, workspace, more, isCarried) => {
  const place = await handDown({ workspace, unused: {} }, more)
  expect(existsSync(`${place}/${STATE}`)).toBe(isCarried)
})

test('units that builds no longer use go with their states, where that was not done before', async () => {
  const gone = 'gone-fedcba9876543210'
  const place = await handDown(
    { workspace: '/work', unused: { [`debug/${gone}`]: 2 } },
    {},
    (at) => {
      for (const state of ['gone-1abc', 'one-2def']) mkdirSync(`${at}/debug/incremental/${state}`)
      mkdirSync(`${at}/debug/.fingerprint/${gone}`)
      writeFileSync(`${at}/debug/.fingerprint/${gone}/lib-gone`, '')
    },
  )
  expect(existsSync(`${place}/debug/.fingerprint/${gone}`)).toBe(false)
  expect(readdirSync(`${place}/debug/incremental`).toSorted()).toEqual(['one', 'one-2def'])
})

test('programs at the names that people know stay behind, and what build scripts copied there does not', async () => {
  const place = await handDown({ workspace: '/work', unused: {} }, {}, (at) => {
    mkdirSync(`${at}/debug/examples`)
    writeFileSync(`${at}/debug/examples/show-0123456789abcdef`, '')
    linkSync(`${at}/debug/examples/show-0123456789abcdef`, `${at}/debug/examples/show`)
    writeFileSync(`${at}/debug/libcopied.so`, '')
  })
  expect(readdirSync(`${place}/debug`).toSorted()).toEqual(
    ['.fingerprint', 'build', 'deps', 'examples', 'incremental', 'libcopied.so'].toSorted(),
  )
  expect(readdirSync(`${place}/debug/examples`)).toEqual(['show-0123456789abcdef'])
  expect(readdirSync(`${place}/debug/deps`)).toHaveLength(4)
})

test('what tests and cargo package left stays behind', async () => {
  const place = await handDown({ workspace: '/work', unused: {} }, {}, (at) => {
    cargoTree(`${at}/x86_64-unknown-linux-gnu`)
    mkdirSync(`${at}/doc/one`, { recursive: true })
  })
  const kept = ['.rustc_info.json', 'CACHEDIR.TAG', 'debug', 'tmp']
  expect(readdirSync(place).toSorted()).toEqual(
    [...kept, 'doc', 'x86_64-unknown-linux-gnu'].toSorted(),
  )
  expect(readdirSync(`${place}/x86_64-unknown-linux-gnu`).toSorted()).toEqual(kept)
  for (const at of [place, `${place}/x86_64-unknown-linux-gnu`])
    expect(readdirSync(`${at}/tmp`)).toEqual([])
})

test('what instrumented programs left stays behind, but for what a build script made', async () => {
  const tool = 'llvm-cov-target/debug'
  const places = ['.', 'coverage', 'debug', 'debug/coverage', 'llvm-cov-target', `${tool}/raw`]
  const made = `debug/build/one-${HASH}/out/made.profraw`
  const place = await handDown({ workspace: '/work', unused: {} }, {}, (at) => {
    cargoTree(`${at}/llvm-cov-target`)
    for (const name of [...places.map((each) => `${each}/ran-1.profraw`), made]) {
      mkdirSync(dirname(`${at}/${name}`), { recursive: true })
      writeFileSync(`${at}/${name}`, '')
    }
  })
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' })
  expect(names.filter((name) => name.endsWith('.profraw'))).toEqual([made])
})

test('what a person’s last command left goes along', async () => {
  const place = await handDown({ workspace: '/work', unused: {} }, {}, () => {}, 'run')
  expect(readdirSync(`${place}/tmp`)).toEqual(['scratch'])
  expect(readdirSync(place)).toContain('package')
  expect(readdirSync(`${place}/debug`)).toContain('program')
})

test.each([
  ['of another workspace', { workspace: '/other' }, ['/other']],
  ['of another one behind a link', OTHER, ['/other', '/disk']],
  ['of this one behind a link', { workspace: 'link', realWorkspace: 'real' }, []],
  ['of this one, by its own path', { workspace: 'real' }, []],
  ['of what the link led to before', { workspace: 'link', realWorkspace: '/disk' }, ['/disk']],
])('a seed %s is searched for where that lay, too', (_, origin, expected) => {
  const real = scene().directory('disk')
  const link = `${scene().directory('runner')}/_work`
  symlinkSync(real, link)
  const placed = (path: string): string => ({ link, real })[path] ?? path
  const places = Object.entries(origin).map(([name, path]) => [name, placed(path)] as const)
  const request = {
    root: aRoot(scene()),
    lease: aLease({ id: anId(2) }),
    settings: { constantPaths: { target: null, workspace: null } } as Settings,
    origin: { ...UNIT, unused: {}, workspace: '', ...Object.fromEntries(places) },
    formerTargets: [],
    linked: [],
  }
  const moved = movedTargetOf(request, { GITHUB_WORKSPACE: link })
  expect(moved?.formerWorkspaces ?? []).toEqual(expected)
})
