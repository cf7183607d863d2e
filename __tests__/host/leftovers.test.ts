import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { discardLeftover, listUnfinished } from '../../src/host/leftovers.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { useScene } from '../e2e/use-scene.ts'
import { anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const CHANCE = '0b7e2d3a-0000-4000-8000-000000000000'
const UNFINISHED = [
  `ending/${anId()}.${CHANCE}`,
  `heartbeat.json.${CHANCE}`,
  `root.json.${CHANCE}`,
  `trash/${anId()}.quarantine.${CHANCE}`,
]

/** Plants files of this age in the root's own folder. */
function plant(root: Root, names: readonly string[], ageS: number): void {
  const then = Date.now() / 1000 - ageS
  for (const name of names) {
    writeFileSync(controlName(root, name), '')
    utimesSync(controlName(root, name), then, then)
  }
}

describe('unfinished files of the root', () => {
  test.each([7200, -7200])('are found at an age of %i s', (age) => {
    const root = aRoot(scene())
    plant(root, UNFINISHED, age)
    expect(listUnfinished(root, Date.now()).toSorted()).toEqual(UNFINISHED)
  })

  test('are left alone while somebody may still write them', () => {
    const root = aRoot(scene())
    plant(root, UNFINISHED, 3000)
    expect(listUnfinished(root, Date.now())).toEqual([])
  })

  test('are nothing else, however old', () => {
    const root = aRoot(scene())
    const others = ['heartbeat.json', 'heartbeat.json.x', 'root.json', 'metrics.prom', 'host.lock']
    plant(root, [...others, `trash/${anId()}`, `trash/${anId()}.quarantine`], 7200)
    expect(listUnfinished(root, Date.now())).toEqual([])
  })

  test('are discarded, also twice', () => {
    const root = aRoot(scene())
    plant(root, UNFINISHED, 7200)
    for (const name of [...UNFINISHED, ...UNFINISHED]) discardLeftover(root, name)
    expect(UNFINISHED.filter((name) => existsSync(controlName(root, name)))).toEqual([])
  })
})
