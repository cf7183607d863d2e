import { expect } from '@jest/globals'
import { addLine } from '../../src/host/history.ts'
import { keepSlot } from '../../src/host/kept-slots.ts'
import { endLease, writeLease } from '../../src/host/leases.ts'
import type { Root } from '../../src/host/root.ts'
import { writeSizeSample } from '../../src/host/size-samples.ts'
import { nextSample } from '../../src/plan/size-sample.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { cap } from '../../src/steps/cap.ts'
import { needs } from '../e2e/capabilities.ts'
import { put, smallDisk } from '../e2e/small-disk.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLine } from '../helpers/history.ts'
import { aLease, anEnd, anId } from '../helpers/lease.ts'
import { publishNth } from '../helpers/published.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const MB = 1_000_000

function settings(dryRun = false): Settings {
  return { admission: { reserveBytes: 0 }, dryRun } as Settings
}

/** The lease of a slot that was sampled at that size. */
function sampled(root: Root, n: number, bytes: number): string {
  const lease = aLease({ id: anId(n) })
  writeLease(root, lease)
  writeSizeSample(root, lease.id, nextSample(null, { bytes, files: 1, uptimeMs: 1 }))
  return lease.id
}

function ended(root: Root, n: number, bytes: number): string {
  const id = sampled(root, n, bytes)
  endLease(root, id, anEnd())
  return id
}

needs('root').test('what may go for a job counts as room, as far as it is known', async () => {
  const disk = await smallDisk(scene(), 'tmpfs')
  const root = aRoot(scene(), disk)
  put(disk, 60 * MB)
  ended(root, 1, 10 * MB)
  // Measured again at its end.
  addLine(root, aLine({ id: ended(root, 2, 1), bytes: 5 * MB, peakBytes: 20 * MB }))
  keepSlot(root, ended(root, 3, 1000 * MB))
  sampled(root, 4, 1000 * MB)
  publishNth(root, 5, 7 * MB)
  const found = await cap(root, settings())
  expect(found?.evictableBytes).toBe(22 * MB)
  const free = found?.freeBytes ?? 0
  expect(found?.host.maxParallel).toBe(Math.floor((free + 22 * MB) / (20 * MB)))
  expect(found?.host.maxParallel).toBe(Math.floor(free / (20 * MB)) + 1)
  expect((await cap(root, settings(true)))?.evictableBytes).toBe(0)

  // Never more than is used: what trees share is in the size of each.
  publishNth(root, 6, 1000 * MB)
  const most = await cap(root, settings())
  expect(most?.evictableBytes).toBeLessThan(70 * MB)
  expect(most?.evictableBytes).toBeGreaterThan(60 * MB)
})
