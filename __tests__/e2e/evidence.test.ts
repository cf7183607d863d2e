import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Gate } from '../fixtures/gate.ts'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { keepersEnd } from './keepers.ts'
import { isAlive } from './processes.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
const grace = { interruptMs: 200, terminateMs: 200, outputMs: 200 }

interface Action {
  kind: string
  slot: string
  reason: string
  state?: string
}

interface Status {
  leases: { slot: string; state: string; verdict: { kind: string; reasons: string[] } }[]
}

/** A job that lost its Worker while a process in its slot lives on, until the test ends that. */
async function lostJob(host: GuardedHost, runner: Runner, script: string): Promise<JobResult> {
  const job = runner.job({ steps: [host.step(), { name: 'work', run: script }] })
  await job.waitForStep(/^ready$/m)
  await job.killWorker()
  await keepersEnd(host.root)
  return job.result
}

/** Leaves a process that outlives its job in every way but a SIGKILL of its own. */
const LINGERS = 'setsid env -u RUNNER_TRACKING_ID sleep 600 >/dev/null 2>&1 </dev/null &'

describe('own only', () => {
  test('pre never touches another runner’s slot, however dead; sweep takes it', async () => {
    const host = new GuardedHost(scene())
    const [lost, other] = ['lost', 'other'].map((name) =>
      Runner.install(scene(), { name, grace }).start(),
    )
    if (!lost || !other) throw new Error('unreachable')
    const left = await lostJob(host, lost, 'echo ready; exec sleep 600')
    const slot = slotOf(left)
    endStep(left)

    const steps = [host.step({ with: { 'retention-hours': '0', 'keep-per-pr': '0' } })]
    const result = await other.job({ steps }).result
    expect(result.conclusion).toBe('success')
    expect(existsSync(slot)).toBe(true)

    const swept = await host.json<{ retired: string[] }>('sweep')
    expect(swept.retired).toEqual([path.relative(host.root, slot)])
    expect(existsSync(slot)).toBe(false)
  })
})

/** Ends what a lost job left running. */
function endStep(result: JobResult): void {
  for (const { pid } of result.steps) if (pid !== null && isAlive(pid)) process.kill(pid, 'SIGKILL')
}

describe('a slot is in use', () => {
  test.each([
    [
      'a working directory',
      `cd "$CARGO_TARGET_DIR"; ${LINGERS} echo $!; echo ready; wait`,
      /works in/,
    ],
    [
      'an open file',
      `exec 9>"$CARGO_TARGET_DIR/file"; ${LINGERS} echo $!; exec 9>&-; echo ready; wait`,
      /has open/,
    ],
    [
      'its program',
      `cp "$(command -v sleep)" "$CARGO_TARGET_DIR/sleep"; cd /; setsid "$CARGO_TARGET_DIR/sleep" 600 >/dev/null 2>&1 </dev/null & echo $!; echo ready; wait`,
      /runs/,
    ],
    [
      'an argument',
      `cd /; setsid bash -c 'read -t 600 <> <(:)' "$CARGO_TARGET_DIR/debug/deps" >/dev/null 2>&1 </dev/null & echo $!; echo ready; wait`,
      /is called with/,
    ],
    [
      'Cargo’s lock',
      `mkdir "$CARGO_TARGET_DIR/debug"; cd /; setsid flock "$CARGO_TARGET_DIR/debug/.cargo-lock" sleep 600 >/dev/null 2>&1 </dev/null & echo $!; until ! flock -n "$CARGO_TARGET_DIR/debug/.cargo-lock" true; do :; done; echo ready; wait`,
      /Cargo’s lock debug\/\.cargo-lock is held/,
    ],
  ])('by %s of a process that outlived its Worker', async (_, script, evidence) => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene(), { name: 'one', grace }).start()
    const left = await lostJob(host, runner, script)
    endStep(left)
    const slot = path.relative(host.root, slotOf(left))
    const lingering = Number(/^(\d+)$/m.exec(left.step('work').stdout)?.[1])
    expect(isAlive(lingering)).toBe(true)

    // The runner's own next job keeps it, and says who is in it.
    const next = await runner.job({ runId: '2', steps: [host.step()] }).result
    expect(next.step('Pre guard').stdout).toMatch(new RegExp(`keep \\(blocked\\) ${slot}`))
    expect(next.step('Pre guard').stdout).toMatch(evidence)
    const status = await host.json<Status>('status')
    const seen = status.leases.find((lease) => lease.slot === slot)
    expect(seen?.verdict.kind).toBe('alive')
    expect(seen?.verdict.reasons.join()).toMatch(evidence)
    const explained = await host.json<Action[]>('explain', slot)
    expect(explained).toMatchObject([{ kind: 'keep', state: 'blocked', slot }])

    await scene().endProcesses()
    await host.cli(['sweep'])
    expect(existsSync(path.join(host.root, slot))).toBe(false)
  })

  needs('cargo').test('by a cargo that outlived its Worker; the pass names its pid', async () => {
    const host = new GuardedHost(scene())
    const gate = new Gate(scene().directory('gate'))
    const project = smallProject(scene().directory('project'))
    const runner = Runner.install(scene(), { name: 'one', grace }).start()
    const job = runner.job({
      env: gate.environment,
      steps: [
        host.step(),
        { name: 'build', run: `cd ${project.directory}; cargo build --offline & echo $!; wait` },
      ],
    })
    await waitFor(() => gate.reached().length === 1)
    await job.killWorker()
    await keepersEnd(host.root)
    const left = await job.result
    const slot = slotOf(left)
    const cargo = /^(\d+)$/m.exec(left.step('build').stdout)?.[1] ?? ''

    const next = await runner.job({ runId: '2', steps: [host.step()] }).result
    expect(next.step('Pre guard').stdout).toContain(`pid ${cargo} (cargo)`)
    expect(existsSync(slot)).toBe(true)

    gate.open()
    await waitFor(() => !isAlive(Number(cargo)), { what: 'cargo to end' })
    const last = await runner.job({ runId: '3', steps: [host.step()] }).result
    expect(last.step('Pre guard').stdout).toContain(`retire ${path.relative(host.root, slot)}`)
    expect(existsSync(slot)).toBe(false)
  })

  needs('cargo').test('after a cancel, while the cancelled cargo still writes', async () => {
    const host = new GuardedHost(scene())
    const gate = new Gate(scene().directory('gate'))
    const project = smallProject(scene().directory('project'))
    const runner = Runner.install(scene(), { name: 'one', grace }).start()
    const job = runner.job({
      env: gate.environment,
      steps: [
        host.step(),
        { name: 'build', run: `cd ${project.directory}; cargo build --offline` },
      ],
    })
    await waitFor(() => gate.reached().length === 1)
    job.cancel()
    const result = await job.result
    expect(result.conclusion).toBe('cancelled')
    const slot = slotOf(result)
    const post = result.step('Post guard')
    expect(post.outcome).toBe('success')
    expect(post.stdout).toMatch(/ended \(cancelled\)[^]*keep \(blocked\)[^]*in use/)
    // The runner has killed its orphans by now.
    expect(result.orphans.length).toBeGreaterThan(0)
    const next = await runner.job({ runId: '2', steps: [host.step()] }).result
    expect(next.step('Pre guard').stdout).toContain(`retire ${path.relative(host.root, slot)}`)
  })
})

describe('the owner', () => {
  test('of another start of the host is dead, of another pid namespace unknown', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene(), { name: 'one', grace }).start()
    const left = await lostJob(host, runner, 'echo ready; exec sleep 600')
    endStep(left)
    const file = path.join(host.root, '.target-guard/leases', `${slotOf(left).slice(-24)}.json`)
    const lease = JSON.parse(readFileSync(file, 'utf8')) as {
      owner: { bootId: string; pidNamespace: string }
    }
    const judged = async (owner: object): Promise<string> => {
      writeFileSync(file, JSON.stringify({ ...lease, owner: { ...lease.owner, ...owner } }))
      return (await host.json<Status>('status')).leases[0]?.verdict.kind ?? 'none'
    }
    expect(await judged({})).toBe('dead')
    expect(await judged({ bootId: '00000000-0000-0000-0000-000000000000' })).toBe('dead')
    expect(await judged({ worker: null })).toBe('unknown')
    expect(await judged({ worker: { pid: process.pid, start: 1 } })).toBe('dead')
  })
})
