import { existsSync, readFileSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { looksMarked } from '../../src/host/unit-marks.ts'
import { smallProject } from '../fixtures/small-project.ts'
import { listing } from '../helpers/listing.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { pullRequest, pullRequestTarget, push } from './runner/events.ts'
import type { JobEvent } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { smallDisk } from './small-disk.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

const COMMIT = `
  cargo generate-lockfile --offline
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

/** One runner, whose jobs build the same small project. */
class Fleet {
  readonly host: GuardedHost
  readonly runner = Runner.install(scene()).start()
  #run = 100

  readonly #checkout: string

  private constructor(host: GuardedHost, repository: string) {
    this.host = host
    this.#checkout = `rm -rf ./* .git; git clone --quiet ${repository} .`
  }

  static async on(mount: string | null): Promise<Fleet> {
    const { directory } = smallProject(scene().directory('repository'))
    await scene().must('bash', ['-c', COMMIT], { cwd: directory })
    const host =
      mount === null ? new GuardedHost(scene()) : new GuardedHost(scene(), `${mount}/targets`)
    return new Fleet(host, directory)
  }

  async job(
    event: JobEvent,
    options: {
      with?: Record<string, string>
      build?: string
      before?: string
      if?: string
    } = {},
  ): Promise<JobResult> {
    return this.runner.job({
      event,
      runId: String((this.#run += 1)),
      steps: [
        { name: 'checkout', run: `${this.#checkout}\n${options.before ?? ''}` },
        {
          ...this.host.step({ id: 'guard', with: options.with ?? {} }),
          if: options.if ?? 'success()',
        },
        { name: 'build', run: options.build ?? 'cargo build --offline' },
      ],
    }).result
  }

  /** Absolute paths of the published builds. */
  snapshots(): string[] {
    const folder = path.join(this.host.root, '.target-guard/snapshots')
    return readdirSync(folder).flatMap((repository) =>
      readdirSync(path.join(folder, repository)).map((key) => path.join(folder, repository, key)),
    )
  }
}

const seedOf = (result: JobResult): string | undefined => result.step('guard').outputs['seed']

needs('root', 'cargo', 'loop-mount', 'xfs', 'btrfs').describe(
  'a successful push to the default branch',
  () => {
    test.each([
      ['ext4', 'large ext4', 'copy'],
      ['xfs', 'xfs', 'clone'],
      ['btrfs', 'btrfs', 'clone'],
    ] as const)('publishes what pull requests are seeded from, on %s', async (_, disk, kind) => {
      const fleet = await Fleet.on(await smallDisk(scene(), disk))
      const pushed = await fleet.job(push())
      expect(pushed.step('Post guard').stdout).toContain('snapshot published')
      expect(pushed.step('Post guard').stdout).not.toContain('forget lease')
      const [snapshot = ''] = fleet.snapshots()
      expect(looksMarked(path.join(snapshot, 'tree'))).toBe(true)
      const before = listing(path.join(snapshot, 'tree'))
      expect(existsSync(slotOf(pushed))).toBe(false)

      const floors = { 'min-free-gb': '0', 'min-free-percent': '0', 'high-watermark': '100' }
      const proposed = await fleet.job(pullRequest({ number: 7 }), { with: floors })
      expect(seedOf(proposed)).toBe(kind)
      expect(proposed.step('Pre guard').stdout).toContain('is cloned while the checkout is made')
      const isAhead = proposed.step('guard').stdout.includes('while the checkout was made')
      expect(isAhead).toBe(kind === 'clone')
      expect(proposed.step('build').stderr).not.toContain('Compiling')
      expect(proposed.conclusion).toBe('success')
      expect(listing(path.join(snapshot, 'tree'))).toEqual(before)

      // Only the default branch publishes; its next build takes the place of the one before.
      const first = readFileSync(path.join(snapshot, 'snapshot.json'), 'utf8')
      expect(fleet.snapshots()).toEqual([snapshot])
      const next = await fleet.job(push(), { with: floors })
      expect(seedOf(next)).toMatch(/clone|copy/)
      expect(fleet.snapshots()).toEqual([snapshot])
      expect(readFileSync(path.join(snapshot, 'snapshot.json'), 'utf8')).not.toBe(first)
      expect(fleet.host.control('seeding')).toEqual([])
    })
  },
)

needs('root', 'cargo').describe('what was cloned while the checkout was made', () => {
  const floors = { 'min-free-gb': '0', 'min-free-percent': '0', 'high-watermark': '100' }

  async function published(): Promise<Fleet> {
    const fleet = await Fleet.on(null)
    await fleet.job(push(), { with: floors })
    return fleet
  }

  test('goes unused where a step has asked for another build', async () => {
    const fleet = await published()
    const before = 'echo "RUSTFLAGS=--cfg other" >>"$GITHUB_ENV"'
    const result = await fleet.job(push(), { with: floors, before })
    expect(result.step('Pre guard').stdout).toContain('is cloned while the checkout is made')
    expect(result.step('guard').stdout).not.toContain('while the checkout was made')
    expect(seedOf(result)).toBe('cold')
    expect(result.step('build').stderr).toContain('Compiling')
    expect(fleet.host.control('seeding')).toEqual([])
  })

  test('is no part of what is published where the step was skipped', async () => {
    const fleet = await published()
    const result = await fleet.job(push(), { with: floors, if: 'false' })
    expect(result.step('Pre guard').stdout).toContain('is cloned while the checkout is made')
    expect(result.step('Post guard').stdout).toContain('snapshot published')
    const [snapshot = ''] = fleet.snapshots()
    expect(readdirSync(snapshot).filter((name) => name.startsWith('ahead'))).toEqual([])
  })

  test('goes where its job never comes to the step', async () => {
    const fleet = await published()
    const result = await fleet.job(push(), { with: floors, before: 'exit 1' })
    expect(result.step('Pre guard').stdout).toContain('is cloned while the checkout is made')
    expect(result.conclusion).toBe('failure')
    await waitFor(() => fleet.host.control('seeding').length === 0, { what: 'the clone to go' })
  })
})

needs('root', 'cargo').describe('nothing is published', () => {
  interface Case {
    event: JobEvent
    with?: Record<string, string>
    build?: string
    /** how the job ends, and what post says of a snapshot: nothing where it did not try */
    ends?: string
    says?: string
  }

  test.each<[string, Case]>([
    ['by a pull request', { event: pullRequest() }],
    ['by one of a fork', { event: pullRequest({ fork: 'stranger/demo' }) }],
    ['by pull_request_target', { event: pullRequestTarget() }],
    ['by a push to another branch', { event: push('feature') }],
    ['by a push of a tag', { event: push('refs/tags/main') }],
    [
      'by a job that failed',
      { event: push(), build: 'cargo build --offline && false', ends: 'failure' },
    ],
    ['in a dry run', { event: push(), with: { 'dry-run': 'true' } }],
    ['where that is switched off', { event: push(), with: { snapshot: 'never' } }],
    [
      'where nothing was built',
      { event: push(), build: 'true', says: 'no snapshot: nothing was built by Cargo' },
    ],
  ])('%s', async (_, { event, build, says, ends = 'success', ...options }) => {
    const fleet = await Fleet.on(null)
    const result = await fleet.job(event, build === undefined ? options : { ...options, build })
    expect(result.conclusion).toBe(ends)
    expect(result.step('build').stderr.includes('Finished')).toBe(build !== 'true')
    const told = /(?:no snapshot|snapshot published).*/.exec(result.step('Post guard').stdout)
    expect(told?.[0]).toBe(says)
    expect(fleet.snapshots()).toEqual([])
  })
})
