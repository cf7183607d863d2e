import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { errnoOf } from '../../src/plan/guard-error.ts'
import { PASSES_AT_MOST } from '../../src/plan/admission.ts'
import { needs } from './capabilities.ts'
import { DrivenJob } from './driven/driven-job.ts'
import { GuardedHost } from './guard.ts'
import { processesWith } from './processes.ts'
import { SCENE_VARIABLE } from './scene.ts'
import { freeBytes, smallDisk } from './small-disk.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
const MB = 1_000_000

/** No floor but the reserve; an ended slot goes at once. */
const INPUTS = {
  'min-free-gb': '0',
  'min-free-percent': '0',
  'min-free-inodes-percent': '0',
  'high-watermark': '100',
  'low-watermark': '100',
  'retention-hours': '0',
  'keep-per-pr': '0',
  warm: 'off',
  snapshot: 'never',
  'reserve-gb': '0.002',
  'job-status': 'success',
}

/** A host with so small a disk that a few jobs fill it. */
class SmallHost extends GuardedHost {
  static async make(): Promise<SmallHost> {
    const disk = await smallDisk(scene(), 'ext4')
    return new SmallHost(scene(), path.join(disk, 'targets'))
  }

  job(n: number, forecastMb: number, inputs: Record<string, string> = {}): SmallJob {
    const runner = `runner-${n}`
    const job = new DrivenJob(scene(), {
      runId: String(7000 + n),
      runner,
      directory: path.join(scene().directory('runner'), runner),
      root: this.root,
      action: this.action,
    })
    const own = { ...INPUTS, 'forecast-gb': String(forecastMb / 1000), ...inputs }
    return new SmallJob(job, own, forecastMb)
  }
}

class SmallJob {
  readonly job: DrivenJob
  readonly #inputs: Record<string, string>
  readonly #megabytes: number

  constructor(job: DrivenJob, inputs: Record<string, string>, megabytes: number) {
    this.job = job
    this.#inputs = inputs
    this.#megabytes = megabytes
  }

  pre(): ReturnType<DrivenJob['step']> {
    return this.job.step('pre', { inputs: this.#inputs })
  }

  /** Writes what it was forecast to write; whether the disk was full. */
  build(): boolean {
    try {
      for (let written = 0; written < this.#megabytes; written += 1) {
        writeFileSync(`${this.job.slot}/${written}`, Buffer.alloc(MB, 7))
      }
      return false
    } catch (error) {
      if (errnoOf(error) !== 'ENOSPC') throw error
      return true
    }
  }

  async end(): Promise<void> {
    await this.job.must('post', { inputs: this.#inputs })
    await this.job.end()
  }

  async run(): Promise<boolean> {
    const { exitCode, stdout } = await this.pre()
    if (exitCode !== 0) throw new Error(stdout)
    const isFull = this.build()
    await this.end()
    return isFull
  }
}

/** Until so many wait in the queue. */
async function waiters(host: GuardedHost, many: number): Promise<void> {
  await waitFor(() => host.control('waiting').length === many, { what: `${many} waiters` })
}

needs('root', 'loop-mount').test(
  '16 jobs on a disk with room for 5: with admission none meets a full disk, without it some do',
  async () => {
    const full = { wait: 0, off: 0 }
    for (const admission of ['wait', 'off'] as const) {
      const host = await SmallHost.make()
      const jobs = Array.from({ length: 16 }, (_, n) => host.job(n, 30, { admission }))
      // Without admission all have their slot before the first writes: the worst that can happen.
      if (admission === 'off') await Promise.all(jobs.map(async (job) => job.pre()))
      const ends =
        admission === 'off'
          ? jobs.map((job) => job.build())
          : await Promise.all(jobs.map(async (job) => job.run()))
      full[admission] = ends.filter(Boolean).length
      if (admission === 'wait') expect(host.control('waiting')).toEqual([])
      await Promise.all(jobs.map(async ({ job }) => job.end()))
    }
    expect(full.wait).toBe(0)
    expect(full.off).toBeGreaterThan(0)
  },
  240_000,
)

needs('root', 'loop-mount').describe('a job that waits', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'and is ended by %s blocks nobody, and leaves no lease and no slot',
    async (signal) => {
      const host = await SmallHost.make()
      const first = host.job(1, 100)
      await first.pre()
      const waiting = host.job(2, 120)
      const pending = waiting.pre()
      await waiters(host, 1)
      const pid = processesWith(SCENE_VARIABLE, scene().id).find((each) =>
        readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('dist/pre/index.js'),
      )
      process.kill(Number(pid), signal)
      expect((await pending).exitCode).not.toBe(0)
      // What a kill leaves lying there is taken away by whoever comes next.
      const left = host.control('waiting').length
      expect(left).toBe(signal === 'SIGKILL' ? 1 : 0)
      expect(host.leases()).toHaveLength(1)
      expect(host.slots()).toEqual([first.job.slot])

      const next = host.job(3, 30)
      expect((await next.pre()).exitCode).toBe(0)
      expect(host.control('waiting')).toEqual([])
      for (const { job } of [first, waiting, next]) await job.end()
    },
    60_000,
  )

  test('starts as soon as the one before it has ended', async () => {
    const host = await SmallHost.make()
    const first = host.job(1, 100)
    await first.pre()
    const second = host.job(2, 120)
    const pending = second.pre()
    await waiters(host, 1)
    first.build()
    await first.end()
    expect((await pending).stdout).toContain('waiting for room')
    expect(existsSync(second.job.slot)).toBe(true)
    await second.job.end()
  }, 60_000)

  test(`lets ${PASSES_AT_MOST} smaller ones past, and then nobody`, async () => {
    const host = await SmallHost.make()
    const first = host.job(1, 100)
    await first.pre()
    const patient = host.job(2, 150)
    const pending = patient.pre()
    await waiters(host, 1)
    const brief = { 'admission-timeout-minutes': '0' }
    const small = Array.from({ length: PASSES_AT_MOST + 1 }, (_, n) => host.job(10 + n, 2, brief))
    const codes: number[] = []
    for (const each of small) codes.push((await each.pre()).exitCode)
    expect(codes).toEqual([...Array.from({ length: PASSES_AT_MOST }, () => 0), 1])
    for (const each of small.slice(0, -1)) await each.end()
    await first.end()
    expect((await pending).exitCode).toBe(0)
    for (const { job } of [...small, patient]) await job.end()
  }, 120_000)

  test('does as on-critical says when its time is up', async () => {
    const host = await SmallHost.make()
    const first = host.job(1, 100)
    await first.pre()
    const brief = { 'admission-timeout-minutes': '0' }
    const fail = host.job(2, 120, brief)
    const failed = await fail.pre()
    expect(failed.exitCode).toBe(1)
    expect(failed.stdout).toContain('Infrastructure%2C not your change')
    expect(failed.stdout).toContain('This job needs 0.1 GB')
    const skip = host.job(3, 120, { ...brief, 'on-critical': 'skip' })
    expect((await skip.pre()).exitCode).toBe(0)
    expect(skip.job.env['CARGO_TARGET_DIR']).toBeUndefined()
    const warn = host.job(4, 120, { ...brief, 'on-critical': 'warn' })
    expect((await warn.pre()).stdout).toContain('The job goes on all the same')
    expect(existsSync(warn.job.slot)).toBe(true)
    expect(host.control('waiting')).toEqual([])
    for (const { job } of [first, fail, skip, warn]) await job.end()
  }, 60_000)
})

needs('root', 'loop-mount').test(
  'what another runner left goes before a job has to wait',
  async () => {
    const host = await SmallHost.make()
    const kept = { 'retention-hours': '24', 'keep-per-pr': '1' }
    const old = host.job(1, 100, kept)
    await old.run()
    expect(existsSync(old.job.slot)).toBe(true)
    const next = host.job(2, 120, { ...kept, 'admission-timeout-minutes': '0' })
    const { exitCode, stdout } = await next.pre()
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    expect(stdout).toContain('retired for room')
    expect(existsSync(old.job.slot)).toBe(false)
    expect(freeBytes(host.root)).toBeGreaterThan(120 * MB)
    await next.job.end()
  },
  60_000,
)

test('an ended job leaves one line, and the next is forecast from it', async () => {
  const host = new GuardedHost(scene())
  const small = SmallHost.prototype.job.bind(host as SmallHost)
  const job = small(1, 3, { 'forecast-gb': '' })
  expect(await job.run()).toBe(false)
  const lines = (): string[] =>
    host
      .control('history')
      .flatMap((name) =>
        readFileSync(path.join(host.root, '.target-guard/history', name), 'utf8').split('\n'),
      )
      .filter((line) => line !== '')
  await waitFor(() => lines().length === 1 && host.control('ending').length === 0)
  await host.cli(['reap'])
  expect(lines()).toHaveLength(1)
  const line = JSON.parse(lines()[0] ?? '') as Record<string, number>
  expect(line).toMatchObject({ repository: 'octo-org/demo', job: 'build', result: 'success' })
  expect(line['peakBytes']).toBeGreaterThanOrEqual(3 * MB)
  expect(line['files']).toBe(4)

  const next = small(2, 3, { 'forecast-gb': '' })
  await next.pre()
  const folder = path.join(host.root, '.target-guard/leases')
  const live = readdirSync(folder).find((name) => name.endsWith('.json'))
  const lease = JSON.parse(readFileSync(path.join(folder, live ?? ''), 'utf8')) as object
  expect(lease).toMatchObject({ forecastBytes: line['peakBytes'] })
  const cap = await host.json<{ host: { peakBytes: number; maxParallel: number } }>('cap')
  expect(cap.host.peakBytes).toBe(line['peakBytes'])
  expect(cap.host.maxParallel).toBeGreaterThan(0)
  await next.job.must('main', { inputs: INPUTS })
  await next.job.end()
}, 60_000)

needs('root', 'loop-mount').test(
  'jobs are admitted one at a time',
  async () => {
    const host = await SmallHost.make()
    const first = host.job(1, 30)
    await first.run()
    const lock = path.join(host.root, '.target-guard/admission.lock')
    const gate = path.join(scene().directory('gate'), 'open')
    const holding = scene().run('flock', [
      lock,
      'sh',
      '-c',
      `until [ -e ${gate} ]; do sleep 0.02; done`,
    ])
    await waitFor(() => isRunning('sh\0-c\0until'))
    const second = host.job(2, 30)
    const pending = second.pre()
    await waitFor(() => isRunning('flock\0-x\0-w'), { what: 'the second job to ask for the lock' })
    expect(host.slots()).toEqual([])
    writeFileSync(gate, '')
    await holding
    expect((await pending).exitCode).toBe(0)
    await second.job.end()
  },
  60_000,
)

/** Whether a process of this scene has this in its command line. */
function isRunning(words: string): boolean {
  return processesWith(SCENE_VARIABLE, scene().id).some((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words),
  )
}
