import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, annotationsOf, slotOf } from './guard.ts'
import type { JobResult, StepResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import type { RunnerOptions } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

/** A runner with both hooks, not started yet. */
async function hooked(
  host: GuardedHost,
  options: RunnerOptions = {},
  words: readonly string[] = [],
): Promise<Runner> {
  const runner = Runner.install(scene(), options)
  const { exitCode, stderr } = await host.cli([
    'install-hooks',
    runner.root,
    '--root',
    host.root,
    ...words,
  ])
  expect([exitCode, stderr]).toEqual([0, ''])
  return runner
}

function hookStep(result: JobResult, phase: 'started-hook' | 'completed-hook'): StepResult {
  const [step] = result.phase(phase)
  if (step === undefined) throw new Error(`no ${phase}\n${String(result)}`)
  return step
}

describe('every job of a runner with hooks', () => {
  needs('cargo').test('builds in a slot of its own, without a change to its workflow', async () => {
    const host = new GuardedHost(scene())
    const runner = (await hooked(host)).start()
    const project = smallProject(scene().directory('project'))
    const steps = [{ name: 'build', run: `cd ${project.directory}; cargo build --offline` }]
    const first = await runner.job({ runId: '1', steps }).result
    const second = await runner.job({ runId: '2', steps }).result
    expect([first.conclusion, second.conclusion]).toEqual(['success', 'success'])
    expect(first.step('build').stderr).toContain('Compiling small')
    // In the same workspace of the same runner the slot is handed down.
    expect(second.step('build').stderr).not.toContain('Compiling small')
    expect(slotOf(first)).not.toBe(slotOf(second))
    expect(existsSync(path.join(project.directory, 'target'))).toBe(false)
    expect(existsSync(path.join(slotOf(second), 'debug/small'))).toBe(true)
    expect(host.leases().every((name) => name.endsWith('.ended'))).toBe(true)
    expect(hookStep(second, 'completed-hook').stdout).toMatch(/lease [0-9a-f]{24} ended/)
  })

  test('is told the lease, and one step takes it over; a second step gets its own slot', async () => {
    const host = new GuardedHost(scene())
    const runner = (await hooked(host, {}, ['--keep-per-pr', '2'])).start()
    const result = await runner.job({
      steps: ['first', 'second'].map((name) => host.step({ name, with: { 'keep-per-pr': '2' } })),
    }).result
    const { exports } = hookStep(result, 'started-hook')
    const slots = ['Pre first', 'Pre second'].map(
      (name) => result.step(name).exports['CARGO_TARGET_DIR'],
    )
    expect(slots[0]).toBe(exports['CARGO_TARGET_DIR'])
    expect(slots[1]).not.toBe(slots[0])
    expect(exports['TARGET_GUARD_LEASE']).toBe(slots[0]?.slice(-24))
    expect(result.step('first').summary).toContain('taken over from the runner’s hook')
    expect(host.leases()).toHaveLength(2)
    expect(host.leases().every((name) => name.endsWith('.ended'))).toBe(true)
  })

  test('never takes the lease of another job, whatever a workflow says', async () => {
    const host = new GuardedHost(scene())
    const victim = (await hooked(host, { name: 'victim' })).start()
    const running = victim.job({ steps: [{ name: 'hold', run: 'echo ready; exec sleep 600' }] })
    await running.waitForStep(/^ready$/m)
    const lease = host.leases()[0]?.slice(0, 24) ?? ''
    const thief = Runner.install(scene(), { name: 'thief' }).start()
    const result = await thief.job({
      env: { TARGET_GUARD_LEASE: lease },
      steps: [host.step()],
    }).result
    await running.killWorker()
    expect(result.conclusion).toBe('success')
    expect(slotOf(result).slice(-24)).not.toBe(lease)
  })
})

describe('a hook never fails its job', () => {
  test.each([
    ['a bad setting', { TARGET_GUARD_KEEP_PER_PR: 'many' }, /TARGET_GUARD_KEEP_PER_PR is "many"/],
    ['a refused root', { TARGET_GUARD_ROOT: '/' }, /The root \/ is refused/],
    ['an unknown owner', { TARGET_GUARD_OWNER: 'nobody-here' }, /nobody-here/],
  ])('for %s: an error annotation, exit 0, no slot', async (_, env, message) => {
    const host = new GuardedHost(scene())
    const runner = (await hooked(host)).start({ env })
    const result = await runner.job({
      steps: [{ name: 'work', run: 'echo "[$CARGO_TARGET_DIR]"' }],
    }).result
    expect(result.conclusion).toBe('success')
    const started = hookStep(result, 'started-hook')
    expect(annotationsOf(started, 'error').join()).toMatch(message)
    expect(result.step('work').stdout).toBe('[]\n')
    expect(host.slots()).toEqual([])
  })

  test('for a tool that has been deleted', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene())
    const tool = path.join(host.action, 'dist/cli/index.js')
    await scene().must(process.execPath, [tool, 'install-hooks', runner.root, '--root', host.root])
    rmSync(path.join(host.action, 'dist'), { recursive: true })
    const result = await runner.start().job({ steps: [{ run: 'true' }] }).result
    expect(result.conclusion).toBe('success')
    expect(annotationsOf(hookStep(result, 'started-hook'), 'error').join()).toMatch(/is gone/)
  })
})

describe('install-hooks', () => {
  test('chains hooks that are there, whose exit code still counts', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene())
    const earlier = path.join(runner.root, 'earlier.sh')
    writeFileSync(earlier, 'echo "earlier, with $RUNNER_NAME"; exit "${EARLIER_STATUS:-0}"\n')
    runner.configure({
      ACTIONS_RUNNER_HOOK_JOB_STARTED: earlier,
      ACTIONS_RUNNER_HOOK_JOB_COMPLETED: earlier,
    })
    const before = readFileSync(runner.installation.envFile, 'utf8')
    await host.cli(['install-hooks', runner.root, '--root', host.root])

    const good = await runner.start().job({ steps: [{ run: 'true' }] }).result
    expect(good.conclusion).toBe('success')
    for (const phase of ['started-hook', 'completed-hook'] as const) {
      expect(hookStep(good, phase).stdout).toContain('earlier, with runner-1')
    }
    const bad = await runner
      .start({ env: { EARLIER_STATUS: '3' } })
      .job({ steps: [{ run: 'true' }] }).result
    expect(bad.conclusion).toBe('failure')
    expect(hookStep(bad, 'completed-hook').exitCode).toBe(3)
    expect(host.leases().every((name) => name.endsWith('.ended'))).toBe(true)

    await host.cli(['install-hooks', '--remove', runner.root])
    expect(readFileSync(runner.installation.envFile, 'utf8')).toBe(before)
  })

  test('refuses a directory that is no runner, and a path with blanks, before it touches any', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene())
    const before = readFileSync(runner.installation.envFile, 'utf8')
    const foreign = scene().directory('not-a-runner')
    const refused = await host.cli(['install-hooks', runner.root, foreign])
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain(`${foreign} is not a runner’s directory`)
    expect(readFileSync(runner.installation.envFile, 'utf8')).toBe(before)

    const spacious = Runner.install(scene(), { root: path.join(scene().directory(), 'my runner') })
    const blank = await host.cli(['install-hooks', spacious.root])
    expect(blank.exitCode).toBe(2)
    expect(blank.stderr).toContain('--scripts')
    const scripts = scene().directory('scripts')
    const elsewhere = ['install-hooks', spacious.root, '--scripts', scripts, '--root', host.root]
    expect((await host.cli(elsewhere)).exitCode).toBe(0)
    const result = await spacious.start().job({ steps: [{ run: 'true' }] }).result
    expect(slotOf(result)).toContain(host.root)
  })

  test.each([
    ['a self-updated runner', { updated: true }],
    ['two runners of one host', {}],
  ])('works for %s', async (_, options) => {
    const host = new GuardedHost(scene())
    const runner = (await hooked(host, options)).start()
    const result = await runner.job({ steps: [{ run: 'test -d "$CARGO_TARGET_DIR"' }] }).result
    expect(result.conclusion).toBe('success')
  })
})
