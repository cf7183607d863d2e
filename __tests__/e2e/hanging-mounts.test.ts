import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { listing } from '../helpers/listing.ts'
import { needs } from './capabilities.ts'
import { assemble } from './driven/cast.ts'
import type { Cast } from './driven/cast.ts'
import type { DrivenJob, Program, StepEnd, StepOptions } from './driven/driven-job.ts'
import { PressedHost, retiredForRoom } from './driven/pressed-host.ts'
import { leaveStale } from './driven/scenarios.ts'
import type { Stage } from './driven/stage.ts'
import { failCalls } from './faults.ts'
import { stuckMount } from './stuck-mount.ts'
import type { StuckMount } from './stuck-mount.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
let cast: Cast

beforeEach(async () => {
  cast = await assemble(scene())
})

/** What a job may be held by all of them together. */
const AT_MOST_MS = 5000

const PLACES = ['GITHUB_WORKSPACE', 'RUNNER_TEMP', 'docker'] as const
type WatchedPlace = (typeof PLACES)[number]

/** Stuck mounts at watched places. */
async function stuckAt(places: readonly WatchedPlace[]): Promise<Map<WatchedPlace, StuckMount>> {
  const mounts = await Promise.all(places.map(async () => stuckMount(scene())))
  return new Map(places.map((place, index) => [place, mounts[index] as StuckMount]))
}

/**
 * Runs a step with these mounts stuck. Docker's folder is one in a mount namespace of the step's own, and
 * is put there while the mount still answers.
 */
async function stepBeside(
  job: DrivenJob,
  program: Program,
  stuck: ReadonlyMap<WatchedPlace, StuckMount>,
  { inputs = {} }: StepOptions = {},
): Promise<{ end: StepEnd; heldMs: number }> {
  const gate = scene().directory('gate')
  const docker = stuck.get('docker')?.path ?? ''
  // Where docker has never run, its folder is not there.
  const script = `if [ -n "$1" ]; then
      mount -t tmpfs none /var/lib && mkdir /var/lib/docker || exit 99
      mount --bind "$1" /var/lib/docker || exit 99
    fi
    shift
    : > ${gate}/ready
    until [ -e ${gate}/open ]; do sleep 0.01; done
    exec "$@"`
  const within = [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    script,
    'sh',
    docker,
  ]
  const faults: Record<string, string> = {}
  for (const [place, mount] of stuck) {
    if (place !== 'docker') faults[place] = path.join(mount.path, 'folder')
  }
  const running = job.step(program, { inputs, faults, within })
  await waitFor(() => existsSync(`${gate}/ready`), { what: 'the mount namespace' })
  await Promise.all([...stuck.values()].map(async (mount) => mount.freeze()))
  const began = performance.now()
  writeFileSync(`${gate}/open`, '')
  const end = await running
  return { end, heldMs: performance.now() - began }
}

function unknownDisks({ stdout }: StepEnd): number {
  return stdout.match(/^::warning .*The free space of .* is not known \(no answer/gm)?.length ?? 0
}

needs('root', 'fuse').describe('a stuck FUSE mount', () => {
  test.each([...PLACES.map((place) => [place, [place]] as const), ['all three', PLACES] as const])(
    'at %s holds no job for more than 5 s',
    async (_, places) => {
      const stage = cast.stage()
      stage.addBystanders()
      const before = stage.untouched()
      const stuck = await stuckAt(places)
      const job = stage.job('31')
      const { end, heldMs } = await stepBeside(job, 'pre', stuck)
      expect(end).toMatchObject({ exitCode: 0, stderr: '' })
      expect(unknownDisks(end)).toBe(places.length)
      expect(heldMs).toBeLessThan(AT_MOST_MS)
      expect(existsSync(job.slot)).toBe(true)
      expect(stage.untouched()).toEqual(before)

      const inputs = { 'job-status': 'success' }
      const last = await stepBeside(job, 'post', stuck, { inputs })
      expect([last.end.exitCode, last.heldMs < AT_MOST_MS]).toEqual([0, true])
    },
  )

  test('at all three holds no emergency pass either', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const stale = host.leaveStale()
    await host.fill()
    const job = host.job('31')
    const { end, heldMs } = await stepBeside(job, 'pre', await stuckAt(PLACES))
    expect(end.exitCode).toBe(0)
    // Said once for each, though the disk is looked at again and again.
    expect(unknownDisks(end)).toBe(3)
    expect(retiredForRoom(end.stdout)).toEqual([stale[0]?.slot])
    expect(heldMs).toBeLessThan(AT_MOST_MS)
    expect(host.touched()).toEqual([])
  })

  test('at all three holds no hook and no sweep', async () => {
    const stage = cast.stage()
    stage.addBystanders()
    const before = stage.untouched()
    const stuck = await stuckAt(PLACES)
    const job = stage.job('31')
    const started = await stepBeside(job, ['hook', 'job-started'], stuck)
    expect([started.end.exitCode, unknownDisks(started.end)]).toEqual([0, 3])
    const completed = await stepBeside(job, ['hook', 'job-completed'], stuck)
    expect(completed.end.exitCode).toBe(0)
    const folder = (place: WatchedPlace): string =>
      path.join(stuck.get(place)?.path ?? '', 'folder')
    const began = performance.now()
    await cast.tool(stage.path, ['sweep'], {
      GITHUB_WORKSPACE: folder('GITHUB_WORKSPACE'),
      RUNNER_TEMP: folder('RUNNER_TEMP'),
    })
    const held = [started.heldMs, completed.heldMs, performance.now() - began]
    expect(held.filter((ms) => ms >= AT_MOST_MS)).toEqual([])
    expect(stage.untouched()).toEqual(before)
  })

  test('behind a link is not walked onto', async () => {
    const stage = cast.stage()
    const mount = await stuckMount(scene())
    const link = path.join(scene().directory('link'), 'work')
    symlinkSync(mount.path, link)
    await mount.freeze()
    const job = stage.job('31')
    const began = performance.now()
    const faults = {
      GITHUB_WORKSPACE: `${link}/folder/demo`,
      RUNNER_TEMP: `${link}/folder`,
      RUNNER_WORKSPACE: `${link}/folder`,
      HOME: `${link}/folder`,
    }
    const end = await job.step('pre', { faults })
    expect(end.exitCode).toBe(0)
    expect(unknownDisks(end)).toBe(1)
    expect(performance.now() - began).toBeLessThan(AT_MOST_MS)
  })

  test('is no place for a root, and is not waited for to say so', async () => {
    const stage = cast.stage()
    const mount = await stuckMount(scene())
    await mount.freeze()
    const began = performance.now()
    const inputs = { root: `${mount.path}/folder/targets` }
    const { exitCode, stdout } = await stage.job('31').step('pre', { inputs })
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^::error .* it lies on FUSE, /)])
    expect(performance.now() - began).toBeLessThan(AT_MOST_MS)
  })
})

needs('root').describe('a disk that cannot be read', () => {
  test.each(['EIO', 'ENOSYS', 'EACCES', 'EOVERFLOW'])(
    'counts as ok (%s), and nothing goes for room',
    async (errno) => {
      const host = await PressedHost.make(cast, 'tmpfs')
      const stale = host.leaveStale()
      await host.fill()
      await scene().must('truncate', ['--size=-1M', path.join(host.disk, 'filler/allocated')])
      const began = performance.now()
      const job = host.job('31')
      const faults = failCalls({ root: '/', match: '^statfs ', errno })
      const { stdout } = await job.must('pre', { faults })
      expect(stdout).toMatch(/^::warning .*The free space of .* is not known \(/m)
      expect(gone(host.stage, stale)).toEqual([])
      expect(existsSync(job.slot)).toBe(true)
      expect(performance.now() - began).toBeLessThan(AT_MOST_MS)
      expect(host.touched()).toEqual([])
    },
  )

  test('keeps no sweep from its work', async () => {
    const stage = cast.stage()
    stage.addBystanders()
    const before = stage.untouched()
    const { id } = stage.placeInTrash()
    const { stderr } = await cast.tool(
      stage.path,
      ['sweep'],
      failCalls({ root: '/', match: '^statfs ', errno: 'EIO' }),
    )
    expect(stderr).toContain('is not known (EIO')
    expect(existsSync(stage.control(`trash/${id}`))).toBe(false)
    expect(stage.untouched()).toEqual(before)
  })

  // The first three are the looks that find it critical; what comes next is after the trash: whether
  // the file system counts late, and how much is free now.
  test.each([
    [3, 1],
    [3, 99],
    [4, 1],
    [4, 99],
  ])('after %i looks, %i time(s): nothing further goes', async (skip, times) => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const stale = host.leaveStale()
    await host.fill()
    const match = `^statfs ${host.disk}`
    const faults = failCalls({ root: '/', match, errno: 'EIO', skip, times })
    const { exitCode } = await host.job('31').step('pre', { faults })
    expect([exitCode, gone(host.stage, stale)]).toEqual([1, []])
    expect(host.touched()).toEqual([])
  })
})

/** Which of these slots are not there any more. */
function gone(stage: Stage, slots: readonly { readonly slot: string }[]): string[] {
  return slots.map(({ slot }) => slot).filter((slot) => !existsSync(path.join(stage.path, slot)))
}

needs('root').describe('a /proc that cannot be read', () => {
  const within = [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    'mount -t tmpfs none /proc && exec "$@"',
    'sh',
  ]

  test.each([
    ['pre', 1, 'error'],
    ['post', 0, 'warning'],
    [['hook', 'job-started'], 0, 'error'],
    [['hook', 'job-completed'], 0, 'error'],
  ] as const)('in %j: nothing is deleted, and it ends with %i', async (program, exitCode, kind) => {
    const stage = cast.stage()
    stage.addBystanders()
    leaveStale(stage)
    const job = stage.job('31')
    if (program === 'post') await job.must('pre', { inputs: { 'dry-run': 'true' } })
    const before = listing(stage.path)
    const began = performance.now()
    const end = await job.step(program, { within })
    expect([end.exitCode, end.stdout]).toEqual([
      exitCode,
      expect.stringMatching(new RegExp(`^::${kind} .*/proc`, 'm')),
    ])
    expect(performance.now() - began).toBeLessThan(AT_MOST_MS)
    expect(listing(stage.path)).toEqual(before)
  })
})
