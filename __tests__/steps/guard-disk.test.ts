import { existsSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Floors } from '../../src/plan/pressure.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { addLine } from '../../src/host/history.ts'
import { endLease, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { guardDisk } from '../../src/steps/guard-disk.ts'
import type { Guarded } from '../../src/steps/guard-disk.ts'
import { needs } from '../e2e/capabilities.ts'
import { fill, smallDisk } from '../e2e/small-disk.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLine } from '../helpers/history.ts'
import { aLease, anEnd, anId } from '../helpers/lease.ts'
import { publishNth } from '../helpers/published.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()

const GB = 1e9
const OFF: Floors = { minFreeBytes: 0, minFreePercent: 0, minFreeInodesPercent: 0 }

/** The slot of the nth job, which ended; measured as so large, or never. */
function ended(root: Root, n: number, bytes: number | null): string {
  const lease = aLease({ id: anId(n) })
  writeLease(root, lease)
  const slot = path.join(root.path, lease.slot)
  mkdirSync(slot, { recursive: true })
  writeFileSync(path.join(slot, 'linked'), 'x')
  if (bytes !== null) addLine(root, aLine({ id: lease.id, bytes }))
  endLease(root, lease.id, anEnd())
  return slot
}

interface Round {
  floors?: Partial<Floors>
  watermarks?: Settings['watermarks']
  dryRun?: boolean
}

async function guard(
  root: Root,
  { floors, watermarks = { high: 100, low: 100 }, dryRun = false }: Round,
): Promise<Guarded & { said: string }> {
  const settings = {
    floors: { ...OFF, ...floors },
    watermarks,
    privilegedHelper: 'none',
    dryRun,
  } as Settings
  const { said, voice } = speech()
  const runtime = { environment: {}, script: '', voice }
  const done = await guardDisk({ root, self: aSelf(), settings, scope: 'host' }, runtime)
  return { ...done, said: said.join('\n') }
}

/** More than this disk has, by far more than what the slots of these tests hold. */
function tooMuch(root: Root): { minFreeBytes: number } {
  const { blocks, bsize } = statfsSync(root.path)
  return { minFreeBytes: 2 * blocks * bsize + 500 * GB }
}

describe('a floor that cannot be reached', () => {
  test('takes no slot and no snapshot, but the trash, and says why', async () => {
    const root = aRoot(scene())
    const slot = ended(root, 1, 30_000_000)
    const snapshot = publishNth(root, 2, 40_000_000)
    const trash = controlName(root, 'trash', anId(3))
    mkdirSync(trash)
    const floors = tooMuch(root)
    const { said, retired, level } = await guard(root, { floors })
    expect([existsSync(slot), existsSync(snapshot), existsSync(trash)]).toEqual([true, true, false])
    expect({ retired, level }).toEqual({ retired: [], level: 'critical' })
    const floor = `${(floors.minFreeBytes / GB).toFixed(0)} GB`
    expect(said).toContain(`0 slot(s) retired, 1 trash entry deleted`)
    expect(said).toContain(`(goal: ${floor} free)`)
    expect(said).toMatch(
      /The floor of \d+ GB \(min-free-gb\) is out of reach, so no slot and no snapshot goes for it: \d+ GB are missing, and all that may go held 70\.0 MB when last measured\. Free what else fills the disk of .*, or lower min-free-gb\./,
    )
  })

  test('nor in a dry run, which says so', async () => {
    const root = aRoot(scene())
    ended(root, 1, 30_000_000)
    const round = { floors: tooMuch(root), dryRun: true }
    const { said, planned } = await guard(root, round)
    expect(planned).toEqual([])
    expect(said).toContain('is out of reach, so no slot and no snapshot goes for it')
    const tight = await guard(root, { ...round, watermarks: { high: 0, low: 0 } })
    expect(tight.planned).toMatchObject([{ kind: 'retire', asFarAsNeeded: true }])
  })

  test('does not keep the disk from being held below its watermark', async () => {
    const root = aRoot(scene())
    const slot = ended(root, 1, 30_000_000)
    const watermarks = { high: 0, low: 0 }
    const { said, retired } = await guard(root, { floors: tooMuch(root), watermarks })
    expect([existsSync(slot), retired.length]).toEqual([false, 1])
    expect(said).toContain('≥ 0 %: 1 slot(s) retired')
    expect(said).toContain('(goal: below 0 %)')
  })

  needs('root').test('takes all the same what it may from a disk that is full', async () => {
    const disk = await smallDisk(scene(), 'tmpfs')
    const root = aRoot(scene(), disk)
    const slot = ended(root, 1, 1)
    await fill(scene(), path.join(disk, 'filler'), 'tmpfs')
    await guard(root, { floors: tooMuch(root) })
    expect(existsSync(slot)).toBe(false)
  })
})

describe('a floor that may be reached', () => {
  test.each<[string, (root: Root) => unknown]>([
    ['a slot was never measured', (root) => ended(root, 2, null)],
    ['a snapshot was never measured', (root) => publishNth(root, 2, Number.NaN)],
    ['a slot is large enough', (root) => ended(root, 2, 1e15)],
  ])('takes slots and snapshots, and counts them apart: %s', async (_, change) => {
    const root = aRoot(scene())
    const slot = ended(root, 1, 30_000_000)
    const snapshot = publishNth(root, 3, 40_000_000)
    change(root)
    const { said } = await guard(root, { floors: tooMuch(root) })
    expect([existsSync(slot), existsSync(snapshot)]).toEqual([false, false])
    expect(said).toMatch(/emergency: \d slot\(s\) retired, [12] snapshot\(s\) evicted, /)
    expect(said).toContain('evicted for room: snapshot ')
  })
})
