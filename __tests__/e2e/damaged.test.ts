import { existsSync, readdirSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import * as path from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { leaseId } from '../../src/plan/naming.ts'
import { hold } from '../helpers/hold.ts'
import { assemble } from './driven/cast.ts'
import type { Cast } from './driven/cast.ts'
import type { Placed, Stage } from './driven/stage.ts'
import { killAt, readCalls, recordCalls } from './faults.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
let cast: Cast
let stage: Stage

beforeEach(async () => {
  cast = await assemble(scene())
  stage = cast.stage()
  stage.addBystanders()
})

interface Swept {
  readonly actions: readonly unknown[]
  readonly retired: readonly string[]
  readonly foreign: readonly { readonly path: string; readonly reason: string }[]
  readonly kept: readonly {
    readonly path: string
    readonly reason: string
    readonly state: string
  }[]
}

async function sweep(...words: readonly string[]): Promise<Swept> {
  return JSON.parse(await stage.command('sweep', '--json', ...words)) as Swept
}

function adopt(...paths: readonly string[]): string[] {
  return paths.flatMap((each) => ['--adopt', each])
}

/** The next job of the runner under test; its slot. */
async function nextJob(): Promise<Placed> {
  const job = stage.job('3001')
  await job.must('pre')
  await job.end()
  await stage.emptyTrash()
  return { id: job.slot.slice(-24), slot: path.relative(stage.path, job.slot) }
}

const DAMAGES = [
  ['zero bytes', ''],
  ['half of it', '{"version":1,"id":"'],
  ['bytes that are no text', '\u0000\uFFFD\u0001'],
  ['another version', '{"version":2}'],
] as const

/** An id that a lease of this runner would have had before the last start of the host. */
function idOfOtherBoot(runner: string): string {
  const { key } = stage.owner(runner, cast.gone).runner
  return leaseId(key, 'another boot', randomBytes(6).toString('hex'))
}

describe.each(DAMAGES)('a lease of which %s is left', (_, lease) => {
  test('of another boot: its own runner’s next job takes it, or a sweep, with its slot or without', async () => {
    const before = stage.untouched()
    const options = { lease, id: '' }
    stage.place({ ...options, id: idOfOtherBoot('alpha') })
    stage.place({ ...options, id: idOfOtherBoot('alpha'), withoutSlot: true })
    const others = [stage.place({ ...options, runner: 'beta', id: idOfOtherBoot('beta') })]
    others.push(
      stage.place({ ...options, runner: 'beta', id: idOfOtherBoot('beta'), withoutSlot: true }),
    )
    const made = await nextJob()
    // Of another runner: not this one's to take.
    expect(stage.problems([made]).toSorted()).toEqual(
      [
        ...others.map(({ id }) => `left over: leases/${id}.json`),
        `left over: ${others[0]?.slot}`,
      ].toSorted(),
    )
    await sweep()
    expect(stage.problems([])).toEqual([])
    expect(stage.untouched()).toEqual(before)
  })

  test('of this boot: another runner’s is kept, in every pass', async () => {
    const before = stage.untouched()
    const [placed, bare] = [
      stage.place({ runner: 'beta', lease }),
      stage.place({ runner: 'beta', lease, withoutSlot: true }),
    ]
    await nextJob()
    const { kept } = await sweep()
    const reason = expect.stringContaining('its lease cannot be read')
    expect(kept).toContainEqual({ path: placed.slot, state: 'unknown', reason })
    expect(kept).toContainEqual({ path: bare.id, state: 'unknown', reason })
    expect(stage.problems([placed])).toEqual([`left over: leases/${bare.id}.json`])
    expect(stage.untouched()).toEqual(before)
  })

  test('of this boot and this runner: its next job takes it, unless something lives in the slot', async () => {
    stage.place({ lease })
    const used = stage.place({ lease, runId: '905' })
    stage.place({ lease, withoutSlot: true })
    const holder = await hold(scene(), 'cd "$1" && echo ready && read', [
      path.join(stage.path, used.slot),
    ])
    const made = await nextJob()
    expect(stage.problems([made, used])).toEqual([])
    await holder.release()
    await sweep()
    expect(stage.problems([used])).toEqual([])
    const last = await nextJob()
    expect(stage.problems([last])).toEqual([])
  })
})

describe('a live lease without a slot', () => {
  test('goes when its owner is dead, and stays while it lives', async () => {
    const { worker } = cast.living.beta
    const live = stage.place({ runner: 'beta', worker, withoutSlot: true })
    stage.place({ runner: 'beta', withoutSlot: true })
    stage.place({ withoutSlot: true })
    await sweep()
    expect(stage.problems([])).toEqual([`left over: leases/${live.id}.json`])
  })
})

describe('a slot without a lease', () => {
  test('stays in every pass, and is reported', async () => {
    const before = stage.untouched()
    const { slot } = stage.place({ runId: '905', lease: null })
    await nextJob()
    const { foreign } = await sweep()
    expect(foreign).toContainEqual({ path: slot, reason: expect.stringContaining('has no lease') })
    expect(await stage.command('status')).toContain(slot)
    expect(stage.problems([])).toEqual([`left over: ${slot}`])
    expect(stage.untouched()).toEqual(before)
  })

  test('is adopted by its path, absolute or in the root, and by nothing else', async () => {
    const before = stage.untouched()
    const slots = ['905', '906'].map((runId) => stage.place({ runId, lease: null }).slot)
    const live = stage.place({ runId: '907', worker: cast.living.alpha.worker })
    const [one = '', two = ''] = slots
    const others = [live.slot, 'thesis.txt', '../targets']
    const words = ['sweep', '--json', ...adopt(one, path.join(stage.path, two), ...others)]
    const { exitCode, stdout, stderr } = await scene().run(
      process.execPath,
      [path.join(cast.action, 'dist/cli/index.js'), ...words],
      { env: { TARGET_GUARD_ROOT: stage.path } },
    )
    expect(exitCode).toBe(1)
    expect(Array.from(stderr.matchAll(/--adopt (.*): no slot/g), ([, named]) => named)).toEqual(
      others,
    )
    const { retired } = JSON.parse(stdout) as Swept
    expect(retired.toSorted()).toEqual([one, two].toSorted())
    expect(stage.problems([live])).toEqual([])
    expect(stage.untouched()).toEqual(before)
  })

  test('is adopted by a sweep that is killed then: the next one removes what was above it', async () => {
    const log = path.join(stage.base, 'calls')
    const { slot: first } = stage.place({ runId: '905', lease: null })
    const struck = { root: '/', program: 'dist/cli/' }
    await cast.tool(stage.path, ['sweep', '--adopt', first], recordCalls({ ...struck, log }))
    const { slot } = stage.place({ runId: '906', lease: null })
    const { number: at = 0 } =
      readCalls(log).find(({ path: paths }) => paths.includes(`${first} -> `)) ?? {}
    const faults = killAt({ ...struck, at, when: 'after' })
    await expect(cast.tool(stage.path, ['sweep', '--adopt', slot], faults)).rejects.toThrow('KILL')
    expect(readdirSync(path.dirname(path.join(stage.path, slot)))).toEqual([])
    await sweep()
    expect(stage.problems([])).toEqual([])
  })

  test('is not adopted while something lives in it', async () => {
    const { slot } = stage.place({ runId: '905', lease: null })
    const holder = await hold(scene(), 'cd "$1" && echo ready && read', [
      path.join(stage.path, slot),
    ])
    const { actions } = await sweep('--adopt', slot)
    expect(actions).toContainEqual({
      kind: 'foreign',
      path: slot,
      reason: expect.stringMatching(/not adopted, it is in use: pid \d+ \(bash\) works in/),
    })
    await holder.release()
    expect((await sweep('--adopt', slot)).retired).toEqual([slot])
  })
})

/** The median of so many runs, in milliseconds. */
async function timePre(on: Stage, runs = 5): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const job = on.job(String(5000 + run), 'delta')
    const started = performance.now()
    await job.must('pre')
    times.push(performance.now() - started)
    await job.end()
  }
  return times.toSorted((a, b) => a - b)[runs >> 1] ?? 0
}

describe('10,000 leases', () => {
  const many = 10_000

  test('pre of one runner stays quick, and a sweep copes', async () => {
    const empty = cast.stage()
    const { worker } = cast.living.beta
    const live: string[] = []
    const dead: string[] = []
    for (let runner = 0; runner < 20; runner += 1) {
      const place = stage.placer(`gamma-${runner}`)
      for (let n = 0; n < many / 20; n += 1) {
        const runId = String(n)
        if (n % 2 === 0) live.push(place({ runId, worker, empty: true }).slot)
        else if (n % 25 === 1) dead.push(place({ runId, empty: true }).slot)
        else place({ runId, withoutSlot: true })
      }
    }
    // What a pass writes down of so many is read by every later one.
    await sweep('--dry-run')
    const full = await timePre(stage)
    expect(full / (await timePre(empty))).toBeLessThan(3)

    const { kept } = await sweep()
    const left = new Set(kept.map((each) => each.path))
    expect(live.filter((slot) => !left.has(slot))).toEqual([])
    expect(
      dead.filter((slot) => left.has(slot) || existsSync(path.join(stage.path, slot))),
    ).toEqual([])
    expect(readdirSync(stage.control('leases')).length).toBeLessThan(many / 2 + 10)
    expect(readdirSync(stage.control('trash'))).toEqual([])
  })
})
