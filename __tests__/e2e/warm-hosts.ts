import { writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { GuardedHost } from './guard.ts'
import { pullRequest, push } from './runner/events.ts'
import type { JobEvent } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import type { Scene } from './scene.ts'
import { smallDisk } from './small-disk.ts'
import type { Kind } from './small-disk.ts'
import { NOTHING } from './warm-cases.ts'
import type { Change } from './warm-cases.ts'
import type { Checkout, Matrix } from './warm-matrix.ts'

/** A job as a test describes it. */
export interface WarmJob {
  event: JobEvent
  /** of the step, beside those that all have */
  inputs?: Readonly<Record<string, string>>
  change: Change
  runner: 'one' | 'two'
  checkout: Checkout
}

/** A host with two runners, and the snapshot of a push to the default branch that runner one built. */
export class WarmHost {
  readonly #matrix: Matrix
  readonly #incremental: '0' | '1'
  readonly #host: GuardedHost
  readonly #runners: Readonly<Record<'one' | 'two', Runner>>
  #run = 100

  private constructor(scene: Scene, matrix: Matrix, mount: string, incremental: '0' | '1') {
    this.#matrix = matrix
    this.#incremental = incremental
    this.#host = new GuardedHost(scene, path.join(mount, 'targets'))
    const start = (name: string): Runner => Runner.install(scene, { name }).start()
    this.#runners = { one: start('one'), two: start('two') }
  }

  /** @param incremental whether its jobs compile incrementally: the cold builds do not */
  static async on(
    disk: Kind,
    scene: Scene,
    matrix: Matrix,
    incremental: '0' | '1',
  ): Promise<WarmHost> {
    const host = new WarmHost(scene, matrix, await smallDisk(scene, disk), incremental)
    const pushed = { event: push(), change: NOTHING, runner: 'one', checkout: 'cloned' } as const
    const result = await host.job(pushed)
    if (!result.step('Post guard').stdout.includes('snapshot published')) {
      throw new Error(String(result))
    }
    return host
  }

  /** A number that no pull request had yet. */
  newPullRequest(): JobEvent {
    return pullRequest({ number: this.#run })
  }

  /** Runs a job that checks out, takes its slot and its seed, and builds. Throws unless it succeeds. */
  async job({ event, inputs, change, runner: name, checkout }: WarmJob): Promise<JobResult> {
    const runner = this.#runners[name]
    this.#matrix.placeOutside(change)
    const floors = { 'min-free-gb': '0', 'min-free-percent': '0', 'high-watermark': '100' }
    const result = await runner.job({
      event,
      runId: String((this.#run += 1)),
      env: { CARGO_INCREMENTAL: this.#incremental },
      steps: [
        { name: 'checkout', run: this.#matrix.checkout(change, checkout) },
        this.#host.step({ id: 'guard', with: { ...floors, ...inputs } }),
        { name: 'state', run: 'ls "$CARGO_TARGET_DIR"/*/incremental 2>/dev/null || true' },
        { name: 'build', run: this.#matrix.build(change) },
      ],
    }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    return result
  }

  /** Makes a workspace another job's: whoever still reads there gives it away. */
  spoil(name: 'one' | 'two'): void {
    const workspace = this.#runners[name].workspace()
    const files = ['app/fixture.txt', 'asking/fixture.txt', 'naming/text.txt', 'shape/fixture.txt']
    for (const file of files) writeFileSync(path.join(workspace, file), 'of another job\n')
  }
}
