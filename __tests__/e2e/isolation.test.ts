import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { fetchDependencies } from '../fixtures/cargo-project.ts'
import { Gate } from '../fixtures/gate.ts'
import { registryProject } from '../fixtures/registry-project.ts'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { keepersEnd } from './keepers.ts'
import { pullRequest } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import type { JobRequest } from './runner/request.ts'
import { Runner } from './runner/runner.ts'
import type { RunnerOptions } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
const grace = { interruptMs: 200, terminateMs: 200, outputMs: 200 }
const event = pullRequest({ number: 7 })

function runner(name: string, options: RunnerOptions = {}): Runner {
  return Runner.install(scene(), { name, grace, ...options }).start()
}

/** Runs one job for each pair at the same moment. */
async function together(jobs: readonly (readonly [Runner, JobRequest])[]): Promise<JobResult[]> {
  return Promise.all(jobs.map(async ([on, request]) => on.job(request).result))
}

function expectAllDifferent(results: readonly JobResult[]): void {
  const slots = results.map(slotOf)
  expect(new Set(slots).size).toBe(slots.length)
}

describe('never the same slot', () => {
  test('for the legs of a matrix at the same moment', async () => {
    const host = new GuardedHost(scene())
    const results = await together(
      ['stable', 'beta', 'nightly'].map((toolchain) => [
        runner(toolchain),
        { event, runId: '9', matrix: { toolchain }, steps: [host.step()] },
      ]),
    )
    expectAllDifferent(results)
    expect(new Set(results.map((each) => path.dirname(slotOf(each)))).size).toBe(1)
  })

  test('for two legs one after the other on one runner, and for a re-run', async () => {
    const host = new GuardedHost(scene())
    const one = runner('one')
    const request = { event, runId: '9', steps: [host.step()] }
    const first = await one.job({ ...request, matrix: { leg: 1 } }).result
    const second = await one.job({ ...request, matrix: { leg: 2 } }).result
    const again = await one.job({ ...request, matrix: { leg: 1 }, attempt: 2 }).result
    expectAllDifferent([first, second, again])
    expect(path.basename(slotOf(again))).toMatch(/^build-2-/)
  })

  test('for the action twice in one job', async () => {
    const host = new GuardedHost(scene())
    const result = await runner('one').job({
      event,
      steps: [host.step({ name: 'first' }), host.step({ name: 'second' })],
    }).result
    const slots = ['Pre first', 'Pre second'].map(
      (name) => result.step(name).exports['CARGO_TARGET_DIR'],
    )
    expect(new Set(slots).size).toBe(2)
    expect(host.leases().every((name) => name.endsWith('.ended'))).toBe(true)
  })

  test('for repositories of one name under two owners, and runners of one name', async () => {
    const host = new GuardedHost(scene())
    const results = await together(
      ['octo-org', 'hexa-org'].map((owner) => [
        runner('twin'),
        { event, repository: `${owner}/demo`, steps: [host.step()] },
      ]),
    )
    expectAllDifferent(results)
    const prefixes = results.map((each) => slotOf(each).slice(-24, -16))
    expect(new Set(prefixes).size).toBe(2)
  })
})

needs('cargo').describe('sixteen runners at once', () => {
  test('build in slots of their own while others are cancelled, killed, pruned and restarted', async () => {
    const host = new GuardedHost(scene())
    const gate = new Gate(scene().directory('gate'))
    const quick = smallProject(scene().directory('quick'))
    const real = registryProject(scene().directory('real'))
    fetchDependencies(real)
    const build = (project: { directory: string }, env = ''): JobRequest['steps'] => [
      host.step({ with: { 'retention-hours': '0' } }),
      { name: 'build', run: `cd ${project.directory} && ${env} exec cargo build --offline` },
    ]
    const run = { event, runId: '77' }
    const runners = Array.from({ length: 16 }, (_, index) => runner(`runner-${index}`))

    // Four are held in mid-build; two of those are cancelled, two lose their Worker.
    const held = runners.slice(0, 4)
    const victims = held.map((each) =>
      each.job({ ...run, steps: build(quick, `GATE=${gate.environment.GATE}`) }),
    )
    const builders = runners.slice(4).map((each, index) => ({
      job: each.job({ ...run, steps: build(index % 4 === 0 ? real : quick) }),
    }))
    await waitFor(() => gate.reached().length === 4, { what: 'four builds at the gate' })
    victims.slice(0, 2).forEach((job) => job.cancel())
    await Promise.all(victims.slice(2).map(async (job) => job.killWorker()))
    const ended = await Promise.all(victims.map(async (job) => job.result))
    for (const each of ended) await keepersEnd(host.root, slotOf(each).slice(-24))
    expect(ended.map((each) => each.conclusion)).toEqual(['cancelled', 'cancelled', 'lost', 'lost'])

    // Their runners go on at once with the same run, and sweeps go over the host all the while.
    const successors = held.map((each) => each.job({ ...run, attempt: 2, steps: build(quick) }))
    const sweep = await host.cli(['sweep', '--retention-hours', '0'])
    expect(sweep.exitCode).toBe(0)
    const results = await Promise.all([
      ...builders.map(async ({ job }) => job.result),
      ...successors.map(async (job) => job.result),
    ])

    for (const each of results) {
      expect([each.conclusion, each.conclusion === 'success' ? '' : String(each)]).toEqual([
        'success',
        '',
      ])
      expect(each.step('build').stderr).toMatch(/Finished/)
    }
    expectAllDifferent([...results, ...ended])

    // What still lived in the killed Workers' slots kept them; once it is gone, one sweep takes all.
    const kept = ended.slice(2).map(slotOf)
    expect(kept.filter((slot) => !existsSync(slot))).toEqual([])
    gate.open()
    await waitFor(
      async () => {
        await host.cli(['sweep', '--retention-hours', '0'])
        return host.slots().length === 0 && host.leases().length === 0
      },
      { what: 'the sweep to take what nobody uses any more', everyMs: 300 },
    )
    expect(existsSync(path.join(host.root, 'octo-org'))).toBe(false)
  }, 240_000)
})
