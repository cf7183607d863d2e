import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readSizeSample } from '../../src/host/size-samples.ts'
import { writeLease } from '../../src/host/leases.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { SizeWatch } from '../../src/steps/size-watch.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLease } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'

const scene = useScene()

test('a slot is measured five seconds after its job began, and then every minute', async () => {
  const root = aRoot(scene())
  const lease = aLease()
  const slot = `${root.path}/${lease.slot}`
  mkdirSync(slot, { recursive: true })
  writeLease(root, lease)
  let now = 1000
  // Its settings are not looked at.
  const kept = { root, lease, self: aSelf(), settings: {} as Settings }
  const watch = new SizeWatch(kept, () => now)
  const filesAt = async (ms: number): Promise<number | null> => {
    now = ms
    await watch.look()
    return readSizeSample(root, lease.id)?.files ?? null
  }
  expect(await filesAt(5999)).toBeNull()
  expect(await filesAt(6000)).toBe(1)
  writeFileSync(`${slot}/more`, 'x')
  expect(await filesAt(65_999)).toBe(1)
  expect(await filesAt(66_000)).toBe(2)
})
