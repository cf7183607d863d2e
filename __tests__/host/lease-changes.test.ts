import { mkdirSync, rmdirSync } from 'node:fs'
import { beforeEach, expect, test } from '@jest/globals'
import { LeaseChange } from '../../src/host/lease-changes.ts'
import { endLease, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLease, anEnd, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
/** Nobody waits for so long. */
const FOR_EVER = 2 ** 30
let root: Root

beforeEach(() => {
  root = aRoot(scene())
  writeLease(root, aLease())
  mkdirSync(controlName(root, 'trash', anId(9)))
})

test.each<[string, () => void]>([
  ['a lease ends', () => endLease(root, anId(), anEnd())],
  ['a lease is written', () => writeLease(root, aLease({ id: anId(2) }))],
  ['something has been deleted', () => rmdirSync(controlName(root, 'trash', anId(9)))],
])(
  'who waits is woken when %s, also just before he waits',
  async (_, change) => {
    const [waiting, other] = [new LeaseChange(root), new LeaseChange(root)]
    change()
    await other.within(FOR_EVER)
    // By now both have been told of it.
    await waiting.within(FOR_EVER)
    expect([waiting, other]).toHaveLength(2)
  },
  10_000,
)
