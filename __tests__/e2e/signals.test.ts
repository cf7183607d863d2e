import { existsSync, mkdirSync, rmdirSync, utimesSync } from 'node:fs'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { listing } from '../helpers/listing.ts'
import { assemble } from './driven/cast.ts'
import type { Cast } from './driven/cast.ts'
import { SCENARIOS } from './driven/scenarios.ts'
import { callsOf, inTurns, newWays, say, strike } from './driven/strike.ts'
import { failCalls, killAt, signalAt } from './faults.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { keepersEnd } from './keepers.ts'
import { allProcesses, parentOf } from './processes.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
let cast: Cast

beforeEach(async () => {
  cast = await assemble(scene())
})

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** A program that heeds a signal ends by it; one that has begun its last calls may finish. */
const ENDS = new Set([0, 130, 143])

const STRUCK = SCENARIOS.filter(({ name }) =>
  /^(?:pre (?:on|with own|that)|main|post|reap|sweep)/.test(name),
)

/** Ways to a change that a scenario before has gone: it is signalled once at each. */
const seen = new Set<string>()

/** Numbers from 0 to 1 that a failure can be repeated with. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('SIGINT or SIGTERM at changes to files, once for each way to them, then one later pass', () => {
  test.each(STRUCK.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      const { program, menders } = scenario
      const calls = await callsOf(cast, scenario)
      const fresh = newWays(seen, program, calls).flatMap((each) => each.slice(0, 1))
      const failures = await inTurns(fresh, async ({ number, op, path: file }) => {
        const signal = SIGNALS[number % 2] ?? 'SIGINT'
        const mender = menders[(number >> 1) % menders.length] ?? 'pre'
        const faults = signalAt({ root: '/', program, at: number, signal })
        const { end, problems } = await strike(cast, scenario, mender, faults)
        const odd = ENDS.has(end.exitCode) ? [] : [`it ended with ${say(end)}`]
        return [...odd, ...problems].map((each) => `${signal} at ${number} ${op} ${file}: ${each}`)
      })
      expect(failures.flat()).toEqual([])
      expect(calls.length).toBeGreaterThan(5)
    },
  )
})

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It may have come to its end before.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

describe('SIGINT and SIGTERM at any time, then one later pass', () => {
  const jobs = STRUCK.filter(({ program }) => !program.includes('cli'))
  const seed = Date.now() % 1_000_000

  test.each(jobs.map((scenario) => [scenario.name, scenario] as const))(
    `%s (seed ${seed})`,
    async (_, scenario) => {
      const next = chance(seed)
      const strikes = Array.from({ length: 6 }, (_each, index) => ({
        signal: SIGNALS[index % 2] ?? 'SIGINT',
        delayMs: next() * 200,
      }))
      const failures = await inTurns(strikes, async ({ signal, delayMs }) => {
        const { end, problems } = await strike(
          cast,
          scenario,
          'pre',
          {},
          async (victim, hasEnded) => {
            const { parent } = victim
            const find = (): number | undefined =>
              allProcesses().find((pid) => parentOf(pid) === parent)
            await waitFor(() => hasEnded() || find(), { what: 'the step to start', everyMs: 1 })
            await sleep(delayMs)
            const step = find()
            if (step !== undefined) send(step, signal)
          },
        )
        const odd = ENDS.has(end.exitCode) ? [] : [`it ended with ${say(end)}`]
        return [...odd, ...problems].map((each) => `${signal} after ${delayMs} ms: ${each}`)
      })
      expect(failures.flat()).toEqual([])
    },
  )
})

async function heldUp() {
  const host = new GuardedHost(scene())
  const runner = Runner.install(scene()).start()
  const lost = runner.job({
    runId: '1',
    steps: [host.step(), { name: 'build', run: 'echo building; exec sleep 600' }],
  })
  await lost.waitForStep(/building/)
  await lost.killWorker()
  await keepersEnd(host.root)
  await scene().endProcesses()
  // A lock of the future is nobody's to take.
  const lock = path.join(host.root, '.target-guard/host.lock.lock')
  mkdirSync(lock)
  const future = Date.now() / 1000 + 3600
  utimesSync(lock, future, future)
  const job = runner.job({ runId: '2', steps: [host.step(), { run: 'true' }] })
  await job.waitForStep('Pre guard')
  return { host, runner, job, release: () => rmdirSync(lock) }
}

async function expectMended(host: GuardedHost, runner: Runner): Promise<void> {
  const next = await runner.job({ runId: '3', steps: [host.step(), { run: 'true' }] }).result
  expect(next.conclusion).toBe('success')
  await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
  expect(host.slots()).toEqual([slotOf(next)])
  expect(host.leases()).toEqual([`${slotOf(next).slice(-24)}.ended`])
}

describe('while pre waits with a slot to prune', () => {
  // The runner never signals what runs under always(), as pre does.
  test('its job is cancelled: pre goes on, post ends the lease', async () => {
    const { host, runner, job, release } = await heldUp()
    job.cancel()
    release()
    const cancelled = await job.result
    expect(cancelled.conclusion).toBe('cancelled')
    expect(cancelled.step('Pre guard').outcome).toBe('success')
    expect(cancelled.step('Post guard').stdout).toContain('ended (cancelled)')
    await expectMended(host, runner)
  })

  test('its runner is stopped: pre is ended by SIGINT, and no post follows', async () => {
    const { host, runner, job, release } = await heldUp()
    job.shutDown()
    const stopped = await job.result
    expect(stopped.step('Pre guard')).toMatchObject({ outcome: 'cancelled', exitCode: 130 })
    release()
    await expectMended(host, runner)
  })
})

describe('post ends the lease', () => {
  test.each([
    ['pre', 'Pre guard', { program: 'dist/pre/', match: '^open .*/set_env_' }],
    ['main', 'guard', { program: 'dist/main/', match: '^open .*/set_output_' }],
  ])('when %s failed after it was written', async (_, step, fault) => {
    const host = new GuardedHost(scene())
    const faults = failCalls({ root: '/', errno: 'ENOSPC', ...fault })
    const runner = Runner.install(scene()).start({ env: faults })
    const result = await runner.job({ steps: [host.step(), { run: 'true' }] }).result
    expect(result.conclusion).toBe('failure')
    expect(result.step(step).stdout).toContain('ENOSPC')
    expect(result.step('Post guard').stdout).toMatch(/lease [0-9a-f]{24} ended \(failure\)/)
    await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
    expect([...host.slots(), ...host.leases()]).toEqual([])
  })

  test('when pre was killed before it had a slot', async () => {
    const scenario = SCENARIOS.find(({ name }) => name === 'pre on a host without a root')
    if (scenario === undefined) throw new Error('no such scenario')
    const calls = await callsOf(cast, scenario)
    const at = calls.find(({ op, path: file }) => op === 'mkdir' && file.endsWith('/octo-org'))
    const faults = killAt({ root: '/', program: 'dist/pre/', at: at?.number ?? 0, when: 'before' })
    const stage = cast.stage()
    const job = stage.job('2001')
    expect((await job.step('pre', { faults })).exitCode).toBe(137)
    const { stdout } = await job.must('post')
    expect(stdout).toMatch(/lease [0-9a-f]{24} ended/)
    expect(stage.problems([])).toEqual([])
    await job.end()
  })

  test.each([
    ['kept', '24'],
    ['retired', '0'],
  ])('once, however often it runs: a %s slot', async (_, hours) => {
    const stage = cast.stage()
    stage.addBystanders()
    const job = stage.job('2001')
    await job.must('pre')
    const inputs = { 'retention-hours': hours }
    const first = await job.must('post', { inputs: { ...inputs, 'job-status': 'success' } })
    expect(first.stdout).toContain('ended (success)')
    await stage.emptyTrash()
    const before = [...listing(stage.control('leases')), ...stage.untouched()]
    // What it says of the job's end now is too late.
    const second = await job.must('post', { inputs: { ...inputs, 'job-status': 'cancelled' } })
    expect(second.stdout).toContain('had ended before')
    expect([...listing(stage.control('leases')), ...stage.untouched()]).toEqual(before)
    expect(existsSync(job.slot)).toBe(hours === '24')
    await job.end()
  })
})
