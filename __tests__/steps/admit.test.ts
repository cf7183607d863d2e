import { existsSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Settings } from '../../src/plan/settings.ts'
import { errnoOf } from '../../src/plan/guard-error.ts'
import { addLine } from '../../src/host/history.ts'
import { endLease, writeLease } from '../../src/host/leases.ts'
import { controlName, openRoot } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { admit } from '../../src/steps/admit.ts'
import type { Admitted } from '../../src/steps/admit.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { caught } from '../helpers/caught.ts'
import { aLine } from '../helpers/history.ts'
import { aJob, aLease, aRunnerKey, anEnd, anId } from '../helpers/lease.ts'
import { PRECIOUS, aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()
const RESERVE = 1000
let root: Root
let said: string[]

beforeEach(() => {
  root = aRoot(scene())
  said = []
})

function disk(): { freeBytes: number; totalBytes: number } {
  const { bavail, blocks, bsize } = statfsSync(root.path)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

/** Asks for so many bytes, and waits for them so long. */
async function ask(
  forecastBytes: number,
  { environment = {}, minutes = 0 }: { environment?: NodeJS.ProcessEnv; minutes?: number } = {},
): Promise<Admitted | { kind: 'skip' }> {
  const admission = {
    mode: 'wait',
    timeoutMinutes: minutes,
    forecastBytes,
    reserveBytes: RESERVE,
  }
  const settings = {
    admission,
    dryRun: false,
    onCritical: 'skip',
    floors: { minFreeBytes: 0, minFreePercent: 0, minFreeInodesPercent: 0 },
    watermarks: { high: 100, low: 100 },
  } as unknown as Settings
  const { said: all, voice } = speech()
  said = all
  const request = { root, self: aSelf(), job: aJob(), settings, madeBy: 'step' } as const
  const admitted = await admit(request, { environment, script: '', voice })
  if (admitted.kind === 'start') admitted.release()
  return admitted
}

/** A lease of another runner that nobody can judge, which is to fill nine tenths of what is free. */
function holder(): string {
  const id = anId(2, aRunnerKey('runner-2'))
  const owner = { runner: { name: 'runner-2', key: aRunnerKey('runner-2') }, worker: null }
  const forecastBytes = Math.round(0.9 * disk().freeBytes)
  writeLease(root, { ...aLease({ id, owner }), forecastBytes })
  return id
}

/** The slot of the nth job, which has ended and was measured as so large. */
function endedSlot(n: number, bytes: number): string {
  const lease = aLease({ id: anId(n) })
  writeLease(root, lease)
  const slot = `${root.path}/${lease.slot}`
  mkdirSync(slot, { recursive: true })
  writeFileSync(`${slot}/built`, 'x')
  addLine(root, aLine({ id: lease.id, bytes }))
  endLease(root, lease.id, anEnd())
  return slot
}

/** Names of those who wait. */
const waiting = (): string[] => readdirSync(controlName(root, 'waiting'))

describe('a job that is expected to write', () => {
  test('more than its disk ever has starts, and claims all that the disk has', async () => {
    const { totalBytes } = disk()
    const atMost = totalBytes - RESERVE
    expect(await ask(2 * totalBytes)).toMatchObject({ kind: 'start', forecastBytes: atMost })
    expect(said).toEqual([expect.stringContaining('more than its disk ever has room for')])
  })

  test.each(['TARGET_GUARD_RUN', 'TARGET_GUARD_LEASE', 'TARGET_GUARD_OUTER'])(
    'what fits but for the lease that %s names does not wait for it',
    async (name) => {
      const id = holder()
      const wanted = Math.round(disk().freeBytes / 2)
      expect(await ask(wanted)).toEqual({ kind: 'skip' })
      const environment = { [name]: name === 'TARGET_GUARD_OUTER' ? `${anId(9)} ${id}` : id }
      expect(await ask(wanted, { environment })).toMatchObject({ kind: 'start' })
    },
  )
})

describe('a job that waits', () => {
  test('is told who holds what, and how long such jobs took', async () => {
    const id = holder()
    for (const n of [3, 4, 5]) addLine(root, aLine({ id: anId(n), seconds: 590 + n }))
    const pending = ask(Math.round(disk().freeBytes / 2), { minutes: 1 })
    await waitFor(() => waiting().length === 1)
    await waitFor(() => said.length > 0)
    endLease(root, id, anEnd())
    expect(await pending).toMatchObject({ kind: 'start' })
    expect(said).toEqual([expect.stringMatching(/^waiting for room for 0 min: .*[GM]B/)])
    expect(said[0]).toMatch(/octo-org\/demo build of runner-2 may grow by [\d.]+ [GM]B, such/)
    expect(said[0]).toContain('such jobs took 10 min')
  })

  test('takes nothing in vain from others, says so once, and takes what is enough', async () => {
    const slots = [endedSlot(7, 30_000_000), endedSlot(8, 30_000_000)]
    const id = holder()
    const wanted = Math.round(disk().freeBytes / 2)
    expect(await ask(wanted)).toEqual({ kind: 'skip' })
    expect(slots.map((slot) => existsSync(slot))).toEqual([true, true])
    expect(said.filter((line) => line.includes('no slot and no snapshot goes'))).toEqual([
      'no slot and no snapshot goes for this job yet: all that may go held 60.0 MB when last measured',
    ])
    // Now all that may go is more than half of what is missing, and it may have grown since.
    const missing = wanted - Math.round(0.1 * disk().freeBytes)
    slots.push(endedSlot(9, Math.round(0.6 * missing)))
    expect(await ask(wanted)).toEqual({ kind: 'skip' })
    expect(slots.map((slot) => existsSync(slot))).toEqual([false, false, false])
    endLease(root, id, anEnd())
  })

  test('starts when the other has ended, long before the next look that is due', async () => {
    const id = holder()
    const pending = ask(Math.round(disk().freeBytes / 2), { minutes: 1 })
    await waitFor(() => waiting().length === 1 && said.length > 0)
    const since = performance.now()
    endLease(root, id, anEnd())
    expect(await pending).toMatchObject({ kind: 'start' })
    expect(performance.now() - since).toBeLessThan(4000)
    expect(waiting()).toEqual([])
  })

  test('looks again, tells that once a minute, and takes its place anew where it is lost', async () => {
    const id = holder()
    const pending = ask(Math.round(disk().freeBytes / 2), { minutes: 1 })
    await waitFor(() => waiting().length === 1 && said.length > 0)
    const [first = ''] = waiting()
    writeFileSync(controlName(root, 'waiting', first), '')
    writeLease(root, aLease({ id: anId(6) }))
    await waitFor(() => waiting().length === 1 && waiting()[0] !== first)
    endLease(root, id, anEnd())
    expect(await pending).toMatchObject({ kind: 'start' })
    expect(said).toEqual([expect.stringContaining('waiting for room for 0 min')])
    expect(waiting()).toEqual([])
  })

  needs('root').test('is told once that it has no place in the queue', async () => {
    const full = scene().directory('full')
    await scene().must('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=60,size=64m', 'tmpfs', full])
    root = openRoot(`${full}/targets`, PRECIOUS)
    holder()
    for (let n = 0; errnoOf(caught(() => writeFileSync(`${full}/${n}`, ''))) !== 'ENOSPC'; n += 1);
    expect(await ask(30e6, { minutes: 0.01 })).toEqual({ kind: 'skip' })
    expect(said.filter((text) => text.includes('no place in the queue'))).toHaveLength(1)
  })
})
