import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { PASSES_AT_MOST } from '../../src/plan/admission.ts'
import type { Cap } from '../../src/plan/cap.ts'
import { needs } from './capabilities.ts'
import { killAt } from './faults.ts'
import { GuardedHost } from './guard.ts'
import { processesWith } from './processes.ts'
import { wordsOf } from './keepers.ts'
import { reapersEnd } from './reapers.ts'
import { SCENE_VARIABLE } from './scene.ts'
import { freeBytes } from './small-disk.ts'
import { INPUTS, MB, SmallHost, smallJob, waiters } from './small-host.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
needs('root', 'loop-mount').describe('a job that waits', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'and is ended by %s blocks nobody, and leaves no lease and no slot',
    async (signal) => {
      const host = await SmallHost.make(scene())
      const first = host.job(1, 100)
      await first.pre()
      const waiting = host.job(2, 120)
      const pending = waiting.pre()
      await waiters(host, 1)
      const pid = processesWith(SCENE_VARIABLE, scene().id).find((each) =>
        wordsOf(each).some((word) => word.endsWith('dist/pre/index.js')),
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

  test.each([
    ['', 100],
    [', also where that was to write three times as much', 150],
  ])(
    'starts as soon as the one before it has ended%s',
    async (_, forecastMb) => {
      const host = await SmallHost.make(scene())
      const first = host.job(1, 50, { 'forecast-gb': String(forecastMb / 1000) })
      await first.pre()
      const second = host.job(2, 120)
      const pending = second.pre()
      await waiters(host, 1)
      first.build()
      await first.end()
      expect((await pending).stdout).toContain('waiting for room')
      expect(existsSync(second.job.slot)).toBe(true)
      await second.job.end()
    },
    60_000,
  )

  test(`lets ${PASSES_AT_MOST} smaller ones past, and then nobody`, async () => {
    const host = await SmallHost.make(scene())
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
    const host = await SmallHost.make(scene())
    const first = host.job(1, 100)
    await first.pre()
    const brief = { 'admission-timeout-minutes': '0' }
    const fail = host.job(2, 120, brief)
    const failed = await fail.pre()
    expect(failed.exitCode).toBe(1)
    expect(failed.stdout).toContain('Infrastructure%2C not your change')
    expect(failed.stdout).toContain('This job needs 120.0 MB')
    const skip = host.job(3, 120, { ...brief, 'on-critical': 'skip' })
    expect((await skip.pre()).exitCode).toBe(0)
    expect(skip.job.env['CARGO_TARGET_DIR']).toBeUndefined()
    const warn = host.job(4, 120, { ...brief, 'on-critical': 'warn' })
    expect((await warn.pre()).stdout).toContain('The job goes on all the same')
    expect(existsSync(warn.job.slot)).toBe(true)
    const hook = host.job(5, 120, brief)
    const refused = await hook.hook()
    expect(refused.exitCode).toBe(75)
    expect(refused.stdout).toContain('No build was started')
    expect(refused.stdout).toContain('This job needs 120.0 MB')
    const advised = host.job(6, 120, { admission: 'warn' })
    const advice = await advised.pre()
    expect(advice).toMatchObject({ exitCode: 0 })
    expect(advice.stdout).toMatch(/^::warning.*This job needs 120\.0 MB.*starts all the same/m)
    expect(existsSync(advised.job.slot)).toBe(true)
    expect(host.leases()).toHaveLength(3)
    expect(host.control('waiting')).toEqual([])
    for (const { job } of [first, fail, skip, warn, hook, advised]) await job.end()
  }, 60_000)
})

needs('root', 'loop-mount').test(
  'what another runner left goes before a job has to wait',
  async () => {
    const host = await SmallHost.make(scene())
    const kept = { 'retention-hours': '24', 'keep-per-pr': '1' }
    const old = host.job(1, 100, kept)
    await old.run()
    expect(existsSync(old.job.slot)).toBe(true)
    await host.cli(['reap'])
    // Without the ended slot there is room for none.
    const { freeBytes: before, host: all } = await host.json<Cap>('cap')
    expect(before).toBeLessThan(100 * MB)
    expect(all.maxParallel).toBe(1)
    const next = host.job(2, 120, { ...kept, 'admission-timeout-minutes': '0' })
    const { exitCode, stdout } = await next.pre()
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    expect(stdout).toContain('retired for room')
    const metrics = readFileSync(`${host.root}/.target-guard/metrics.prom`, 'utf8')
    const counted = /^target_guard_reclaimed_bytes_total (\d+)$/m.exec(metrics)?.[1]
    expect(Number(counted)).toBeGreaterThan(10 * MB)
    expect(existsSync(old.job.slot)).toBe(false)
    const free = freeBytes(host.root)
    expect(free).toBeGreaterThan(120 * MB)
    const { outputs } = await next.main()
    expect(outputs['max-parallel']).toBe(String(Math.floor((free - 2 * MB) / (100 * MB))))
    await next.job.end()
  },
  60_000,
)

test('a job whose flock(1) a terminal interrupts along with it does not start', async () => {
  const host = new GuardedHost(scene())
  const interrupt = 'case "$*" in "-x -w 30 3") kill -INT $PPID; kill -INT $$ ;; esac'
  const PATH = await stubProgram(scene(), 'flock', `${interrupt}\nexec "$REAL" "$@"`)
  const job = smallJob(host, 1, 1)
  expect((await job.pre({ faults: { PATH } })).exitCode).not.toBe(0)
  expect([host.leases(), host.control('waiting')]).toEqual([[], []])
  await job.job.end()
})

test('a job whose flock(1) alone is ended asks again for the lock', async () => {
  const host = new GuardedHost(scene())
  const asked = path.join(scene().directory('asked'), 'once')
  const kill = `case "$*" in "-x -w 30 3") [ -e ${asked} ] || { : >${asked}; kill -KILL $$; } ;; esac`
  const PATH = await stubProgram(scene(), 'flock', `${kill}\nexec "$REAL" "$@"`)
  const job = smallJob(host, 1, 1)
  const { exitCode, stdout } = await job.pre({ faults: { PATH } })
  expect([exitCode, existsSync(asked)]).toEqual([0, true])
  expect(stdout).not.toContain('The lock for admission cannot be had')
  await job.job.end()
})

test('an ended job leaves one line, and the next is forecast from it', async () => {
  const host = new GuardedHost(scene())
  const job = smallJob(host, 1, 3, { 'forecast-gb': '' })
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

  const next = smallJob(host, 2, 3, { 'forecast-gb': '' })
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

test.each(['before', 'half'] as const)(
  'a reaper that is killed (%s) at any of its writes tells of a job once',
  async (when) => {
    const host = new GuardedHost(scene())
    const job = smallJob(host, 1, 1, { 'forecast-gb': '' })
    await job.run()
    const linesOf = (): string[] =>
      host.control('history').flatMap((name) => {
        const text = readFileSync(path.join(host.root, '.target-guard/history', name), 'utf8')
        return text.split('\n').filter((line) => line !== '')
      })
    await waitFor(() => linesOf().length === 1 && host.control('ending').length === 0)
    await reapersEnd(host.root)
    const [line = ''] = linesOf()
    const { id } = JSON.parse(line) as { id: string }
    const ending = path.join(host.root, '.target-guard/ending', id)
    const history = path.join(host.root, '.target-guard/history', host.control('history')[0] ?? '')
    let kills = 0
    for (let at = 1; ; at += 1) {
      rmSync(history)
      writeFileSync(ending, `octo-org/demo/main/run-1/gone\n${line}\n`)
      const faults = killAt({ root: host.root, program: 'cli', at, when })
      const { signal } = await host.cli(['reap'], { env: faults })
      if (signal === null) break
      kills += 1
      await host.cli(['reap'])
      const whole = linesOf().filter((each) => each === line)
      expect(whole).toEqual([line])
      expect(host.control('ending')).toEqual([])
    }
    // At the line itself, and when its ending is forgotten.
    expect(kills).toBeGreaterThanOrEqual(2)
    expect(linesOf()).toEqual([line])
    await job.job.end()
  },
  60_000,
)
