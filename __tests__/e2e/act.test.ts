// The examples and this repository's own e2e workflow, run by act. Not run by it:
// - examples/hooks-only.yml: act has no runner hooks. The stand-in runner runs them (hooks.test.ts and
//   job-container.test.ts), with a job container that mounts the run dir as in that example.
// - the job `phases` of e2e.yml: act does not know `uses: $/`. The examples run all three phases.
// - check, dist and release: they speak to GitHub (artifacts, attestations, releases).
// Changed before they run: root and image, and `container.volumes`, whose expressions act does not
// expand (withVolumes).
import { existsSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import {
  ActRepository,
  dockerWithPrograms,
  example,
  imageForAct,
  publishReusableWorkflow,
  withVolumes,
} from './act.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { keepersEnd } from './keepers.ts'
import { testImage } from './runner/image.ts'
import type { CommandResult } from './scene.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
let host: GuardedHost
let repository: ActRepository

const PULL_REQUEST = {
  number: 42,
  pull_request: { number: 42, head: { ref: 'topic' }, base: { ref: 'main' } },
}

/** `octo/hello`, with a program that says hello, and one workflow. */
async function projectWith(workflow: string, text: string): Promise<void> {
  repository = new ActRepository(host, 'octo/hello')
  await scene().must('cargo', ['init', '--quiet', '--vcs=none', '--name=hello'], {
    cwd: repository.directory,
  })
  await scene().must('cargo', ['generate-lockfile', '--quiet', '--offline'], {
    cwd: repository.directory,
  })
  repository.write(workflow, text)
  await repository.commit()
}

function expectSuccess(result: CommandResult): void {
  expect(result).toMatchObject({ exitCode: 0 })
}

/** Slots, relative to the root and without their lease ids. */
function slotShapes(): string[] {
  return host.slots().map(slotShape)
}

function slotShape(slot = ''): string {
  return path.relative(host.root, slot).replace(/-[0-9a-f]{24}$/, '-ID')
}

/** There is a lease for each slot, and each was ended by its own job. */
async function expectAllEnded(): Promise<void> {
  const { leases } = await host.json<{ leases: unknown[] }>('status')
  expect(leases).toHaveLength(host.slots().length)
  for (const lease of leases) expect(lease).toMatchObject({ state: 'ended', slotIs: 'present' })
  expect(host.leases().every((name) => name.endsWith('.ended'))).toBe(true)
}

/** The second run has inherited the slot of the first, of which nothing lived on, under a name of its own. */
function expectSuccessor(first: string | undefined, run: CommandResult, shape: string): void {
  const [successor] = host.slots()
  expect(successor).not.toBe(first)
  expect(run.stdout).toContain(`set-output:: target-dir=${successor ?? 'none'}`)
  expect(run.stdout).toContain('set-output:: seed=inherit')
  expect(slotShapes()).toStrictEqual([shape])
}

function built(slot: string | undefined, file: string): string {
  return path.join(slot ?? '', file)
}

beforeEach(() => {
  host = new GuardedHost(scene())
})

needs('act', 'cargo', 'node24').describe('act runs', () => {
  test('bare-step.yml: twice, each run in a slot of its own', async () => {
    await projectWith('bare-step.yml', example('bare-step.yml', host.root))
    const run = { event: 'push', workflow: 'bare-step.yml' } as const
    const first = await repository.act({ ...run, runId: 4711 })
    expectSuccess(first)
    for (const phase of ['Pre', 'Main', 'Post']) {
      expect(first.stdout).toMatch(new RegExp(`Success - ${phase} \\S+/target-guard@v`))
    }
    expect(slotShapes()).toStrictEqual(['octo/hello/main/run-4711/test-1-ID'])
    const [slot] = host.slots()
    expect(first.stdout).toContain(`set-output:: target-dir=${slot ?? ''}`)
    expect(existsSync(built(slot, 'debug/.fingerprint'))).toBe(true)
    expect(existsSync(path.join(repository.directory, 'target'))).toBe(false)

    await keepersEnd(host.root)
    const second = await repository.act({ ...run, runId: 4712 })
    expectSuccess(second)
    expectSuccessor(slot, second, 'octo/hello/main/run-4712/test-1-ID')
    await expectAllEnded()
  })

  test('bare-step.yml: again under the same run id, in another slot of that run', async () => {
    await projectWith('bare-step.yml', example('bare-step.yml', host.root))
    const run = { event: 'push', workflow: 'bare-step.yml', runId: 4711 } as const
    expectSuccess(await repository.act(run))
    const [slot] = host.slots()
    await keepersEnd(host.root)
    const second = await repository.act(run)
    expectSuccess(second)
    expectSuccessor(slot, second, 'octo/hello/main/run-4711/test-1-ID')
    await expectAllEnded()
  })

  test('reusable-workflow.yml and the workflow that it calls, for a pull request', async () => {
    publishReusableWorkflow(host)
    await projectWith('caller.yml', example('reusable-workflow.yml', host.root))
    const result = await repository.act({
      event: 'pull_request',
      workflow: 'caller.yml',
      runId: 4711,
      payload: PULL_REQUEST,
    })
    expectSuccess(result)
    expect(slotShapes()).toStrictEqual([
      'octo/hello/42/run-4711/lint-1-ID',
      'octo/hello/42/run-4711/test-1-ID',
    ])
    const [lint, tested] = host.slots()
    // Clippy checks and links nothing; build and test share one slot.
    expect(existsSync(built(lint, 'debug/.fingerprint'))).toBe(true)
    expect(existsSync(built(lint, 'debug/hello'))).toBe(false)
    const { stdout } = await scene().must(built(tested, 'debug/hello'))
    expect(stdout).toBe('Hello, world!\n')
    await expectAllEnded()
  })

  test('the reusable workflow says no to code that is not formatted', async () => {
    publishReusableWorkflow(host)
    await projectWith('caller.yml', example('reusable-workflow.yml', host.root))
    repository.write('src/main.rs', 'fn main( ) { }\n')
    const result = await repository.act({ event: 'push', workflow: 'caller.yml', runId: 4711 })
    expect(result.exitCode).not.toBe(0)
    expect(result.stdout).toContain('Failure - Main Format')
  })

  test('e2e.yml of this repository', async () => {
    repository = new ActRepository(host, 'octo/target-guard')
    for (const file of ['action.yml', 'dist', '.github']) repository.copy(file)
    await repository.commit()
    const result = await repository.act({
      event: 'workflow_dispatch',
      workflow: '.github/workflows/e2e.yml',
      runId: 4711,
    })
    expectSuccess(result)
    // Two legs of `step`, and `hooks`.
    expect(result.stdout.match(/Job succeeded/g)).toHaveLength(3)
    expect(slotShapes()).toStrictEqual([
      'octo/target-guard/main/run-4711/hooks-1-ID',
      'octo/target-guard/main/run-4711/step-1-ID',
      'octo/target-guard/main/run-4711/step-1-ID',
    ])
    await expectAllEnded()
  })
})

needs('act', 'cargo', 'docker', 'node24', 'root').describe('act runs in containers', () => {
  test('docker-steps.yml, as the owner of the slot', async () => {
    const text = example('docker-steps.yml', host.root, testImage())
    await projectWith('docker-steps.yml', text)
    const result = await repository.act({
      event: 'push',
      workflow: 'docker-steps.yml',
      runId: 4711,
      programs: dockerWithPrograms(scene()),
    })
    expectSuccess(result)
    expect(slotShapes()).toStrictEqual(['octo/hello/main/run-4711/build-1-ID'])
    const [slot] = host.slots()
    for (const file of ['', 'debug/hello']) {
      expect(statSync(built(slot, file))).toMatchObject({ uid: 1000, gid: 1000 })
    }
    const { stdout } = await scene().must(built(slot, 'debug/hello'))
    expect(stdout).toBe('Hello, world!\n')
    await expectAllEnded()
  })

  test('job-container.yml, with the step in the container', async () => {
    const text = example('job-container.yml', host.root, imageForAct(scene()))
    await projectWith('job-container.yml', withVolumes(text, host.root))
    const run = { event: 'push', workflow: 'job-container.yml' } as const
    expectSuccess(await repository.act({ ...run, runId: 4711 }))
    expect(slotShapes()).toStrictEqual(['octo/hello/main/run-4711/test-1-ID'])
    expect(existsSync(built(host.slots()[0], 'debug/.fingerprint'))).toBe(true)

    expectSuccess(await repository.act({ ...run, runId: 4712 }))
    // Two containers of act's may have one runner key; then this run has pruned the slot before it.
    expect(slotShapes()).toContain('octo/hello/main/run-4712/test-1-ID')
    expect(existsSync(built(host.slots().at(-1), 'debug/.fingerprint'))).toBe(true)
    await expectAllEnded()
  })

  test('the reusable workflow with an image', async () => {
    publishReusableWorkflow(host, (text) => withVolumes(text, host.root))
    const caller = example('reusable-workflow.yml', host.root, imageForAct(scene()))
    await projectWith('caller.yml', caller.replace('# image:', 'image:'))
    expectSuccess(await repository.act({ event: 'push', workflow: 'caller.yml', runId: 4711 }))
    expect(slotShapes()).toStrictEqual([
      'octo/hello/main/run-4711/lint-1-ID',
      'octo/hello/main/run-4711/test-1-ID',
    ])
    const { stdout } = await scene().must(built(host.slots()[1], 'debug/hello'))
    expect(stdout).toBe('Hello, world!\n')
    await expectAllEnded()
  })
})
