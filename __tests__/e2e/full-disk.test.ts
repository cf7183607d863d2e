import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { needs } from './capabilities.ts'
import { assemble } from './driven/cast.ts'
import type { StepEnd } from './driven/driven-job.ts'
import { PressedHost, retiredForRoom } from './driven/pressed-host.ts'
import { GuardedHost, annotationsOf, slotOf } from './guard.ts'
import { ordinaryUser } from './ordinary-user.ts'
import type { User } from './runner/installation.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { projectOf } from './shared-toolchain.ts'
import type { Kind } from './small-disk.ts'
import { fill, put, smallDisk } from './small-disk.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
const TITLE = 'Infrastructure, not your change'

const KINDS: Kind[] = [
  'ext4',
  'xfs',
  'btrfs',
  'tmpfs',
  'ext4 with few inodes',
  'tmpfs with few inodes',
]

/** Every kind by both users; with and without the reserve in turn, and all four on these two. */
const CASES = KINDS.flatMap((kind, index) =>
  [true, false].flatMap((isRoot) => {
    const both = ['ext4', 'tmpfs with few inodes'].includes(kind)
    const reserves = both ? [true, false] : [isRoot === (index % 2 === 0)]
    return reserves.map(
      (reserve) =>
        [kind, isRoot ? 'root' : 'an ordinary user', reserve ? 'a' : 'no', isRoot] as const,
    )
  }),
)

async function buildIn(slot: string, user: User | null): Promise<string> {
  const { build, prints } = await projectOf(scene(), user)
  const env = { CARGO_TARGET_DIR: slot }
  const { stdout } = await scene().must('bash', ['-ec', build], {
    env,
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  })
  return stdout === prints ? 'built' : stdout
}

interface Noted {
  by: string
}

function expectFull(disk: string): void {
  expect(() => writeFileSync(`${disk}/more`, Buffer.alloc(100_000, 1))).toThrow(/ENOSPC/)
  rmSync(`${disk}/more`, { force: true })
}

needs('root', 'second-user', 'loop-mount', 'xfs', 'btrfs', 'cargo').describe(
  'a really full disk',
  () => {
    test.each(CASES)(
      '%s, as %s, with %s reserve: stale slots make room, and the job builds',
      async (kind, _, withReserve, isRoot) => {
        const user = isRoot ? null : ordinaryUser()
        const host = await PressedHost.make(await assemble(scene()), kind, user)
        const { stage } = host
        if (withReserve === 'a') await stage.command('sweep')
        expect(existsSync(stage.control('reserve'))).toBe(withReserve === 'a')
        const stale = host.leaveStale()
        await host.fill()
        expectFull(host.disk)

        const job = host.job('31')
        const { stdout } = await job.must('pre')
        expect(stdout).toContain('emergency:')
        const taken = retiredForRoom(stdout)
        expect(taken).toEqual(stale.slice(0, taken.length).map(({ slot }) => slot))
        expect(taken.length).toBeGreaterThan(0)
        expect(stdout.includes('the reserve was given back')).toBe(withReserve === 'a')
        expect(stdout).not.toContain('heartbeat')
        const { by } = JSON.parse(readFileSync(stage.control('heartbeat.json'), 'utf8')) as Noted
        expect(by).toBe('pre of alpha')
        expect(await buildIn(job.slot, user)).toBe('built')
        await job.must('post', { inputs: { 'job-status': 'success' } })
        expect(existsSync(stage.control(`leases/${job.slot.slice(-24)}.ended`))).toBe(true)
        expect(host.touched()).toEqual([])
        await job.end()
      },
    )

    test.each(KINDS.map((kind, index) => [kind, index % 2 === 0] as const))(
      '%s with nothing stale: the job fails before any build, and all is as it was',
      async (kind, isRoot) => {
        const user = isRoot ? null : ordinaryUser()
        const host = await PressedHost.make(await assemble(scene()), kind, user)
        await host.fill()
        const job = host.job('31')
        const pre = await job.step('pre')
        expect([pre.exitCode, annotated(pre)]).toEqual([1, [TITLE]])
        expect(pre.stdout).toMatch(/0\.000 GB free, below|\b0 inodes free, below/)
        expect(pre.stdout).toMatch(/of runner beta; keep \(live\) octo-org\/demo\/main\/run-12\//)
        expect(pre.stdout).toMatch(/keep \(unknown\) octo-org\/demo\/main\/run-14\//)
        expect(job.env['CARGO_TARGET_DIR']).toBeUndefined()
        expect(host.touched()).toEqual([])
        expect(existsSync(path.join(host.stage.path, 'octo-org/demo/main/run-31'))).toBe(false)
        await job.end()
      },
    )
  },
)

/** Titles of the errors that a step annotated. */
function annotated({ stdout }: StepEnd): string[] {
  return [...stdout.matchAll(/^::error title=([^:]*)::/gm)].map(([, title = '']) =>
    decodeURIComponent(title),
  )
}

/** Three neighbours that build on, on a disk of its own. */
class LiveHost {
  readonly host: GuardedHost
  readonly disk: string
  readonly kind: Kind
  readonly canaries: string[] = []

  private constructor(disk: string, kind: Kind) {
    this.host = new GuardedHost(scene(), `${disk}/targets`)
    this.disk = disk
    this.kind = kind
  }

  static async make(kind: Kind, neighbours: number): Promise<LiveHost> {
    const live = new LiveHost(await smallDisk(scene(), kind), kind)
    for (let n = 1; n <= neighbours; n += 1) await live.startNeighbour(`neighbour-${n}`, `${n}`)
    mkdirSync(`${live.disk}/outside`)
    live.#canary(`${live.disk}/outside/canary`)
    return live
  }

  async startNeighbour(name: string, runId: string): Promise<void> {
    const runner = Runner.install(scene(), { name }).start()
    const script = 'echo "at $CARGO_TARGET_DIR"; exec sleep 600'
    // Its keeper would make room itself, before the job that is tried here.
    const guard = this.host.step({ with: { keeper: 'off' } })
    const job = runner.job({ runId, steps: [guard, { name: 'work', run: script }] })
    const { stdout } = await job.waitForStep(/^at \/.*$/m)
    this.#canary(path.join(stdout.trim().slice('at '.length), 'canary'))
  }

  #canary(file: string): void {
    writeFileSync(file, 'alive\n')
    this.canaries.push(file)
  }

  /** A finished job of a runner that left something large behind. */
  async leaveEnded(runner: Runner, runId: string): Promise<string> {
    const result = await runner.job({ runId, steps: [this.host.step()] }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    put(slotOf(result), 250_000_000)
    return slotOf(result)
  }

  async fill(): Promise<void> {
    await fill(scene(), path.join(this.disk, 'filler'), this.kind)
  }

  /** What no pass may touch and is not as it was; throws where it is gone. */
  touched(): string[] {
    return this.canaries.filter((canary) => readFileSync(canary, 'utf8') !== 'alive\n')
  }
}

needs('root', 'second-user', 'loop-mount', 'cargo').describe(
  'a full 2 GB disk with three neighbours’ live slots and two stale ones',
  () => {
    test.each([
      ['as it is', false],
      ['with the lock and the reserve sabotaged', true],
    ])('%s: the job builds a real project and ends', async (_, sabotaged) => {
      const live = await LiveHost.make('large ext4', 3)
      const { host } = live
      const [own, other] = ['own', 'other'].map((name) => Runner.install(scene(), { name }).start())
      if (!own || !other) throw new Error('unreachable')
      const stale = [await live.leaveEnded(own, '91'), await live.leaveEnded(other, '92')]
      const control = path.join(host.root, '.target-guard')
      if (sabotaged) {
        for (const each of ['reserve', 'reserve.d'])
          rmSync(`${control}/${each}`, { recursive: true })
        mkdirSync(`${control}/host.lock.lock`)
        writeFileSync(`${control}/host.lock.lock/planted`, '')
      }
      await live.fill()
      expectFull(live.disk)
      expect(() => mkdirSync(`${live.disk}/plain`)).toThrow(/ENOSPC/)

      const project = await projectOf(scene(), null)
      // Whether it would wait for more room than that is not what is tried here.
      const guard = host.step({ id: 'guard', with: { admission: 'off' } })
      const steps = [guard, { name: 'build', run: project.build }]
      const result = await own.job({ runId: '93', steps }).result
      expect([result.conclusion, result.conclusion === 'success' ? '' : String(result)]).toEqual([
        'success',
        '',
      ])
      expect(result.step('guard').outputs).toMatchObject({ proceed: 'true', retired: '2' })
      expect(result.step('build').stdout).toBe(project.prints)
      expect(stale.filter((slot) => existsSync(slot))).toEqual([])
      expect(live.touched()).toEqual([])
    })
  },
)

/** What a job is told that finds a full disk with nothing to take. */
async function onFullDisk(
  inputs: Record<string, string>,
  user?: User,
): Promise<[LiveHost, JobResult]> {
  const live = await LiveHost.make('tmpfs', 1)
  if (user !== undefined) {
    await scene().must('chown', ['-R', `${user.uid}:${user.gid}`, live.host.root])
  }
  await live.fill()
  const options = user === undefined ? {} : { user: { uid: user.uid, gid: user.gid } }
  const runner = Runner.install(scene(), { name: 'late', ...options }).start()
  const steps = [
    live.host.step({ id: 'guard', with: inputs }),
    { name: 'build', if: "steps.guard.outputs.proceed == 'true'", run: 'echo built' },
  ]
  return [live, await runner.job({ steps }).result]
}

needs('root', 'second-user').describe('a full disk with nothing stale on it', () => {
  test.each([
    ['root', false],
    ['an ordinary user', true],
  ])('fails the job of %s, and says whose the space is', async (_, isOrdinary) => {
    const [live, result] = await onFullDisk({}, isOrdinary ? ordinaryUser() : undefined)
    expect(result.conclusion).toBe('failure')
    const pre = result.step('Pre guard')
    expect(pre.exitCode).toBe(1)
    const error = pre.annotations.find((each) => each.level === 'error')
    expect(error?.properties['title']).toBe(TITLE)
    expect(error?.message).toMatch(
      /0\.00\d GB free, below the floor of .* GB \(min-free-gb\)[^]*The largest holders:\n.*B: octo-org\/demo, PR main, run-1 of runner neighbour-1; keep \(live\)/,
    )
    expect(live.touched()).toEqual([])
    expect(live.host.slots()).toHaveLength(1)
  })

  test('skips the build where that is wanted', async () => {
    const [live, result] = await onFullDisk({ 'on-critical': 'skip' })
    expect(result.conclusion).toBe('success')
    expect(result.step('guard').outputs).toMatchObject({
      proceed: 'false',
      'disk-status': 'critical',
    })
    expect(result.step('guard').outputs['target-dir']).toBeUndefined()
    expect(result.step('build').outcome).toBe('skipped')
    expect(annotationsOf(result.step('Pre guard'), 'warning').join()).toContain('proceed is false')
    expect(live.touched()).toEqual([])
    expect(live.host.slots()).toHaveLength(1)
  })

  test('fails the job from a hook too', async () => {
    const live = await LiveHost.make('tmpfs', 1)
    const { host } = live
    const runner = Runner.install(scene(), { name: 'hooked' })
    await host.cli(['install-hooks', runner.root, '--root', host.root])
    await live.fill()
    const result = await runner.start().job({ steps: [{ name: 'work', run: 'echo built' }] }).result
    expect(result.conclusion).toBe('failure')
    const [hook] = result.phase('started-hook')
    expect(hook?.exitCode).toBe(75)
    expect(hook?.annotations.map((each) => each.properties['title'])).toContain(TITLE)
    expect(result.step('work').outcome).toBe('skipped')
    expect(live.touched()).toEqual([])
  })
})

/** Below a floor, with room enough for a slot: no disk has so much free. */
const CRITICAL = { 'min-free-percent': '100' }

test.each(['warn', 'skip'])('in a hook, on-critical: %s lets the job go on', async (wanted) => {
  const host = new GuardedHost(scene())
  const runner = Runner.install(scene(), { name: 'hooked' })
  await host.cli(['install-hooks', runner.root, '--root', host.root])
  runner.configure({ TARGET_GUARD_ON_CRITICAL: wanted, TARGET_GUARD_MIN_FREE_PERCENT: '100' })
  const steps = [{ name: 'work', run: 'test -d "$CARGO_TARGET_DIR"' }]
  const result = await runner.start().job({ steps }).result
  expect([result.conclusion, result.conclusion === 'success' ? '' : String(result)]).toEqual([
    'success',
    '',
  ])
  const [hook] = result.phase('started-hook')
  expect(hook?.exitCode).toBe(0)
  expect(hook?.annotations.map((each) => each.message).join()).toContain(
    `The job goes on all the same (on-critical: ${wanted})`,
  )
})

test('on-critical: warn goes on with a slot', async () => {
  const host = new GuardedHost(scene())
  const runner = Runner.install(scene()).start()
  const inputs = { ...CRITICAL, 'on-critical': 'warn' }
  const result = await runner.job({ steps: [host.step({ id: 'guard', with: inputs })] }).result
  expect(result.conclusion).toBe('success')
  expect(result.step('guard').outputs).toMatchObject({
    proceed: 'true',
    'disk-status': 'critical',
    'target-dir': slotOf(result),
  })
})
