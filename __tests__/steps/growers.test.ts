import { existsSync, utimesSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { writeRecord } from '../../src/host/lease-companions.ts'
import { writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { handDownSize, readSizeSample, writeSizeSample } from '../../src/host/size-samples.ts'
import { COLD, encodeRecord } from '../../src/plan/build-record.ts'
import { nextSample } from '../../src/plan/size-sample.ts'
import { Growers } from '../../src/steps/growers.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLease, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const [ID, BEFORE] = [anId(1), anId(2)]
/** milliseconds since boot */
const START = 500_000
let root: Root
let growers: Growers

beforeEach(() => {
  root = aRoot(scene())
  growers = new Growers(root)
  writeLease(root, aLease({ id: ID, uptimeS: START / 1000 }))
})

function sample(bytes: number, seconds: number): void {
  const uptimeMs = START + seconds * 1000
  writeSizeSample(root, ID, nextSample(readSizeSample(root, ID), { bytes, files: 1, uptimeMs }))
}

/** What the keepers have noted so far lies a minute back. */
function seed(): void {
  const minuteAgo = Date.now() / 1000 - 60
  const noted = controlName(root, 'leases', `${ID}.size`)
  if (existsSync(noted)) utimesSync(noted, minuteAgo, minuteAgo)
  writeRecord(root, ID, '.seed', encodeRecord({ ...COLD, kind: 'inherit', source: BEFORE }))
}

describe('a slot that grows', () => {
  test('began empty, with its lease, where it was not seeded', () => {
    sample(100, 10)
    growers.look()
    expect(growers.fastest()).toMatchObject([{ id: ID, grewBytes: 100, seconds: 10 }])
  })

  test('has not grown by its seed', () => {
    seed()
    sample(5000, 10)
    growers.look()
    expect(growers.fastest()).toEqual([])
    sample(5100, 70)
    growers.look()
    expect(growers.fastest()).toMatchObject([{ grewBytes: 100, seconds: 60 }])
  })

  test('was not seen to grow while it was seeded', () => {
    sample(1, 6)
    growers.look()
    seed()
    growers.look()
    sample(5000, 66)
    growers.look()
    expect(growers.fastest()).toEqual([])
  })
})

test('a size that was handed down from before a start of the host hides none of the next', () => {
  const old = nextSample(null, { bytes: 5000, files: 1, uptimeMs: START * 9 })
  writeSizeSample(root, BEFORE, old)
  handDownSize(root, BEFORE, ID, START)
  growers.look()
  sample(5100, 60)
  growers.look()
  expect(growers.fastest()).toMatchObject([{ id: ID, bytes: 5100 }])
})
