import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import type { Assessment } from '../../src/plan/pressure.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { noteEnding, readEndings, readHistory } from '../../src/host/history.ts'
import { endLease, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { relieve } from '../../src/steps/relieve.ts'
import type { Relieved } from '../../src/steps/relieve.ts'
import { needs } from '../e2e/capabilities.ts'
import { freeBytes, smallDisk } from '../e2e/small-disk.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLine } from '../helpers/history.ts'
import { aLease, anEnd, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
import { publishNth, republish } from '../helpers/published.ts'
import { aSelf } from '../helpers/self.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()

/** The end of the nth job, with one file and the directory that it lies in. */
function ended(root: Root, n: number, place: string): void {
  const { id, slot } = aLease({ id: anId(n) })
  mkdirSync(place, { recursive: true })
  writeFileSync(path.join(place, 'linked'), 'x')
  noteEnding(root, { line: aLine({ id, files: 50 }), slot })
}

/** Takes what it may, from a disk that is critical where so much of it shall be free. */
async function relieveAll(
  root: Root,
  minFreePercent: number,
  suffices: (disk: Assessment) => boolean = () => false,
): Promise<Relieved | null> {
  const settings = {
    floors: { minFreeBytes: 0, minFreePercent, minFreeInodesPercent: 0 },
    privilegedHelper: 'none',
  } as Settings
  const runtime = { environment: {}, script: '', voice: speech().voice }
  const goal = { isReached: suffices, missed: () => [] }
  const request = { root, self: aSelf(), settings, extent: 'host', goal } as const
  return relieve(request, runtime)
}

test('what goes is measured for the history first, in the trash and out of its slot', async () => {
  const root = aRoot(scene())
  ended(root, 1, controlName(root, 'trash', anId(1)))
  const lease = aLease({ id: anId(2) })
  writeLease(root, lease)
  ended(root, 2, path.join(root.path, lease.slot))
  endLease(root, lease.id, anEnd())
  await relieveAll(root, 0)
  expect(readdirSync(controlName(root, 'trash'))).toEqual([])
  expect(readHistory(root)).toMatchObject([1, 2].map((n) => ({ id: anId(n), files: 2 })))
})

test('a critical disk does not wait for that', async () => {
  const root = aRoot(scene())
  ended(root, 1, controlName(root, 'trash', anId(1)))
  await relieveAll(root, 100)
  expect(readdirSync(controlName(root, 'trash'))).toEqual([])
  expect(readHistory(root)).toEqual([])
  expect(readEndings(root)).toHaveLength(1)
})

needs('root').test('a snapshot that cannot go keeps no other from going', async () => {
  const root = aRoot(scene())
  const [stuck, other] = [publishNth(root, 1), publishNth(root, 2)]
  // What is mounted cannot be renamed, whoever asks.
  await scene().must('mount', ['--bind', stuck, stuck])
  const relieved = await relieveAll(root, 100)
  expect(relieved).toMatchObject({ retired: [], evicted: [expect.any(String)] })
  expect([existsSync(stuck), existsSync(other)]).toEqual([true, false])
})

test.each<[string, (root: Root, folder: string) => unknown]>([
  ['published', (root) => republish(root, 2, 4)],
  ['used', (_, folder) => utimesSync(`${folder}/snapshot.json`, 4, 4)],
])('a snapshot that was %s while another was deleted is the last to go', async (_, renew) => {
  const root = aRoot(scene())
  const folders = [1, 2, 3].map((n) => publishNth(root, n))
  let left = folders
  const suffices = (): boolean => {
    const before = left
    left = folders.filter((folder) => existsSync(folder))
    if (before.length === 3 && left.length === 2) renew(root, folders[1] ?? '')
    return left.length === 1
  }
  await relieveAll(root, 100, suffices)
  expect(left).toEqual([folders[1]])
})

test('who has come into a slot while another was deleted is seen', async () => {
  const root = aRoot(scene())
  const slots = [1, 2].map((n) => {
    const lease = aLease({ id: anId(n) })
    writeLease(root, lease)
    ended(root, n, path.join(root.path, lease.slot))
    endLease(root, lease.id, anEnd())
    return path.join(root.path, lease.slot)
  })
  let left: string[] = slots
  const suffices = (): boolean => {
    const before = left
    left = slots.filter((slot) => existsSync(slot))
    if (before.length === 2 && left.length === 1) {
      scene().start('sleep', ['600'], { cwd: left[0] ?? '', stdio: 'ignore' })
    }
    return false
  }
  const done = await relieveAll(root, 0, suffices)
  expect(done?.retired).toHaveLength(1)
  expect(left).toHaveLength(1)
  expect(existsSync(left[0] ?? '')).toBe(true)
})

needs('root', 'btrfs').test(
  'no slot goes for room that is there, and that Btrfs has not counted yet',
  async () => {
    const disk = await smallDisk(scene(), 'btrfs')
    const root = aRoot(scene(), disk)
    const lease = aLease({ id: anId(2) })
    writeLease(root, lease)
    ended(root, 2, path.join(root.path, lease.slot))
    endLease(root, lease.id, anEnd())
    writeFileSync(`${disk}/others`, Buffer.alloc(50_000_000, 7))
    await scene().must('sync', ['--file-system', disk])
    const before = freeBytes(disk)
    rmSync(`${disk}/others`)
    expect(freeBytes(disk)).toBeLessThan(before + 40_000_000)
    const suffices = ({ reading }: Assessment): boolean => reading.freeBytes > before + 40_000_000
    expect(await relieveAll(root, 100, suffices)).toMatchObject({ retired: [], deleted: 0 })
    expect(existsSync(path.join(root.path, lease.slot))).toBe(true)
  },
)
