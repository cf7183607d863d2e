import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { endLease, writeLease } from '../../src/host/leases.ts'
import { hasOtherBuild } from '../../src/host/other-builds.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import type { Lease } from '../../src/plan/lease.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLease, anEnd, anId, anOwner, aRunnerKey } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()

/** A live lease whose slot holds something. */
function built(root: Root, lease: Lease): void {
  writeLease(root, lease)
  mkdirSync(`${root.path}/${lease.slot}/debug`, { recursive: true })
}

const OTHER_KEY = aRunnerKey('runner-2')
const OTHER_RUNNER = anOwner({ runner: { name: 'runner-2', key: OTHER_KEY } })

test.each<[string, boolean, (root: Root, own: Lease) => void]>([
  ['its own slot alone', false, built],
  ['another slot of its runner', true, (root) => built(root, aLease({ id: anId(2) }))],
  [
    'another slot in which nothing is yet',
    false,
    (root) => {
      const lease = aLease({ id: anId(2) })
      writeLease(root, lease)
      mkdirSync(`${root.path}/${lease.slot}`, { recursive: true })
    },
  ],
  [
    'another slot that is not there yet',
    false,
    (root) => writeLease(root, aLease({ id: anId(2) })),
  ],
  [
    'one of a job that has ended',
    false,
    (root) => {
      built(root, aLease({ id: anId(2) }))
      endLease(root, anId(2), anEnd())
    },
  ],
  [
    'one of another repository',
    false,
    (root) => built(root, aLease({ id: anId(2), job: { repository: 'other' } })),
  ],
  [
    'one of another runner',
    false,
    (root) => built(root, aLease({ id: anId(2, OTHER_KEY), owner: OTHER_RUNNER })),
  ],
  [
    'one of which nobody knows what it is',
    true,
    (root) => writeFileSync(controlName(root, 'leases', `${anId(2)}.json`), ''),
  ],
])('beside %s there is another build of the checkout: %s', (_, expected, arrange) => {
  const root = aRoot(scene())
  const own = aLease()
  arrange(root, own)
  expect(hasOtherBuild(root, own)).toBe(expected)
})
