import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { parseEvents } from '../../src/plan/watch-event.ts'
import type { WatchEvent } from '../../src/plan/watch-event.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import type { Job } from './runner/job.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { put, smallDisk } from './small-disk.ts'
import type { Kind } from './small-disk.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
const TITLE = 'Infrastructure, not your change'
const MB = 1_000_000

/** So much is left free by what a job writes, which is below the floor of a tenth of the disk. */
const LEFT = 4 * MB

/** A small disk with a live neighbour on it, whose slot is never touched. */
class BuildingHost {
  readonly host: GuardedHost
  readonly disk: string
  readonly neighbour: string
  readonly #neighboursJob: Job

  private constructor(host: GuardedHost, disk: string, neighbour: string, job: Job) {
    this.host = host
    this.disk = disk
    this.neighbour = neighbour
    this.#neighboursJob = job
  }

  static async make(kind: Kind, inputs: Record<string, string> = {}): Promise<BuildingHost> {
    const disk = await smallDisk(scene(), kind)
    const host = new GuardedHost(scene(), `${disk}/targets`)
    const script = 'echo "at $CARGO_TARGET_DIR"; exec sleep 600'
    const job = aRunner('neighbour').job({
      runId: '1',
      // Its keeper would make the emergency pass as well as that of the job under test.
      steps: [host.step({ with: { keeper: 'off', ...inputs } }), { name: 'work', run: script }],
    })
    const { stdout } = await job.waitForStep(/^at \/.*$/m)
    const neighbour = stdout.trim().slice('at '.length)
    put(neighbour, 3 * MB)
    return new BuildingHost(host, disk, neighbour, job)
  }

  /** What a finished job of another runner left. */
  async leaveEnded(): Promise<string> {
    const result = await aRunner('former').job({ runId: '2', steps: [this.host.step()] }).result
    put(slotOf(result), 30 * MB)
    return slotOf(result)
  }

  /** A job that writes until so much is left, then waits for the test, and ends as it says. */
  async build(
    left: number,
    {
      env = {},
      inputs = {},
    }: { env?: Record<string, string>; inputs?: Record<string, string> } = {},
  ): Promise<{ job: Job; lease: string; goOn: (exitCode: number) => void }> {
    const gate = path.join(scene().directory('gate'), 'exit-code')
    const script = `echo "at $CARGO_TARGET_DIR"
      free=$(( $(stat -f -c '%a * %S' "$CARGO_TARGET_DIR") ))
      fallocate -l $((free - ${left} - 65536)) "$CARGO_TARGET_DIR/large" || true
      head -c 65536 /dev/zero >>"$CARGO_TARGET_DIR/large" || true
      while [ ! -s ${gate} ]; do sleep 0.05; done; exit $(cat ${gate})`
    const job = aRunner('builder').job({
      runId: '3',
      env,
      steps: [this.host.step({ with: inputs }), { name: 'build', run: script }],
    })
    const { stdout } = await job.waitForStep(/^at \/.*$/m)
    const lease = stdout.trim().slice(-24)
    return { job, lease, goOn: (exitCode) => writeFileSync(gate, String(exitCode)) }
  }

  /** What the keeper of a lease has noted so far. */
  events(lease: string): WatchEvent[] {
    const file = `${this.host.root}/.target-guard/leases/${lease}.events`
    return parseEvents(readFileSync(file, 'utf8'))
  }

  async noted(lease: string, kind: WatchEvent['kind']): Promise<void> {
    const isNoted = (): boolean => this.events(lease).some((event) => event.kind === kind)
    await waitFor(isNoted, { what: `the keeper to note ${kind}` })
  }

  /** Ends the neighbour's job; throws where its slot was touched. */
  async end(): Promise<void> {
    readFileSync(path.join(this.neighbour, 'large'))
    await this.#neighboursJob.killWorker()
  }
}

function aRunner(name: string): Runner {
  return Runner.install(scene(), { name }).start()
}

/** Level and text of the annotation that says whose fault it was. */
function verdictOf(result: JobResult): string[] {
  const { annotations } = result.step('Post guard')
  return annotations
    .filter((each) => each.properties['title'] === TITLE)
    .map(({ level, message }) => `${level}: ${message}`)
}

needs('root', 'loop-mount').describe('a disk that turns critical in mid-build', () => {
  test.each<[Kind]>([['tmpfs'], ['ext4']])(
    '%s: the keeper takes what is stale, and the build goes on',
    async (kind) => {
      const building = await BuildingHost.make(kind)
      const ended = await building.leaveEnded()
      const { job, lease, goOn } = await building.build(LEFT)
      await building.noted(lease, 'over')
      expect(existsSync(ended)).toBe(false)
      goOn(0)
      const result = await job.result
      expect(result.conclusion).toBe('success')
      const [verdict = ''] = verdictOf(result)
      expect(verdict).toMatch(
        /^warning: At \d{4}-\S+Z the disk of .* was critical: .* GB free, below/,
      )
      expect(verdict).toMatch(/the emergency pass had retired 1 slot\(s\) and freed 3\d\.\d MB/)
      expect(verdict).toMatch(/it was no longer critical/)
      expect(result.step('Post guard').summary).toContain(TITLE)
      await building.end()
    },
  )

  test.each<[Kind]>([['tmpfs'], ['ext4']])(
    '%s: with nothing stale the job that fails is told who grew, and by how much',
    async (kind) => {
      const building = await BuildingHost.make(kind)
      const { job, lease, goOn } = await building.build(LEFT)
      await building.noted(lease, 'growth')
      goOn(1)
      const result = await job.result
      expect(result.conclusion).toBe('failure')
      const [verdict = '', ...more] = verdictOf(result)
      expect(more).toEqual([])
      expect(verdict).toMatch(/^error: At .* was critical: /)
      expect(verdict).toMatch(/the emergency pass had retired 0 slot\(s\) and freed 0 B/)
      expect(verdict).toMatch(
        /still critical; fastest growing: octo-org\/demo, PR main, run-3, build-1-[0-9a-f]{24} of runner builder \(this job\) grew by \d+\.\d MB in \d+ s/,
      )
      expect(result.step('Post guard').summary).toContain('fastest growing')
      await building.end()
    },
  )

  test.each<[Kind]>([['tmpfs'], ['ext4'], ['xfs']])(
    '%s: without a byte left, the keeper still notes what it saw',
    async (kind) => {
      const building = await BuildingHost.make(kind)
      const { job, lease, goOn } = await building.build(-1)
      await building.noted(lease, 'relief')
      goOn(1)
      const [verdict = ''] = verdictOf(await job.result)
      expect(verdict).toMatch(/^error: At .* was critical: 0\.0/)
      await building.end()
    },
  )

  test('a job that grows to three times its forecast is told so, and nobody is let in beside it', async () => {
    const building = await BuildingHost.make('tmpfs', { 'forecast-gb': '0.001' })
    const inputs = { 'forecast-gb': '0.02', 'reserve-gb': '0.002' }
    const { job, lease, goOn } = await building.build(LEFT, { inputs })
    await building.noted(lease, 'growth')
    const [grower] = building
      .events(lease)
      .flatMap((event) => (event.kind === 'growth' ? event.growers : []))
    expect(grower).toMatchObject({ id: lease })
    expect(grower?.bytes).toBeGreaterThan(3 * 20 * MB)
    // What is left is the floor’s: the next job is not let in beside it.
    const next = await aRunner('next').job({
      runId: '4',
      steps: [building.host.step({ with: { 'forecast-gb': '0.01' } })],
    }).result
    expect(next.conclusion).toBe('failure')
    goOn(1)
    const result = await job.result
    expect(result.conclusion).toBe('failure')
    expect(verdictOf(result).join()).toMatch(/^error: At .* was critical: .*fastest growing: /)
    await building.end()
  })

  test('a job that fails before its keeper looks is told all the same', async () => {
    const building = await BuildingHost.make('tmpfs')
    const { job, goOn } = await building.build(-1, { inputs: { keeper: 'off' } })
    goOn(1)
    const [verdict = ''] = verdictOf(await job.result)
    expect(verdict).toMatch(/^error: At .* was critical: 0\.0/)
    await building.end()
  })

  test.each<[string, { env?: Record<string, string>; inputs?: Record<string, string> }, RegExp]>([
    [
      'a job that had an emergency',
      { env: { TARGET_GUARD_EMERGENCY: '1' } },
      /one pass for each job/,
    ],
    ['a dry run', { inputs: { 'dry-run': 'true' } }, /dry-run is on/],
  ])('%s: nothing is taken', async (_, options, why) => {
    const building = await BuildingHost.make('tmpfs')
    const ended = await building.leaveEnded()
    const { job, lease, goOn } = await building.build(LEFT, options)
    await building.noted(lease, 'relief')
    goOn(1)
    expect(verdictOf(await job.result).join()).toMatch(why)
    expect(existsSync(ended)).toBe(true)
    await building.end()
  })
})

test('a job whose disk had room to the end is told nothing', async () => {
  const host = new GuardedHost(scene())
  mkdirSync(host.root, { recursive: true })
  const result = await aRunner('one').job({ steps: [host.step(), { run: 'exit 1' }] }).result
  expect(verdictOf(result)).toEqual([])
})
