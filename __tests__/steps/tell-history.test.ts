import {
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { performance } from 'node:perf_hooks'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { addLine, noteEnding, readEndings, readHistory } from '../../src/host/history.ts'
import { takeLease, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { lastSavedSeconds } from '../../src/plan/saved.ts'
import type { HistoryLine } from '../../src/plan/history.ts'
import { heartbeatOf } from '../../src/steps/heartbeat-of.ts'
import type { PassFacts } from '../../src/steps/heartbeat-of.ts'
import { tellAndReap } from '../../src/steps/reap.ts'
import { noteEnd, readToldAndUntold, tellHistory } from '../../src/steps/tell-history.ts'
import { stubProgram } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'
import { REPOSITORY, aLine } from '../helpers/history.ts'
import { hold } from '../helpers/hold.ts'
import { aLease, anId } from '../helpers/lease.ts'
import { NOW } from '../helpers/observed.ts'
import { OPEN_ROOT, writeProgram } from '../helpers/program.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()
const MB = 1_000_000
const RUNTIME = { environment: {}, script: '', voice: speech().voice }
let root: Root

beforeEach(() => {
  root = aRoot(scene())
})

/** The end of the nth job, whose keeper had seen these bytes; its slot, with as many megabytes in it. */
function ended(n: number, megabytes: number, sampled: Partial<HistoryLine> = {}): string {
  const slot = `octo-org/demo/7/run-1/build-1-${anId(n)}`
  const folder = path.join(root.path, slot)
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/linked`, Buffer.alloc(megabytes * MB, 7))
  noteEnding(root, { line: aLine({ id: anId(n), bytes: 10, peakBytes: 20, ...sampled }), slot })
  return folder
}

describe('a job that has ended', () => {
  test('is told by the matrix leg of the step that took over the lease of a hook', () => {
    const lease = aLease({ madeBy: 'hook' })
    writeLease(root, lease)
    takeLease(root, lease.id, { workflow: 'ci.yml', leg: '0123456789ab' })
    noteEnd(root, lease.id, { result: 'success', moment: NOW }, RUNTIME)
    expect(readToldAndUntold(root)).toMatchObject([{ workflow: 'ci.yml', leg: '0123456789ab' }])
  })

  test('is told with what its slot holds at the end, not with its keeper’s last sample', async () => {
    ended(1, 3)
    expect(await tellHistory(root, 'all')).toEqual([])
    const [line] = readHistory(root)
    expect(line?.bytes).toBeGreaterThanOrEqual(3 * MB)
    expect(line?.peakBytes).toBe(line?.bytes)
    expect(line?.files).toBe(2)
  })

  test('keeps a peak that was larger than its end', async () => {
    ended(1, 1, { peakBytes: 50 * MB, peakFiles: 500 })
    await tellHistory(root, 'all')
    expect(readHistory(root)).toMatchObject([{ peakBytes: 50 * MB, peakFiles: 500, files: 2 }])
  })

  test('is told by the sample where the next one has inherited its slot', async () => {
    const folder = ended(1, 1)
    renameSync(folder, `${folder}-heir`)
    symlinkSync(`${folder}-heir`, folder)
    await tellHistory(root, 'all')
    expect(readHistory(root)).toMatchObject([{ bytes: 10, peakBytes: 20 }])
  })

  test('is told before the trash goes where it lies there, and else after it', async () => {
    renameSync(ended(1, 1), controlName(root, 'trash', anId(1)))
    ended(2, 1)
    await tellHistory(root, 'trash')
    expect(readHistory(root)).toMatchObject([{ id: anId(1), files: 2 }])
    renameSync(ended(3, 1), controlName(root, 'trash', anId(3)))
    expect((await tellAndReap(root, [])).deleted.toSorted()).toEqual([anId(1), anId(3)])
    expect(readHistory(root)).toMatchObject([1, 3, 2].map((n) => ({ id: anId(n), files: 2 })))
  })

  test('stands in no other’s way where it cannot be told, and says why', async () => {
    ended(1, 1, { repository: 'octo-org/stuck' })
    ended(2, 1)
    ended(3, 1, { repository: 'octo-org/stuck' })
    mkdirSync(controlName(root, 'history', 'octo-org--stuck.jsonl'))
    const { untold } = await tellAndReap(root, [])
    expect(untold).toEqual([expect.stringContaining('EISDIR')])
    expect(readHistory(root).map(({ id }) => id)).toEqual([anId(2)])
    expect(readEndings(root)).toHaveLength(2)
  })
})

describe('the trash waits no longer than it may', () => {
  test('for another reaper that tells', async () => {
    renameSync(ended(1, 0), controlName(root, 'trash', anId(1)))
    const lock = controlName(root, 'history.lock')
    await hold(scene(), 'exec 9<"$1" && flock -x 9 && echo ready && read', [lock])
    const since = performance.now()
    expect(await tellHistory(root, 'trash', 300)).toEqual([])
    expect(performance.now() - since).toBeLessThan(60_000)
    expect(readEndings(root)).toHaveLength(1)
  })

  test('for what cannot be measured in time, wherever it lies', async () => {
    ended(1, 0, { files: 30 })
    mkdirSync(controlName(root, 'trash', anId(1)))
    const program = writeProgram(
      scene(),
      `${OPEN_ROOT}
       import { tellHistory } from './steps/tell-history.js'
       await tellHistory(root, 'trash', 1500)`,
    )
    const calls = `${scene().directory()}/calls`
    const PATH = await stubProgram(scene(), 'du', `echo >> ${calls}; exec sleep 600`)
    await scene().must(process.execPath, [program, root.path], { env: { PATH } })
    expect(readFileSync(calls, 'utf8')).toBe('\n')
    expect(readHistory(root)).toMatchObject([{ bytes: 10, peakBytes: 20, files: 30 }])
  })
})

test('a job that could not be told for an hour is in the heartbeat', () => {
  const view = { moment: { ...NOW, wallMs: Date.now() }, leases: [], foreign: [] }
  const facts = {
    view: { ...view, orphanedLinks: [], leftovers: [] },
    actions: [],
    applied: { retired: [], failures: [] },
    lock: null,
    reaped: null,
    seconds: 0,
  } satisfies PassFacts
  const pass = { root, self: aSelf(), scope: 'own', dryRun: false, by: 'post' } as const
  ended(1, 0)
  expect(heartbeatOf(pass, facts).blocked).toEqual([])
  const since = Math.floor(Date.now() / 1000) - 7200
  utimesSync(controlName(root, 'ending', anId(1)), since, since)
  expect(heartbeatOf(pass, facts).blocked).toMatchObject([
    { path: '.target-guard/ending', since: since * 1000 },
  ])
  expect(heartbeatOf({ ...pass, dryRun: true }, facts).blocked).toEqual([])
})

test('a job that is not told yet comes after those that are, whatever the clock said then', () => {
  const key = { repository: REPOSITORY, workflow: 'ci.yml', job: 'build', leg: '' }
  addLine(root, aLine({ id: anId(1), savedSeconds: 10, wallMs: 9e12 }))
  ended(2, 0, { savedSeconds: 20, wallMs: 1000 })
  ended(3, 0, { savedSeconds: 30, wallMs: 2000 })
  expect(readToldAndUntold(root).map(({ id }) => id)).toEqual([1, 2, 3].map((n) => anId(n)))
  expect(lastSavedSeconds(key, readToldAndUntold(root))).toBe(30)
})
