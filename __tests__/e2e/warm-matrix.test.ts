import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { needs } from './capabilities.ts'
import { push } from './runner/events.ts'
import type { JobEvent } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Scene } from './scene.ts'
import type { Kind } from './small-disk.ts'
import { CHANGES, NOTHING } from './warm-cases.ts'
import type { Change } from './warm-cases.ts'
import { WarmHost } from './warm-hosts.ts'
import { failuresIn, fromRegistry, Matrix, shownBy } from './warm-matrix.ts'
import type { Checkout } from './warm-matrix.ts'

let scene: Scene
let matrix: Matrix
const hosts = new Map<Kind, Promise<WarmHost>>()

async function hostOn(disk: Kind): Promise<WarmHost> {
  // The one host as CI mostly is, the other as people are.
  const incremental = disk === 'large xfs' ? '1' : '0'
  const host = hosts.get(disk) ?? WarmHost.on(disk, scene, matrix, incremental)
  hosts.set(disk, host)
  return host
}

beforeAll(async () => {
  scene = new Scene()
  matrix = await Matrix.make(scene)
}, 120_000)

afterAll(async () => scene.end(), 60_000)

/** How jobs come to their seed, and what is compiled when nothing has changed. */
interface Way {
  title: string
  /** inherited from the job before of the same pull request, else of a snapshot */
  kind: 'inherit' | 'clone' | 'copy'
  /** whether it is a push to the default branch, which may share files by hard links */
  trusted?: boolean
  disk: Kind
  /** whether the seed was built by another runner, in another workspace */
  elsewhere: boolean
  checkout: Checkout
  /** packages with a unit that had a path compiled in which is another one now */
  compiled: string[]
}

/** Packages that had the path of the workspace compiled in, or of the target directory. */
const OF_WORKSPACE = ['app', 'asking', 'naming', 'shape']
const OF_TARGET = ['app', 'asking', 'located', 'varied']
const OF_BOTH = [...new Set([...OF_WORKSPACE, ...OF_TARGET])].toSorted()

const WAYS: readonly Way[] = [
  {
    title: 'inherited in a kept workspace',
    kind: 'inherit',
    disk: 'large xfs',
    elsewhere: false,
    checkout: 'kept',
    compiled: [],
  },
  {
    title: 'inherited from another workspace',
    kind: 'inherit',
    disk: 'large xfs',
    elsewhere: true,
    checkout: 'cloned',
    compiled: OF_WORKSPACE,
  },
  {
    title: 'cloned from a snapshot of another workspace',
    kind: 'clone',
    disk: 'large xfs',
    elsewhere: true,
    checkout: 'cloned',
    compiled: OF_BOTH,
  },
  {
    // With the state of incremental compilation, of which rustc takes a part.
    title: 'cloned from a snapshot of the same workspace',
    kind: 'clone',
    disk: 'large xfs',
    elsewhere: false,
    checkout: 'cloned',
    compiled: OF_TARGET,
  },
  {
    title: 'copied from a snapshot of the same workspace, cloned afresh',
    kind: 'copy',
    disk: 'large ext4',
    elsewhere: false,
    checkout: 'cloned',
    compiled: OF_TARGET,
  },
  {
    title: 'cloned by hard links from the last build of the branch, elsewhere',
    kind: 'clone',
    trusted: true,
    disk: 'large ext4',
    elsewhere: true,
    checkout: 'cloned',
    compiled: OF_BOTH,
  },
]

/** The jobs of one way, each on the runner and of the pull request that it needs. */
class Jobs {
  readonly #host: WarmHost
  readonly #way: Way
  readonly #event: JobEvent
  #runner: 'one' | 'two' = 'one'

  private constructor(host: WarmHost, way: Way) {
    this.#host = host
    this.#way = way
    this.#event = host.newPullRequest()
  }

  static async of(way: Way): Promise<Jobs> {
    const jobs = new Jobs(await hostOn(way.disk), way)
    // The pull request's first job; from here on each inherits from the one before.
    if (way.kind === 'inherit') await jobs.run(NOTHING)
    return jobs
  }

  async run(change: Change): Promise<JobResult> {
    const { kind, elsewhere, checkout, trusted = false } = this.#way
    const former = this.#runner
    if (elsewhere) {
      this.#host.spoil(former)
      this.#runner = (kind === 'inherit' || trusted) && former === 'two' ? 'one' : 'two'
    }
    return this.#host.job({
      event: trusted ? push() : kind === 'inherit' ? this.#event : this.#host.newPullRequest(),
      inputs: trusted ? { warm: 'clone', snapshot: 'never' } : {},
      change,
      runner: this.#runner,
      checkout,
    })
  }
}

for (const way of WAYS) {
  needs('root', 'cargo', 'loop-mount', 'xfs').describe(`a seed ${way.title}`, () => {
    let jobs: Jobs
    beforeAll(async () => {
      jobs = await Jobs.of(way)
    }, 240_000)

    test('when nothing has changed has nothing compiled but what had a path compiled in', async () => {
      const result = await jobs.run(NOTHING)
      const shown = await expectAsCold(result, NOTHING)
      expect(result.step('guard').outputs['seed']).toBe(way.kind)
      expect(result.step('guard').stdout.includes('cloned (hybrid')).toBe(way.trusted === true)
      // Where it is of any use, and comes along for nothing.
      const hasState = way.disk === 'large xfs' && !way.elsewhere
      expect(result.step('state').stdout !== '').toBe(hasState)
      // It was written right before it was built first: where the clock is too coarse to prove that
      // nothing changed in between, it is built again.
      const compiled = shown.compiled.filter((each) => each !== 'outside')
      expect(compiled).toEqual(way.compiled.filter((each) => each !== 'outside'))
    })

    test.each(CHANGES)(
      'shows what a cold build shows when this changes: $title',
      async (change) => {
        const result = await jobs.run(change)
        const shown = await expectAsCold(result, change)
        expect(result.step('guard').outputs['seed']).toBe(way.kind)
        expect(fromRegistry(shown)).toEqual(change.registry ?? [])
      },
    )
  })
}

/** Compares with a cold build of the same, which has to show the change. */
async function expectAsCold(
  result: JobResult,
  change: Change,
): Promise<ReturnType<typeof shownBy>> {
  const shown = shownBy(result.step('build'))
  const cold = await matrix.cold(change)
  expect(shown.prints).toBe(cold.prints)
  expect(shown.tests).toEqual(cold.tests)
  expect(`\n${cold.prints}`).toContain(`\n${change.shows}\n`)
  expect(failuresIn(cold)).toEqual(change.fails)
  return shown
}
