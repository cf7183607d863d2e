import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { WorktreesRequest } from '../../src/steps/worktrees.ts'
import { TightDisks } from '../../src/steps/tight-disks.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

/** What reclaiming asks for where target dirs go above these percents of the disk. */
function aRequest(high: number, low: number): WorktreesRequest {
  return {
    directories: [],
    reclaim: ['targets'],
    olderThanMs: null,
    all: false,
    targetsFrom: 'high',
    withRecoveryRefs: false,
    endAtMs: null,
    settings: {
      floors: { minFreeBytes: 0, minFreePercent: 0, minFreeInodesPercent: 0 },
      watermarks: { high, low },
      dryRun: false,
    },
  }
}

test('a worktree that is gone says nothing of its disk', async () => {
  const directory = scene().directory()
  const done = { notes: [] }
  const disks = new TightDisks(aRequest(0, 0), done)
  expect(await disks.isTight(join(directory, 'gone'))).toBe(false)
  expect(await disks.isTight(directory)).toBe(true)
  expect(await disks.isTight(join(directory, 'gone'))).toBe(false)
  expect(await disks.isTight(directory)).toBe(true)
  expect(done.notes).toEqual([])
})

test('a disk that has room is told of once', async () => {
  const directory = scene().directory()
  const done = { notes: [] }
  const disks = new TightDisks(aRequest(100, 0), done)
  expect(await disks.isTight(directory)).toBe(false)
  expect(await disks.isTight(directory)).toBe(false)
  expect(done.notes).toEqual([expect.stringContaining('below the high watermark of 100 %')])
})
