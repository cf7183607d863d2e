import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { State } from '../../src/github/state.ts'
import { encodeRecord } from '../../src/plan/build-record.ts'
import type { BuildRecord } from '../../src/plan/build-record.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { buildEnvironment, snapshotName } from '../../src/plan/snapshot.ts'
import { readAhead } from '../../src/host/ahead.ts'
import type { AheadClone } from '../../src/host/ahead.ts'
import { readLinked, writeRecord } from '../../src/host/lease-companions.ts'
import { endLease, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { listSnapshots, publish } from '../../src/host/snapshots.ts'
import { cloneAhead } from '../../src/steps/clone-ahead.ts'
import { cloneSeed } from '../../src/steps/clone-seed.ts'
import { snapshotSources } from '../../src/steps/clone-sources.ts'
import type { Filled } from '../../src/steps/seed.ts'
import { settingsOf } from '../../src/steps/settings-of.ts'
import { startCloneAhead } from '../../src/steps/start-clone-ahead.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'
import { aJob, aLease, anEnd, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()
const JOB = aJob({ prKey: 'main', trusted: true, workflow: '' })
const lease = aLease({ id: anId(9), job: JOB })
const DIGEST = buildEnvironment({})
const MARK = `debug/deps/libone-${HASH}.rlib`

let root: Root
let place: string

beforeEach(() => {
  root = aRoot(scene())
  place = `${scene().directory('place')}/0`
  writeLease(root, lease)
  for (const folder of [`${root.path}/${lease.slot}`, controlName(root, 'seeding', lease.id)]) {
    mkdirSync(folder, { recursive: true })
  }
})

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const event = `${scene().directory('event')}/event.json`
  writeFileSync(event, '{"repository":{"default_branch":"main"}}')
  return {
    PATH: process.env['PATH'],
    GITHUB_REPOSITORY: 'octo-org/demo',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: event,
    GITHUB_REF: 'refs/heads/main',
    GITHUB_RUN_ID: '2002',
    GITHUB_JOB: 'build',
    GITHUB_WORKSPACE: '/work',
    TARGET_GUARD_ROOT: root.path,
    TARGET_GUARD_MIN_FREE_GB: '0',
    TARGET_GUARD_MIN_FREE_PERCENT: '0',
    TARGET_GUARD_MIN_FREE_INODES_PERCENT: '0',
    ...more,
  }
}

/** Publishes the nth build of the job. */
function publishNth(n: number): void {
  const { id, slot } = aLease({ id: anId(n), job: JOB })
  cargoTree(`${root.path}/${slot}`)
  const { workflow, job, leg } = JOB
  const build = {
    toolchain: 'rustc',
    workspace: '/work',
    runnerKey: 'another',
    inputs: true,
    times: '',
  }
  const told = { generation: n, former: [slot], unused: {}, publishedMs: n, revision: '' }
  const of = { version: 1, id, workflow, job, leg, environment: DIGEST } as const
  publish(
    root,
    slot,
    snapshotName(JOB, null, DIGEST),
    { ...of, ...build, ...told },
    {
      inputs: `inputs ${n}`,
      linked: [],
    },
  )
}

/** What the background process does, in this one; the clone that waits for the job then. */
async function make(more: NodeJS.ProcessEnv = {}): Promise<AheadClone | null> {
  const env = environment(more)
  const settings = settingsOf(env, new Map())
  await cloneAhead(settings, lease.id, { environment: env, script: '', ...speech() })
  const found = readAhead(controlName(root, 'seeding', lease.id))
  return found === null || 'problem' in found ? null : found
}

/** What the job does when its checkout is there. */
async function take(
  ahead: AheadClone | null,
  more: NodeJS.ProcessEnv = {},
): Promise<{ filled: Filled | string; said: string[] }> {
  const env = environment(more)
  const settings: Settings = settingsOf(env, new Map())
  const [source] = snapshotSources(root, JOB, listSnapshots(root), DIGEST)
  if (source === undefined) throw new Error('there is no snapshot')
  const { said, voice } = speech()
  const request = { root, self: aSelf(), job: JOB, settings, lease, place, source }
  const filled = await cloneSeed(request, ahead, { environment: env, script: '', voice })
  return { filled, said }
}

describe('a clone that was made while the checkout was', () => {
  test('is taken by the job, with what was said of it and what it shares', async () => {
    publishNth(1)
    const ahead = await make()
    const { filled, said } = await take(ahead)
    expect(filled).toMatchObject({ record: { kind: expect.any(String) }, isFitted: true })
    expect(said[0]).toMatch(/^cloned \(\w+, while the checkout was made\): /)
    expect(said.slice(1)).toEqual(ahead?.note.told.map(({ text }) => text))
    expect(readFileSync(`${place}/${MARK}`, 'utf8')).toBe(MARK)
    // It is fit for its slot: people find no program that Cargo has not put there.
    expect(existsSync(`${place}/debug/program`)).toBe(false)
    expect(readLinked(root, lease.id)).toEqual(ahead?.note.linked)
  })

  test.each<[string, NodeJS.ProcessEnv]>([
    ['in another workspace', { GITHUB_WORKSPACE: '/elsewhere' }],
    ['with another constant path', { TARGET_GUARD_TARGET_PATH: '/target' }],
    ['in another way', { TARGET_GUARD_WARM: 'copy' }],
  ])('is not taken where the job will build %s', async (_, more) => {
    publishNth(1)
    const ahead = await make(
      more['TARGET_GUARD_WARM'] === 'copy' ? { TARGET_GUARD_WARM: 'clone' } : {},
    )
    expect(ahead).not.toBeNull()
    const { filled, said } = await take(ahead, more)
    expect(filled).not.toHaveProperty('isFitted')
    expect(said.join()).not.toContain('while the checkout was made')
    expect(readFileSync(`${place}/${MARK}`, 'utf8')).toBe(MARK)
  })

  test('is not taken where another snapshot has come since', async () => {
    publishNth(1)
    const ahead = await make()
    publishNth(2)
    const { filled } = await take(ahead)
    expect(filled).toMatchObject({ record: { source: anId(2) } })
    expect(filled).not.toHaveProperty('isFitted')
  })

  needs('no-reflink').test('is none where somebody wrote into what it shares', async () => {
    publishNth(1)
    const ahead = await make()
    expect(ahead?.note.linked.length).toBeGreaterThan(0)
    appendFileSync(`${ahead?.place ?? ''}/${MARK}`, 'more')
    const { filled } = await take(ahead)
    expect(filled).toContain('a build wrote into ')
    expect(existsSync(place)).toBe(false)
    expect(listSnapshots(root)).toEqual([])
  })

  test.each([
    ['nothing is to be cloned', { TARGET_GUARD_WARM: 'inherit' }],
    ['nothing is to be touched', { TARGET_GUARD_DRY_RUN: 'true' }],
    ['variables differ', { RUSTFLAGS: '-g' }],
    ['its times would not do', { TARGET_GUARD_RESTORE_MTIMES: 'false' }],
  ])('is not made where %s', async (_, more) => {
    publishNth(1)
    expect(await make(more)).toBeNull()
  })

  test('is not made where the job has not waited for it', async () => {
    publishNth(1)
    rmdirSync(controlName(root, 'seeding', lease.id))
    await expect(make()).rejects.toThrow(/ENOENT/)
    expect(readdirSync(controlName(root, 'seeding'))).toEqual([])
  })
})

/** A slot that is empty, as pre leaves it. */
function state(more: { takenOver?: boolean } = {}): State {
  const slot = { targetDirectory: '/slot', runDirectory: '/', takenOver: false, ...more }
  const told = { retired: 0, reclaimedBytes: 0, diskStatus: 'ok', freeBytes: 0, actions: [] }
  return { root: root.path, lease: lease.id, prepared: { slot, ...told } }
}

/** Starts it with a tool that only tells its variables; these, null where nothing was started. */
async function started(
  given: State,
  more: NodeJS.ProcessEnv = {},
): Promise<Record<string, string> | null> {
  const dist = scene().directory('dist')
  const dump = `${dist}/variables`
  mkdirSync(`${dist}/cli`)
  const script = `require('node:fs').writeFileSync('${dump}', JSON.stringify(process.env))`
  writeFileSync(`${dist}/cli/index.js`, script)
  mkdirSync(`${dist}/pre`)
  writeFileSync(`${dist}/pre/index.js`, '')
  const { said, voice } = speech()
  startCloneAhead(given, {
    environment: environment(more),
    script: `${dist}/pre/index.js`,
    voice,
  })
  if (!said.join().includes('is cloned while the checkout is made')) return null
  const read = (): string => readFileSync(dump, 'utf8')
  await waitFor(() => existsSync(dump) && read().endsWith('}'), { what: 'the tool to tell' })
  return JSON.parse(read()) as Record<string, string>
}

describe('pre', () => {
  test('has the snapshot cloned, for what the job builds, and hands no secret on', async () => {
    publishNth(1)
    const secrets = {
      GITHUB_TOKEN: 'secret',
      GITHUB_PAT: 'secret',
      RUNNER_PASSWORD: 'secret',
      ACTIONS_RUNTIME_TOKEN: 'secret',
      'INPUT_ALERT-WEBHOOK': 'https://example.com/secret',
      TARGET_GUARD_ALERT_WEBHOOK: 'https://example.com/secret',
      AWS_SECRET_ACCESS_KEY: 'secret',
      // Where the job speaks to its runner.
      GITHUB_ENV: '/secret',
    }
    const variables = await started(state(), { ...secrets, 'INPUT_HIGH-WATERMARK': '99' })
    expect(variables).toMatchObject({ GITHUB_RUN_ID: '2002', TARGET_GUARD_HIGH_WATERMARK: '99' })
    expect(JSON.stringify(variables)).not.toContain('secret')
  })

  test('has nothing cloned where there is no snapshot', async () => {
    expect(await started(state())).toBeNull()
  })

  test('has nothing cloned for a slot that the hook has filled', async () => {
    publishNth(1)
    expect(await started(state({ takenOver: true }))).toBeNull()
  })

  test('has nothing cloned where the job will inherit', async () => {
    publishNth(1)
    const former = aLease({ id: anId(2), job: JOB })
    mkdirSync(`${root.path}/${former.slot}`, { recursive: true })
    writeLease(root, former)
    endLease(root, former.id, anEnd())
    const build: BuildRecord = {
      version: 1,
      workspace: '/work',
      common: '',
      toolchain: 'rustc',
      inputs: true,
      times: '',
      generation: 0,
      former: [],
      unused: {},
    }
    writeRecord(root, former.id, '.build', encodeRecord(build))
    expect(await started(state())).toBeNull()
  })
})
