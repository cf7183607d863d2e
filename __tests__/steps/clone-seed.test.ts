import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Settings } from '../../src/plan/settings.ts'
import { snapshotName } from '../../src/plan/snapshot.ts'
import { readInputs } from '../../src/host/lease-companions.ts'
import type { Root } from '../../src/host/root.ts'
import { folderOf, listSnapshots, publish } from '../../src/host/snapshots.ts'
import type { Filled } from '../../src/steps/seed.ts'
import { cloneSeed } from '../../src/steps/clone-seed.ts'
import { snapshotSources } from '../../src/steps/clone-sources.ts'
import type { CloneSource } from '../../src/steps/clone-sources.ts'
import type { Runtime } from '../../src/steps/runtime.ts'
import { needs } from '../e2e/capabilities.ts'
import { smallDisk } from '../e2e/small-disk.ts'
import { useScene } from '../e2e/use-scene.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'
import { aJob, aLease, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'

const scene = useScene()
const JOB = aJob({ prKey: 'main', trusted: true })
const NAME = snapshotName(JOB, null, '')
const MARK = `debug/deps/libmark-${HASH}.rlib`
const SILENT = { info: () => {}, notice: () => {}, warning: () => {}, error: () => {} }
const RUNTIME: Runtime = { environment: {}, script: '', voice: SILENT }
const SETTINGS = {
  warm: 'auto',
  floors: { minFreeBytes: 0, minFreePercent: 0, minFreeInodesPercent: 0 },
  watermarks: { high: 100, low: 100 },
  constantPaths: { target: null, workspace: null },
} as Settings

let root: Root
let place: string
const lease = aLease({ id: anId(9), job: JOB })

beforeEach(() => {
  root = aRoot(scene())
  place = `${scene().directory('seeding')}/0`
  mkdirSync(`${root.path}/${lease.slot}`, { recursive: true })
})

/** Publishes the nth build, whose tree and inputs tell it from others. */
function publishNth(n: number): void {
  const { id, slot } = aLease({ id: anId(n), job: JOB })
  cargoTree(`${root.path}/${slot}`)
  writeFileSync(`${root.path}/${slot}/${MARK}`, `build ${n}`)
  const { workflow, job, leg } = JOB
  const build = { toolchain: null, workspace: '/work', runnerKey: '', inputs: true, times: '' }
  const told = { generation: n, former: [slot], unused: {}, publishedMs: n, revision: '' }
  const of = { version: 1, id, workflow, job, leg, environment: '' } as const
  const snapshot = { ...of, ...build, ...told }
  publish(root, slot, NAME, snapshot, { inputs: `inputs ${n}`, linked: [] })
}

/** The only snapshot there is, as a seeding finds it. */
function theSource(): CloneSource {
  const [source] = snapshotSources(root, JOB, listSnapshots(root), '')
  if (source === undefined) throw new Error('there is no snapshot')
  return source
}

async function clone(
  source: CloneSource,
  settings = SETTINGS,
  environment: NodeJS.ProcessEnv = {},
): Promise<Filled | string> {
  const request = { root, self: aSelf(), job: JOB, settings, lease, place, source }
  return cloneSeed(request, null, { ...RUNTIME, environment })
}

const STATE = 'debug/incremental/one/state'

/** Whether the state of incremental compilation comes along with a clone. */
async function isCarriedBy(settings: Settings, environment: NodeJS.ProcessEnv): Promise<boolean> {
  publishNth(1)
  const filled = await clone(theSource(), settings, environment)
  if (typeof filled === 'string') throw new Error(filled)
  return existsSync(`${place}/${STATE}`)
}

describe('the state of incremental compilation', () => {
  const constant = { ...SETTINGS, constantPaths: { target: '/target', workspace: null } }
  const here = { GITHUB_WORKSPACE: '/work' }
  const off = { ...here, CARGO_INCREMENTAL: '0' }
  const there = { GITHUB_WORKSPACE: '/other' }

  test.each([
    ['comes along where builds always see the same path', constant, here, true],
    ['stays behind there, too, from another workspace', constant, there, false],
    ['stays behind there, too, where it is off', constant, off, false],
  ])('%s', async (_, settings, environment, isCarried) => {
    expect(await isCarriedBy(settings, environment)).toBe(isCarried)
    expect(existsSync(`${place}/${MARK}`)).toBe(true)
  })

  needs('no-reflink').test('stays behind where it would have to be copied', async () => {
    expect(await isCarriedBy(SETTINGS, here)).toBe(false)
    expect(existsSync(`${place}/${MARK}`)).toBe(true)
  })

  needs('root', 'loop-mount', 'xfs').describe('to another path by reflink', () => {
    test.each([
      ['comes along in the same workspace', here, true],
      ['stays behind in another one', there, false],
      ['stays behind where it is off', off, false],
    ])('%s', async (_, environment, isCarried) => {
      const disk = await smallDisk(scene(), 'xfs')
      root = aRoot(scene(), disk)
      place = `${disk}/seeding/0`
      for (const folder of [`${disk}/seeding`, `${root.path}/${lease.slot}`]) {
        mkdirSync(folder, { recursive: true })
      }
      expect(await isCarriedBy(SETTINGS, environment)).toBe(isCarried)
    })
  })
})

describe('a snapshot that another one takes the place of', () => {
  test('before it is locked is no seed, and nor is the other under its name', async () => {
    publishNth(1)
    const source = theSource()
    publishNth(2)
    expect(await clone(source)).toBe('it was replaced meanwhile')
    expect(existsSync(place)).toBe(false)
    expect(readInputs(root, lease.id)).toBeNull()
  })

  test('while it is cloned is cloned with its own inputs, and the other is left alone', async () => {
    publishNth(1)
    const over = new AbortController()
    const cloning = clone(theSource()).finally(() => over.abort())
    while (!existsSync(place) && !over.signal.aborted) await turn()
    publishNth(2)
    expect(await cloning).toMatchObject({ origin: { generation: 1 } })
    expect(readFileSync(`${place}/${MARK}`, 'utf8')).toBe('build 1')
    expect(readInputs(root, lease.id)).toBe('inputs 1')
    expect(listSnapshots(root)).toMatchObject([{ snapshot: { generation: 2 }, hits: 0 }])
    expect(existsSync(`${folderOf(root, NAME)}/linked.json`)).toBe(false)
  })
})
