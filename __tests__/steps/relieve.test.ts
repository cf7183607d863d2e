import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import type { Settings } from '../../src/plan/settings.ts'
import { noteEnding, readEndings, readHistory } from '../../src/host/history.ts'
import { endLease, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { relieve } from '../../src/steps/relieve.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLine } from '../helpers/history.ts'
import { aLease, anEnd, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
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

/** Takes all that it may, from a disk that is critical where so much of it shall be free. */
async function relieveAll(root: Root, minFreePercent: number): Promise<void> {
  const settings = {
    floors: { minFreeBytes: 0, minFreePercent, minFreeInodesPercent: 0 },
    privilegedHelper: 'none',
  } as Settings
  const runtime = { environment: {}, script: '', voice: speech().voice }
  const request = { root, self: aSelf(), settings, extent: 'host', suffices: () => false } as const
  await relieve(request, runtime)
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
