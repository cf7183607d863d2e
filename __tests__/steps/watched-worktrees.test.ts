import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { performance } from 'node:perf_hooks'
import { expect, jest, test } from '@jest/globals'
import type { Settings } from '../../src/plan/settings.ts'
import { WATCHED, sweepWorktrees } from '../../src/steps/watched-worktrees.ts'
import type { WorktreesDone } from '../../src/steps/reclaim-worktrees.ts'
import { useScene } from '../e2e/use-scene.ts'
import { GitRepository } from '../fixtures/git-repository.ts'
import { aRoot } from '../helpers/root.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()
const MINUTE_MS = 60_000

test('a sweep begins no removal when 45 minutes are over, and says so where one is left', async () => {
  const root = aRoot(scene())
  const repository = await GitRepository.make(scene())
  const worktree = await repository.add('old')
  const gitDirectory = path.join(repository.main, '.git/worktrees')
  const past = ['-exec', 'touch', '-h', '-d', '2 days ago', '{}', '+']
  await scene().must('find', [worktree, gitDirectory, ...past])
  const settings = {
    floors: { minFreeBytes: 0, minFreePercent: 0, minFreeInodesPercent: 0 },
    watermarks: { high: 100, low: 100 },
    dryRun: false,
  } as Settings
  const environment = { ...process.env, [WATCHED]: repository.pool }
  const runtime = { environment, script: '', voice: speech().voice }
  /** Sweeps while the clock is so far on after the first look at it. */
  const sweep = async (minutes: number): Promise<WorktreesDone | null> => {
    const clock = jest.spyOn(performance, 'now')
    clock.mockReturnValueOnce(0).mockReturnValue(minutes * MINUTE_MS)
    try {
      return await sweepWorktrees(root, settings, runtime)
    } finally {
      clock.mockRestore()
    }
  }
  const over = 'the time is over: what is left is for the next pass'
  expect(await sweep(45)).toMatchObject({ taken: [], notes: [over] })
  expect(existsSync(path.join(worktree, 'kept.txt'))).toBe(true)
  expect(await sweep(44.9)).toMatchObject({ taken: [{ path: worktree }], notes: [] })
  expect(existsSync(worktree)).toBe(false)
  expect(await sweep(45)).toMatchObject({ taken: [], notes: [] })
})
