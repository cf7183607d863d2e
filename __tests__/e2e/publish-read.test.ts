import { closeSync, constants, existsSync, openSync } from 'node:fs'
import * as path from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { whileLocked } from '../../src/host/kernel-lock.ts'
import { listSeeding } from '../../src/host/seeding.ts'
import { folderOf, listSnapshots } from '../../src/host/snapshots.ts'
import { keepBudget } from '../../src/steps/keep-budget.ts'
import { reap } from '../../src/steps/reap.ts'
import { manifest, publishedManifests } from './driven/builds.ts'
import { assemble } from './driven/cast.ts'
import { SEED_SCENARIOS, World } from './driven/seed-scenarios.ts'
import type { SeedVictim } from './driven/seed-scenarios.ts'
import type { Stage } from './driven/stage.ts'
import { failCalls, killAt, readCalls, recordCalls, signalAt } from './faults.ts'
import type { FaultEnvironment, RecordedCall } from './faults.ts'
import { allProcesses, isStopped, parentOf } from './processes.ts'
import { reapersEnd } from './reapers.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
const POST = { root: '/', program: 'dist/post/' } as const
const BUDGET_BYTES = 50e9

const TAKES_SLOT = /^rename .* -> .*\/seeding\/[0-9a-f]{24}\/tree$/
const OLD_GOES = /^rename .*\/snapshots\/.* -> .*\/trash\//
const NEW_COMES = /^rename .*\/seeding\/.* -> .*\/snapshots\//

let world: World
let calls: RecordedCall[] = []

/** A job that has built over a published build, about to publish its own. */
async function about(): Promise<{
  stage: Stage
  victim: SeedVictim
  old: string
  built: string[]
}> {
  const stage = world.stage()
  const victim = await world.scenario.arrange(world, stage)
  const [snapshot] = listSnapshots(stage.root)
  if (snapshot === undefined || victim.built === null) throw new Error('nothing to publish over')
  return { stage, victim, old: folderOf(stage.root, snapshot.name), built: manifest(victim.built) }
}

function numberOf(pattern: RegExp): number {
  const call = calls.find(({ op, path: paths }) => pattern.test(`${op} ${paths}`))
  if (call === undefined) throw new Error(`no call matches ${pattern.source}`)
  return call.number
}

function killed(pattern: RegExp, when: 'before' | 'after'): FaultEnvironment {
  return killAt({ ...POST, at: numberOf(pattern), when })
}

function refused(pattern: RegExp): FaultEnvironment {
  return failCalls({ ...POST, match: pattern.source, errno: 'EIO' })
}

beforeEach(async () => {
  const scenario = SEED_SCENARIOS.find(({ name }) => name.startsWith('publish '))
  if (scenario === undefined) throw new Error('no such scenario')
  world = await World.make(await assemble(scene()), scenario)
  // The same on every stage.
  if (calls.length > 0) return
  const { stage, victim } = await about()
  const log = path.join(stage.base, 'calls')
  await victim.run(recordCalls({ ...POST, log }))
  await victim.end()
  calls = readCalls(log)
})

describe('publishing over a snapshot that somebody reads', () => {
  test.each([
    ['killed before the older one goes', 137, () => killed(OLD_GOES, 'before')],
    ['killed between the two', 137, () => killed(OLD_GOES, 'after')],
    ['killed when the newer one has come', 137, () => killed(NEW_COMES, 'after')],
    ['refused to take the older one away', 0, () => refused(OLD_GOES)],
    ['refused to put the newer one there', 0, () => refused(NEW_COMES)],
    ['not disturbed', 0, () => ({})],
  ])('%s: the reader reads on, and a sweep mends the rest', async (_, exitCode, faults) => {
    const { stage, victim, old, built } = await about()
    const untouched = stage.untouched()
    const whole = manifest(`${old}/tree`)
    const folder = openSync(old, constants.O_RDONLY | constants.O_DIRECTORY)
    const reading = await whileLocked(old, 'shared', async () => {
      expect(await victim.run(faults())).toMatchObject({ exitCode })
      await victim.end()
      stage.age()
      await stage.sweep(world.scenario.inputs)
      await reap(stage.root, [])
      return manifest(`/proc/self/fd/${folder}/tree`)
    })
    closeSync(folder)
    expect(reading).toEqual({ value: whole })

    await stage.sweep(world.scenario.inputs)
    await stage.emptyTrash()
    const kept = victim.keptIfEnded.filter(({ slot }) => existsSync(path.join(stage.path, slot)))
    expect(stage.problems(kept)).toEqual([])
    expect(stage.untouched()).toEqual(untouched)
    const published = publishedManifests(stage)
    expect([[], [whole], [built]]).toContainEqual(published)
  })
})

test('a publish that takes long is not taken for one that was killed', async () => {
  const { stage, victim, built } = await about()
  // The slot has just become what is published.
  const at = numberOf(TAKES_SLOT) + 1
  const running = victim.run(signalAt({ ...POST, at, signal: 'SIGSTOP' }))
  const publisher = await waitFor(
    () => allProcesses().find((pid) => parentOf(pid) === victim.parent && isStopped(pid)),
    { what: 'the publish to stop' },
  )
  expect(listSeeding(stage.root)).toHaveLength(1)
  await keepBudget(stage.root, BUDGET_BYTES)
  expect(listSeeding(stage.root)).toHaveLength(1)
  process.kill(publisher, 'SIGCONT')
  expect(await running).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('snapshot published'),
  })
  await victim.end()
  expect(publishedManifests(stage)).toEqual([built])
  await reapersEnd(stage.path)
})
