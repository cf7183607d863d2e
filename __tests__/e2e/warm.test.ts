import { lstatSync, readlinkSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { pullRequest, push } from './runner/events.ts'
import type { JobEvent } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import type { StepRequest } from './runner/request.ts'
import { Runner } from './runner/runner.ts'
import { alpinePath } from './stub-program.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

const COMMIT = `
  cargo generate-lockfile --offline
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

const CHANGED = `echo 'fn main() { println!("changed") }' > src/main.rs`

const KEEP_TWO = { 'keep-per-pr': '2' }

/** A shell script that builds in the slot of a step, and runs what it has built. */
function buildIn(id: string): string {
  return `export CARGO_TARGET_DIR='\${{ steps.${id}.outputs.target-dir }}'
    cargo build --offline && "$CARGO_TARGET_DIR/debug/small"`
}

/** Jobs of one pull request on one runner, one after the other, each with a fresh clone. */
class Pushes {
  readonly host = new GuardedHost(scene())
  readonly runner = Runner.install(scene())
  readonly #repository: string
  #run = 100

  private constructor(repository: string) {
    this.#repository = repository
  }

  static async make(env: Readonly<Record<string, string>> = {}): Promise<Pushes> {
    const { directory } = smallProject(scene().directory('repository'))
    await scene().must('bash', ['-c', COMMIT], { cwd: directory })
    const pushes = new Pushes(directory)
    pushes.runner.start({ env })
    return pushes
  }

  async push({ edit = '', event = pullRequest(), warm = 'auto' } = {}): Promise<JobResult> {
    const steps = [
      this.host.step({ id: 'guard', with: { ...KEEP_TWO, warm } }),
      { name: 'build', run: buildIn('guard') },
    ]
    return this.#job({ event, edit, steps })
  }

  /** A job with two slots: both are seeded, then both are built in. */
  async pushTwice(): Promise<JobResult> {
    const steps = [
      this.host.step({ id: 'one', name: 'one', with: KEEP_TWO }),
      this.host.step({ id: 'two', name: 'two', with: KEEP_TWO }),
      { name: 'build one', run: buildIn('one') },
      { name: 'build two', run: buildIn('two') },
    ]
    return this.#job({ event: pullRequest(), edit: '', steps })
  }

  async #job(job: { event: JobEvent; edit: string; steps: StepRequest[] }): Promise<JobResult> {
    const checkout = `rm -rf ./* .git; git clone --quiet ${this.#repository} .\n${job.edit}`
    const result = await this.runner.job({
      event: job.event,
      runId: String((this.#run += 1)),
      steps: [{ name: 'checkout', run: checkout }, ...job.steps],
    }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    return result
  }
}

needs('root', 'cargo').describe('pushes to one pull request, on one runner', () => {
  test('the second build inherits the first one’s slot, and rebuilds nothing', async () => {
    const pushes = await Pushes.make()
    const first = await pushes.push()
    expect(first.step('guard').outputs['seed']).toBe('cold')
    expect(first.step('build').stderr).toContain('Compiling')

    const second = await pushes.push()
    expect(second.step('guard').outputs['seed']).toBe('inherit')
    expect(second.step('build').stderr).not.toContain('Compiling')
    const told = /saved by the seed \(inherit\): this job took \d+ s, the last cold one \d+ s/
    expect(second.step('Post guard').stdout).toMatch(told)
    // What was compiled in resolves to the heir's files.
    expect(lstatSync(slotOf(first)).isSymbolicLink()).toBe(true)
    expect(readlinkSync(slotOf(first))).toBe(slotOf(second))
    expect(pushes.host.leases()).toEqual([`${slotOf(second).slice(-24)}.ended`])

    const third = await pushes.push({ edit: CHANGED })
    expect(third.step('build').stdout).toBe('changed\n')
    expect(readlinkSync(slotOf(first))).toBe(slotOf(third))
    expect(readlinkSync(slotOf(second))).toBe(slotOf(third))
    expect(await pushes.host.json('explain')).toMatchObject([{ kind: 'keep', state: 'retained' }])

    // The reaper may still be measuring the slot.
    const swept = async (): Promise<boolean> => {
      await pushes.host.cli(['sweep', '--retention-hours', '0'])
      return pushes.host.slots().length === 0
    }
    await waitFor(swept, { what: 'the slot and the links to it to go' })
  })

  test('of two slots in one job none takes what it had of another content for fresh', async () => {
    const pushes = await Pushes.make()
    await pushes.push()
    await pushes.push({ edit: CHANGED, warm: 'off' })
    const both = await pushes.pushTwice()
    expect(both.step('one').outputs['seed']).toBe('inherit')
    expect(both.step('two').outputs['seed']).toBe('inherit')
    expect(both.step('build one').stdout).toBe('hello from small\n')
    expect(both.step('build two').stdout).toBe('hello from small\n')
    expect(both.step('two').stdout).toContain('none goes back')
  })

  test('nothing is handed to another pull request', async () => {
    const pushes = await Pushes.make()
    await pushes.push({ event: pullRequest({ number: 7 }) })
    const other = await pushes.push({ event: pullRequest({ number: 8 }) })
    expect(other.step('guard').outputs['seed']).toBe('cold')
  })
})

needs('root', 'cargo', 'busybox').describe('in a container of Alpine’s programs', () => {
  test('an heir rebuilds nothing, and what would have to be cloned starts cold', async () => {
    const pushes = await Pushes.make({ PATH: alpinePath(scene()) })
    await pushes.push({ event: push() })
    const [first, ...heirs] = [await pushes.push(), await pushes.push(), await pushes.push()]
    expect(first.step('guard').outputs['seed']).toBe('cold')
    expect(first.step('guard').stdout).toMatch(/not seeded with snapshot .*install coreutils/)
    for (const heir of heirs) {
      expect(heir.step('guard').outputs['seed']).toBe('inherit')
      expect(heir.step('build').stderr).not.toContain('Compiling')
    }
    expect(pushes.host.control('seeding')).toEqual([])
  })
})
