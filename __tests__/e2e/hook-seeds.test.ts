import { expect, test } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { pullRequest } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

const COMMIT = `
  cargo generate-lockfile --offline
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

const BUILD = 'cargo build --offline'

/** Jobs of one pull request on runners with hooks, each with a fresh clone and the action after it. */
class Hooked {
  readonly #host = new GuardedHost(scene())
  readonly #repository: string
  #run = 100

  private constructor(repository: string) {
    this.#repository = repository
  }

  static async make(): Promise<Hooked> {
    const { directory } = smallProject(scene().directory('repository'))
    await scene().must('bash', ['-c', COMMIT], { cwd: directory })
    return new Hooked(directory)
  }

  async runner(name: string): Promise<Runner> {
    const runner = Runner.install(scene(), { name })
    const words = ['install-hooks', runner.root, '--root', this.#host.root]
    const { exitCode, stderr } = await this.#host.cli(words)
    if (exitCode !== 0) throw new Error(stderr)
    return runner.start()
  }

  async job(runner: Runner, early = 'true'): Promise<JobResult> {
    const checkout = `rm -rf ./* .git; git clone --quiet ${this.#repository} .`
    const result = await runner.job({
      event: pullRequest({ number: 7 }),
      runId: String((this.#run += 1)),
      steps: [
        { name: 'checkout', run: checkout },
        { name: 'early', run: early },
        this.#host.step({ id: 'guard' }),
        { name: 'build', run: BUILD },
      ],
    }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    return result
  }
}

needs('cargo').describe('a step after the checkout, in a slot of the runner’s hook', () => {
  test('restores the times for the hook’s seed, unless it has been built in', async () => {
    const hooked = await Hooked.make()
    const runner = await hooked.runner('one')
    await hooked.job(runner)
    const second = await hooked.job(runner)
    expect(second.step('guard').outputs['seed']).toBe('inherit')
    expect(second.step('guard').stdout).toMatch(/times: \d+ input.*\n.*seeded by the runner’s hook/)
    expect(second.step('build').stderr).not.toContain('Compiling')

    const third = await hooked.job(runner, BUILD)
    expect(third.step('early').stderr).toContain('Compiling')
    expect(third.step('guard').outputs['seed']).toBe('inherit')
    expect(third.step('guard').stdout).toContain('it has been built in since')
    expect(third.step('guard').stdout).not.toMatch(/times: \d+ input/)
  })

  test('seeds it where the hook could not: from another workspace', async () => {
    const hooked = await Hooked.make()
    const [one, two] = [await hooked.runner('one'), await hooked.runner('two')]
    await hooked.job(one)
    const other = await hooked.job(two)
    const [hook] = other.phase('started-hook')
    expect(hook?.stdout).toContain('mtimes are not restored')
    expect(other.step('guard').outputs['seed']).toBe('inherit')
    expect(other.step('guard').stdout).not.toContain('seeded by the runner’s hook')
  })
})
