import { closeSync, constants, openSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { setAccessTimes } from '../../src/host/file-times.ts'
import { askGit } from '../../src/host/git-command.ts'
import { runProgram } from '../../src/host/program.ts'
import { measureNested } from '../../src/host/sizes.ts'
import { tryLocks } from '../../src/host/try-locks.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

const WAIT_MS = 600_000
const TURNS = 10_000

/** What would keep this process from ending. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length
}

/** Every program that is run with a limit of time. */
const RUNS: Record<string, (folder: string, descriptor: number) => Promise<unknown>> = {
  perl: async (_, descriptor) => setAccessTimes(descriptor, ['file'], 1),
  'perl and sh': async (_, descriptor) => tryLocks([descriptor]),
  du: async (folder) => measureNested([folder], WAIT_MS),
  git: async (folder) => askGit(asked(folder), ['status'], { waitMs: WAIT_MS }),
  'git and all that it starts': async (folder) =>
    askGit(asked(folder), ['status'], { waitMs: WAIT_MS, endsGroup: true }),
  cp: async (folder) => runProgram('cp', [], { cwd: folder, waitMs: WAIT_MS }),
}

function asked(folder: string): Parameters<typeof askGit>[0] {
  const as = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
  return { gitDirectory: folder, workTree: null, as }
}

// Jest has timers of its own while it starts.
beforeAll(async () => {
  for (let turn = 0; turn < TURNS; turn += 1) await nextTurn()
})

test.each(Object.keys(RUNS))('where there is no %s nothing waits for its end', async (name) => {
  const folder = scene().directory('empty')
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  const { PATH } = process.env
  const before = timers()
  process.env['PATH'] = folder
  try {
    await RUNS[name]?.(folder, descriptor).catch(() => {})
    // Its pipes are closed some turns after its error has been told.
    for (let turn = 0; turn < TURNS && timers() > before; turn += 1) await nextTurn()
    expect(timers()).toBeLessThanOrEqual(before)
  } finally {
    process.env['PATH'] = PATH
    closeSync(descriptor)
  }
})
