import { expect, test } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { pullRequest, push } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import type { JobRequest } from './runner/request.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

const COMMIT = `
  cargo generate-lockfile --offline
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

const DEBUG = 'cargo build --offline'
const RELEASE = 'cargo build --offline --release'

/** However full this disk is, a seed may be copied. */
const FLOORS = { 'min-free-gb': '0', 'min-free-percent': '0', 'high-watermark': '100' }

/** One runner, whose jobs are all called build, and build the same project. */
class Host {
  readonly guarded = new GuardedHost(scene())
  readonly #runner = Runner.install(scene()).start()
  readonly #checkout: string
  #run = 100

  private constructor(repository: string) {
    this.#checkout = `rm -rf ./* .git; git clone --quiet ${repository} .`
  }

  static async make(): Promise<Host> {
    const { directory } = smallProject(scene().directory('repository'))
    await scene().must('bash', ['-c', COMMIT], { cwd: directory })
    return new Host(directory)
  }

  async job(request: Omit<JobRequest, 'steps'>, build: string): Promise<JobResult> {
    const result = await this.#runner.job({
      event: pullRequest({ number: 7 }),
      ...request,
      runId: String((this.#run += 1)),
      steps: [
        { name: 'checkout', run: this.#checkout },
        this.guarded.step({ id: 'guard', with: FLOORS }),
        { name: 'build', run: build },
      ],
    }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    return result
  }
}

const seedOf = (result: JobResult): string | undefined => result.step('guard').outputs['seed']

const compiles = (result: JobResult): boolean => result.step('build').stderr.includes('Compiling')

needs('cargo').describe('two workflows with a job of one id', () => {
  const ci = { workflow: 'ci' }
  const release = { workflow: 'release' }

  test('keep their slots of a pull request apart', async () => {
    const host = await Host.make()
    await host.job(ci, DEBUG)
    expect(seedOf(await host.job(release, RELEASE))).toBe('cold')
    expect(host.guarded.leases()).toHaveLength(2)
    for (const [of, build] of [
      [ci, DEBUG],
      [release, RELEASE],
    ] as const) {
      const again = await host.job(of, build)
      expect([seedOf(again), compiles(again)]).toEqual(['inherit', false])
    }
    expect(host.guarded.leases()).toHaveLength(2)
  })

  test('publish each their own build of the default branch', async () => {
    const host = await Host.make()
    await host.job({ ...ci, event: push() }, DEBUG)
    await host.job({ ...release, event: push() }, RELEASE)
    expect(host.guarded.control('snapshots/octo-org--demo')).toHaveLength(2)
    const proposed = await host.job(ci, DEBUG)
    expect(seedOf(proposed)).toMatch(/clone|copy/)
    expect(compiles(proposed)).toBe(false)
  })
})
