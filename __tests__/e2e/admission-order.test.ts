import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { decide } from '../../src/plan/admission.ts'
import type { Waiter } from '../../src/plan/admission.ts'
import { needs } from './capabilities.ts'
import { stepClock } from './faults.ts'
import { freeBytes } from './small-disk.ts'
import { MB, SmallHost, waiters } from './small-host.ts'
import type { SmallJob } from './small-host.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
const RESERVE = 2 * MB
const HOUR_MS = 3_600_000

/** What each of 16 runners has to build: parts of the disk, and for how long it does so. */
const LOAD = [
  [90, 17],
  [30, 12],
  [15, 18],
  [90, 11],
  [30, 29],
  [90, 21],
  [15, 16],
  [90, 14],
  [15, 13],
  [90, 29],
  [15, 15],
  [30, 22],
  [30, 13],
  [15, 13],
  [30, 10],
  [30, 26],
] as const

/** So many parts the disk has; where sizes lie so, it makes no difference if it were a few more or less. */
const PARTS = 172

/** When the last of these would end, each started in this order as soon as there is room. */
function makespan(order: readonly number[]): number {
  let waiting = [...order]
  let running: { parts: number; endsAt: number }[] = []
  for (let now = 0; ; now = Math.min(...running.map(({ endsAt }) => endsAt))) {
    running = running.filter(({ endsAt }) => endsAt > now)
    for (const index of waiting) {
      const [parts, units] = LOAD[index] ?? [0, 0]
      const used = running.reduce((sum, each) => sum + each.parts, 0)
      if (used + parts > PARTS) continue
      waiting = waiting.filter((each) => each !== index)
      running.push({ parts, endsAt: now + units })
    }
    if (running.length === 0) return now
  }
}

/** The shortest of many orders, always the same ones. */
function bestMakespan(): number {
  let seed = 1
  const chance = (below: number): number => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed % below
  }
  const order = LOAD.map((_, index) => index)
  const spans = Array.from({ length: 500 }, () => {
    for (const at of order.keys()) {
      const other = chance(order.length)
      const [one = 0, two = 0] = [order[at], order[other]]
      order[at] = two
      order[other] = one
    }
    return makespan(order)
  })
  return Math.min(...spans)
}

/** Those who wait, as the queue has them. */
function queueOf(host: SmallHost): Waiter[] {
  const folder = path.join(host.root, '.target-guard/waiting')
  return host
    .control('waiting')
    .toSorted()
    .map((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8')
      return Object.assign(JSON.parse(text) as Omit<Waiter, 'name'>, { name })
    })
}

/** Jobs of 16 runners by a clock of their own, which goes on when nobody can start any more. */
class Shift {
  readonly #host: SmallHost
  readonly #partMb: number
  readonly #running: { job: SmallJob; place: number; megabytes: number; endsAt: number }[] = []
  readonly #refused: string[] = []
  #now = 0
  #begun = 0
  #ended = 0

  constructor(host: SmallHost) {
    this.#host = host
    this.#partMb = (freeBytes(host.root) - RESERVE) / MB / PARTS
  }

  /** The end of the last of them; throws where one met a full disk, or was not let in. */
  async work(): Promise<number> {
    for (const [parts, units] of LOAD) {
      this.#begin(Math.floor(parts * this.#partMb), units)
      await this.#settled()
    }
    while (this.#running.length > 0) {
      // Of those that end at the same time always the same one ends first, whoever was let in faster.
      this.#running.sort((a, b) => b.endsAt - a.endsAt || a.place - b.place)
      const next = this.#running.pop()
      if (next === undefined) break
      this.#now = next.endsAt
      if (next.job.build()) throw new Error('a job met a full disk')
      await next.job.end()
      this.#ended += 1
      await this.#settled()
    }
    return this.#ended === LOAD.length ? this.#now : Number.NaN
  }

  #begin(megabytes: number, units: number): void {
    const place = this.#begun
    const job = this.#host.job(place, megabytes)
    this.#begun += 1
    const run = async (): Promise<void> => {
      const { exitCode, stdout } = await job.pre()
      if (exitCode !== 0) this.#refused.push(stdout)
      this.#running.push({ job, place, megabytes, endsAt: this.#now + units })
    }
    void run()
  }

  /** Until all who have begun run or wait, and none of those who wait might start. */
  async #settled(): Promise<void> {
    await waitFor(
      () => {
        if (this.#refused.length > 0) throw new Error(this.#refused.join('\n'))
        const queue = queueOf(this.#host)
        const isFreeing = this.#host.control('trash').length > 0
        const holders = this.#running.map(({ megabytes }) => ({
          id: '',
          forecastBytes: megabytes * MB,
          sampledBytes: 0,
        }))
        const disk = { freeBytes: freeBytes(this.#host.root), reserveBytes: RESERVE, isFreeing }
        const room = { ...disk, holders }
        const isStuck = queue.every(
          ({ forecastBytes }, at) =>
            decide({ ...room, forecastBytes, ahead: queue.slice(0, at) }).kind === 'wait',
        )
        return (
          !isFreeing && isStuck && queue.length + this.#running.length + this.#ended === this.#begun
        )
      },
      { what: 'everybody who has room to start', deadlineMs: 60_000 },
    )
  }
}

needs('root', 'loop-mount').test(
  '16 runners on a small disk: none meets a full disk, in 1.1 times the shortest time; without admission some do',
  async () => {
    const host = await SmallHost.make(scene())
    const first = host.job(99, 1)
    await first.run()
    await waitFor(() => host.control('trash').length === 0)
    const took = await new Shift(host).work()
    expect(host.control('waiting')).toEqual([])
    expect(took).toBeLessThanOrEqual(1.1 * bestMakespan())

    const open = await SmallHost.make(scene())
    const jobs = LOAD.map(([megabytes], n) => open.job(n, megabytes, { admission: 'off' }))
    // All have their slot before the first writes: the worst that can happen.
    await Promise.all(jobs.map(async (job) => job.pre()))
    expect(jobs.map((job) => job.build())).toContain(true)
    await Promise.all(jobs.map(async ({ job }) => job.end()))
  },
  240_000,
)

const BUSYBOX = 'case "$*" in *-w*) echo "flock: unrecognized option: w" >&2; exit 1 ;; esac'

needs('root', 'loop-mount').describe('of 8 jobs that ask at the same moment', () => {
  const kinds = [
    ['flock(1)', ''],
    ['a flock(1) that cannot wait', BUSYBOX],
  ] as const
  test.each(kinds)('exactly as many start as there is room for, with %s', async (_, refusal) => {
    const host = await SmallHost.make(scene())
    await host.job(99, 1).run()
    await waitFor(() => host.control('trash').length === 0)
    const FITTING = 3
    const forecast = (freeBytes(host.root) - RESERVE) / MB / (FITTING + 0.5)
    const asked = scene().directory('asked')
    const gate = path.join(scene().directory('gate'), 'open')
    const lock = path.join(host.root, '.target-guard/admission.lock')
    const holding = scene().run('flock', [
      lock,
      'sh',
      '-c',
      `touch ${asked}/holder; until [ -e ${gate} ]; do sleep 0.02; done`,
    ])
    await waitFor(() => existsSync(`${asked}/holder`))
    const notes = `case "$*" in "-x -w 30 3") : >"${asked}/$PPID" ;; esac`
    const PATH = await stubProgram(scene(), 'flock', `${notes}\n${refusal}\nexec "$REAL" "$@"`)
    const jobs = Array.from({ length: 8 }, (__, n) =>
      host.job(n, forecast, { 'admission-timeout-minutes': '0' }),
    )
    const pending = jobs.map(async (job) => job.pre({ faults: { PATH } }))
    const all = (): boolean => readdirSync(asked).length === jobs.length + 1
    await waitFor(all, { what: 'all to ask for the lock', deadlineMs: 60_000 })
    expect(host.slots()).toEqual([])
    writeFileSync(gate, '')
    await holding
    const ends = await Promise.all(pending)
    const started = ends.filter(({ exitCode }) => exitCode === 0)
    expect(ends.map(({ stdout }) => stdout).join('')).not.toContain('another may be let into')
    expect(started).toHaveLength(FITTING)
    expect(host.leases()).toHaveLength(FITTING)
    for (const { job } of jobs) await job.end()
  })
})

needs('root', 'loop-mount').test(
  'a clock that is set forwards or backwards changes neither the order nor how long one waits',
  async () => {
    const host = await SmallHost.make(scene())
    const first = host.job(1, 100)
    await first.pre()
    const clocks = [HOUR_MS, -HOUR_MS, HOUR_MS]
    const order: number[] = []
    const jobs = clocks.map((_, n) => host.job(10 + n, 120))
    const pending: Promise<void>[] = []
    const start = async (n: number, job: SmallJob): Promise<void> => {
      const { exitCode, stdout } = await job.pre({ faults: stepClock(clocks[n] ?? 0) })
      order.push(exitCode === 0 ? n : -1)
      expect(stdout).toContain('waiting for room for 0 min')
    }
    for (const [n, job] of jobs.entries()) {
      pending.push(start(n, job))
      await waiters(host, n + 1)
    }
    await first.end()
    for (const [n, job] of jobs.entries()) {
      await pending[n]
      expect(order).toEqual(clocks.slice(0, n + 1).map((_, index) => index))
      await job.end()
    }
  },
  60_000,
)
