import { statSync, utimesSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { claimAlert } from '../../src/host/alert-clock.ts'
import { controlName } from '../../src/host/root.ts'
import { useScene } from '../e2e/use-scene.ts'
import { hold } from '../helpers/hold.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const NOW = 2_000_000_000_000
const HOUR = 3_600_000

test('an alert of a kind is due once in so many hours, each kind by itself', async () => {
  const root = aRoot(scene())
  expect(await claimAlert(root, 'critical', 6, NOW)).toBe(true)
  expect(await claimAlert(root, 'critical', 6, NOW + 6 * HOUR - 1)).toBe(false)
  expect(await claimAlert(root, 'blocked', 6, NOW)).toBe(true)
  expect(await claimAlert(root, 'critical', 6, NOW + 6 * HOUR)).toBe(true)
  expect(await claimAlert(root, 'critical', 0, NOW + 6 * HOUR)).toBe(true)
})

test('a time in the future throttles nothing', async () => {
  const root = aRoot(scene())
  const future = (NOW + 1000 * HOUR) / 1000
  utimesSync(controlName(root, 'alerts', 'critical'), future, future)
  expect(await claimAlert(root, 'critical', 6, NOW)).toBe(true)
  expect(statSync(controlName(root, 'alerts', 'critical')).mtimeMs).toBe(NOW)
})

test('who cannot ask in a second is told no', async () => {
  const root = aRoot(scene())
  const clock = controlName(root, 'alerts', 'critical')
  const { release } = await hold(scene(), 'exec 9<"$1"; flock -x 9; echo ready; exec sleep 600', [
    clock,
  ])
  expect(await claimAlert(root, 'critical', 6, NOW)).toBe(false)
  await release()
  expect(await claimAlert(root, 'critical', 6, NOW)).toBe(true)
})
