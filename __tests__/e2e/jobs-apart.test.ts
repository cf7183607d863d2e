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

/** Whether the runner has hooks: the step then takes their slot over. */
type Kind = 'with hooks' | 'without hooks'

/** One runner, whose jobs are all called build, and build the same project. */
class Host {
  readonly guarded: GuardedHost
  readonly #runner: Runner
  readonly #checkout: string
  #run = 100

  private constructor(guarded: GuardedHost, runner: Runner, repository: string) {
    this.guarded = guarded
    this.#runner = runner
    this.#checkout = `rm -rf ./* .git; git clone --quiet ${repository} .`
  }

  static async make(kind: Kind): Promise<Host> {
    const { directory } = smallProject(scene().directory('repository'))
    await scene().must('bash', ['-c', COMMIT], { cwd: directory })
    const guarded = new GuardedHost(scene())
    const runner = Runner.install(scene())
    if (kind === 'with hooks') {
      const { exitCode, stderr } = await guarded.cli([
        'install-hooks',
        runner.root,
        '--root',
        guarded.root,
      ])
      if (exitCode !== 0) throw new Error(stderr)
    }
    return new Host(guarded, runner.start(), directory)
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

type Of = Pick<JobRequest, 'workflow' | 'matrix'>

const WORKFLOWS: readonly [Of, Of] = [{ workflow: 'ci' }, { workflow: 'release' }]
const LEGS: readonly [Of, Of] = [{ matrix: { profile: 'dev' } }, { matrix: { profile: 'rel' } }]

/** A lease or a snapshot, as `status` has it. */
interface Told {
  workflow: string
  leg: string
}

interface Status {
  leases: Told[]
  snapshots: Told[]
}

/** The leases or snapshots there are, each once. */
async function told({ guarded }: Host, what: keyof Status): Promise<string[]> {
  const found = (await guarded.json<Status>('status'))[what]
  return [...new Set(found.map(({ workflow, leg }) => `${workflow} ${leg}`))].toSorted()
}

needs('cargo').describe('jobs of one id', () => {
  test.each([
    ['two workflows', 'without hooks', WORKFLOWS],
    ['two workflows', 'with hooks', WORKFLOWS],
    ['two legs', 'without hooks', LEGS],
    ['two legs', 'with hooks', LEGS],
  ] as const)('of %s, %s, have slots of their own in a pull request', async (_, kind, of) => {
    const host = await Host.make(kind)
    const [one, two] = of
    await host.job(one, DEBUG)
    expect(seedOf(await host.job(two, RELEASE))).toBe('cold')
    const jobs = await told(host, 'leases')
    expect(jobs).toHaveLength(2)
    for (const [job, build] of [
      [one, DEBUG],
      [two, RELEASE],
    ] as const) {
      const again = await host.job(job, build)
      expect([seedOf(again), compiles(again)]).toEqual(['inherit', false])
    }
    expect(await told(host, 'leases')).toEqual(jobs)
  })

  test.each([
    ['two workflows', 'without hooks', WORKFLOWS],
    ['two legs', 'with hooks', LEGS],
  ] as const)('of %s, %s, publish a build each', async (_, kind, of) => {
    const host = await Host.make(kind)
    const [one, two] = of
    await host.job({ ...one, event: push() }, DEBUG)
    await host.job({ ...two, event: push() }, RELEASE)
    expect(await told(host, 'snapshots')).toHaveLength(2)
    const proposed = await host.job(one, DEBUG)
    expect(seedOf(proposed)).toMatch(/clone|copy/)
    expect(compiles(proposed)).toBe(false)
  })

  test('in a workflow that publishes nothing start with the snapshot of another one', async () => {
    const host = await Host.make('without hooks')
    await host.job({ workflow: 'main', event: push() }, DEBUG)
    const proposed = await host.job({ workflow: 'pull-request' }, DEBUG)
    expect(seedOf(proposed)).toMatch(/clone|copy/)
    expect(compiles(proposed)).toBe(false)
  })
})
