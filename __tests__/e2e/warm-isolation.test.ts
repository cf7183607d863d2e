import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import { listing } from '../helpers/listing.ts'
import { needs } from './capabilities.ts'
import { NotedContainer } from './containers.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { testImage } from './runner/image.ts'
import { pullRequest, push } from './runner/events.ts'
import type { JobEvent } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import type { Job } from './runner/job.ts'
import { Runner } from './runner/runner.ts'
import { Scene } from './scene.ts'
import { smallDisk } from './small-disk.ts'
import type { Kind } from './small-disk.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
const FLOORS = { 'min-free-gb': '0', 'min-free-percent': '0', 'high-watermark': '100' }

const COMMIT = `
  cargo generate-lockfile --offline
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

/** Runners of one host that build the same small project. */
class Fleet {
  readonly host: GuardedHost
  readonly runners: readonly Runner[]
  readonly #checkout: string
  #run = 100

  private constructor(host: GuardedHost, repository: string, count: number) {
    this.host = host
    this.#checkout = `rm -rf ./* .git; git clone --quiet ${repository} .`
    this.runners = Array.from({ length: count }, (_, index) =>
      Runner.install(host.scene, { name: `runner-${index}` }).start(),
    )
  }

  static async on(within: Scene, disk: Kind | null, count = 1): Promise<Fleet> {
    const { directory } = smallProject(within.directory('repository'))
    await within.must('bash', ['-c', COMMIT], { cwd: directory })
    const mount = disk === null ? within.directory('host') : await smallDisk(within, disk)
    return new Fleet(new GuardedHost(within, `${mount}/targets`), directory, count)
  }

  /** Starts a job that builds the repository, or with `edit` something newer, and then runs `after`. */
  start(
    event: JobEvent,
    after = 'true',
    { runner = this.runners[0], edit = '' }: { runner?: Runner; edit?: string } = {},
  ): Job {
    if (runner === undefined) throw new Error('no runner')
    return runner.job({
      event,
      runId: String((this.#run += 1)),
      steps: [
        { name: 'checkout', run: `${this.#checkout}\n${edit}` },
        this.host.step({ id: 'guard', with: FLOORS }),
        { name: 'build', run: 'cargo build --offline; "$CARGO_TARGET_DIR/debug/small"' },
        { name: 'after', run: after },
      ],
    })
  }

  async job(event: JobEvent, after = 'true'): Promise<JobResult> {
    const result = await this.start(event, after).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    return result
  }

  /** The published builds. */
  snapshots(): string[] {
    const folder = path.join(this.host.root, '.target-guard/snapshots')
    return readdirSync(folder).flatMap((repository) =>
      readdirSync(path.join(folder, repository)).map((key) => path.join(folder, repository, key)),
    )
  }
}

const seedOf = (result: JobResult): string => result.step('guard').outputs['seed'] ?? ''

needs('root', 'cargo').test('a push that is cancelled publishes nothing', async () => {
  const fleet = await Fleet.on(scene(), null)
  const pushed = fleet.start(push(), 'echo ready; exec sleep 600')
  await pushed.waitForStep(/ready/)
  pushed.cancel()
  expect((await pushed.result).conclusion).toBe('cancelled')
  expect(fleet.snapshots()).toEqual([])
})

/** What a pull request may do in its slot, as the last step of its job. */
const ATTACKS = {
  'writes into every file':
    'find "$CARGO_TARGET_DIR" -type f -exec sh -c \'for each; do echo forged >"$each"; done\' sh {} +',
  'plants files': `
    cd "$CARGO_TARGET_DIR"; for each in snapshot.json inputs.json linked.json hits tree; do
      echo forged > $each; echo forged > debug/$each; echo forged > ../$each
    done`,
  'plants links to a snapshot': `
    cd "$CARGO_TARGET_DIR"; snapshots=$(echo "$ROOT"/.target-guard/snapshots/*/*)
    rm -rf debug; ln -s "$snapshots/tree/debug" debug; ln -sfn "$snapshots" tree`,
  'plants links to what Cargo writes into': `
    cd "$CARGO_TARGET_DIR"; snapshots=$(echo "$ROOT"/.target-guard/snapshots/*/*)
    for each in debug/deps/*.d debug/.fingerprint/*/*; do
      ln -sf "$snapshots/tree/$each" $each
    done`,
  'is a link to a snapshot': `
    rm -rf "$CARGO_TARGET_DIR"
    ln -s "$ROOT"/.target-guard/snapshots/*/*/tree "$CARGO_TARGET_DIR"`,
} as const

describe.each(['xfs', 'ext4'] as const)('a pull request of a fork, on %s', (disk) => {
  needs('root', 'cargo', 'loop-mount', 'xfs').describe('where a snapshot was published', () => {
    const lasting = new Scene()
    let fleet: Fleet
    let snapshot = ''
    let numbers = 7

    beforeAll(async () => {
      fleet = await Fleet.on(lasting, disk)
      await fleet.job(push())
      snapshot = fleet.snapshots()[0] ?? 'none'
    }, 120_000)

    afterAll(async () => lasting.end(), 60_000)

    /** A job of somebody else's: what it is seeded with is the snapshot, as it was published. */
    async function expectUntouched(event: JobEvent): Promise<void> {
      const other = await fleet.job(event, 'grep -r forged "$CARGO_TARGET_DIR" || echo nothing')
      expect(seedOf(other)).toMatch(/clone|copy/)
      expect(other.step('build').stderr).not.toContain('Compiling')
      expect(other.step('build').stdout).toBe('hello from small\n')
      expect(other.step('after').stdout).toBe('nothing\n')
    }

    test.each(Object.entries(ATTACKS))('that %s, reaches nobody else', async (_, script) => {
      const before = listing(path.join(snapshot, 'tree'))
      const records = listing(path.join(snapshot, 'snapshot.json')).map(withoutTimes)
      expect(before.length).toBeGreaterThan(10)

      const attack = `ROOT='${fleet.host.root}'; ${script}`
      const fork = pullRequest({ number: (numbers += 1), fork: 'stranger/demo' })
      const forked = await fleet.job(fork, attack)
      expect(seedOf(forked)).toMatch(/clone|copy/)
      // The same pull request again has only itself to thank, but reaches no further.
      const edit = 'echo "// and more" >> src/main.rs'
      await fleet.start(fork, attack, { edit }).result
      expect(fleet.snapshots()).toEqual([snapshot])
      const after = listing(path.join(snapshot, 'tree'))
      expect(after.filter((line) => !before.includes(line))).toEqual([])
      expect(after).toHaveLength(before.length)
      expect(listing(path.join(snapshot, 'snapshot.json')).map(withoutTimes)).toEqual(records)

      await expectUntouched(pullRequest({ number: (numbers += 1) }))
    })

    test('that did all of this reaches no push either', async () => expectUntouched(push()))
  })
})

/** A snapshot's record is touched whenever it is used. */
const withoutTimes = (line: string): string => line.split(' ').toSpliced(5, 2).join(' ')

needs('root', 'cargo').describe('an ended slot', () => {
  test('is inherited by exactly one of many jobs at the same moment', async () => {
    const fleet = await Fleet.on(scene(), null, 4)
    await fleet.job(pullRequest())
    const gate = scene().directory('gate')
    // None ends before all have their seeds: what one has built would be the next one's seed.
    const wait = `touch ${gate}/$RUNNER_NAME; until [ -e ${gate}/open ]; do sleep 0.05; done`
    const jobs = fleet.runners.map((runner) => fleet.start(pullRequest(), wait, { runner }))
    await waitFor(() => readdirSync(gate).length === jobs.length)
    writeFileSync(path.join(gate, 'open'), '')
    const results = await Promise.all(jobs.map(async (job) => job.result))

    expect(results.map(seedOf).toSorted()).toEqual(['cold', 'cold', 'cold', 'inherit'])
    expect(results.map((each) => each.step('build').stdout)).toEqual(
      results.map(() => 'hello from small\n'),
    )
    expect(new Set(results.map(slotOf)).size).toBe(results.length)
  })
})

needs('root', 'cargo', 'docker').describe('a slot whose container still runs', () => {
  test('is inherited and cloned by nobody until it has ended', async () => {
    const fleet = await Fleet.on(scene(), null)
    const noted = new NotedContainer(scene(), scene().directory('noted'))
    const leave =
      `docker run --detach --cidfile=${noted.file} --network=none ` +
      `--volume="$CARGO_TARGET_DIR:/target" ${testImage()} sleep 600`
    const first = await fleet.job(pullRequest(), leave)
    const next = await fleet.job(pullRequest())
    expect(seedOf(next)).toBe('cold')
    expect(next.step('guard').stdout).toMatch(/it is in use/)
    expect(existsSync(slotOf(first))).toBe(true)
    await scene().must('docker', ['rm', '--force', noted.id])
    expect(seedOf(await fleet.job(pullRequest()))).toBe('inherit')
  })
})
