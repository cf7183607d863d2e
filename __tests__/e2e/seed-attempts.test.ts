import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { BuildRecord } from '../../src/plan/build-record.ts'
import { encodeBuildInputs } from '../../src/plan/build-inputs.ts'
import { encodeRecord } from '../../src/plan/build-record.ts'
import { encodeEnd } from '../../src/plan/lease.ts'
import type { End } from '../../src/plan/lease.ts'
import { readSystem } from '../../src/host/os-release.ts'
import { listSnapshots } from '../../src/host/snapshots.ts'
import { TOOLCHAIN, inputsOf, leaveBuild } from './driven/builds.ts'
import { assemble } from './driven/cast.ts'
import { SEED_SCENARIOS, World } from './driven/seed-scenarios.ts'
import type { Placed, Stage } from './driven/stage.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

/** Changes what is noted of the build in an ended slot. */
function amend(stage: Stage, { id }: Placed, changes: Partial<BuildRecord>): void {
  const record = stage.control(`leases/${id}.build`)
  const build = JSON.parse(readFileSync(record, 'utf8')) as BuildRecord
  writeFileSync(record, encodeRecord({ ...build, ...changes }))
}

/** Has it ended a minute before, as two that end within 10 ms have ended at once. */
function endEarlier(stage: Stage, { id }: Placed): void {
  const file = stage.control(`leases/${id}.end`)
  const end = JSON.parse(readFileSync(file, 'utf8')) as End
  writeFileSync(file, encodeEnd({ ...end, uptimeS: end.uptimeS - 60 }))
}

async function aWorld(): Promise<World> {
  const [inherit] = SEED_SCENARIOS
  if (inherit === undefined) throw new Error('no scenario')
  return World.make(await assemble(scene()), inherit)
}

test('what an attempt has done to times counts for the next one', async () => {
  const world = await aWorld()
  const stage = world.stage()
  // Good in its own workspace, as long as nobody has set a time there.
  const first = leaveBuild(stage, 'first', '1001')
  amend(stage, first, { inputs: false })
  endEarlier(stage, first)
  const second = leaveBuild(stage, 'second', '1002')
  const inputs = { ...inputsOf(stage), newestNs: '4102444800000000000' }
  writeFileSync(stage.control(`leases/${second.id}.inputs`), encodeBuildInputs(inputs))

  const victim = world.seeded(stage)
  const { exitCode, stdout } = await victim.run({})
  await victim.end()
  expect(exitCode).toBe(0)
  const told = stdout.slice(stdout.indexOf('seed: cold'))
  expect(told).toContain(`${second.slot}: by this clock it was built in the future`)
  expect(told).toContain(`${first.slot}: mtimes in its workspace have been set since`)
  expect(readdirSync(victim.seeded ?? '')).toEqual([])
  expect(readdirSync(path.join(stage.path, first.slot))).not.toEqual([])
})

/** Has something take the link at a former path away, and more, once it is there. */
async function seedWithout(more: string): Promise<Record<'stdout' | 'former' | 'slot', string>> {
  const world = await aWorld()
  const stage = world.stage()
  const former = path.join(stage.path, leaveBuild(stage).slot)
  const victim = world.seeded(stage)
  // Times are set by perl, when the link is there.
  const takesAway = `link='${former}'; if [ -L "$link" ]; then rm "$link"${more}; fi`
  const PATH = await stubProgram(scene(), 'perl', `${takesAway}\nexec "$REAL" "$@"`)
  const rustc = path.join(PATH.slice(0, PATH.indexOf(':')), 'rustc')
  writeFileSync(rustc, `#!/bin/sh\necho '${TOOLCHAIN}'\n`, { mode: 0o755 })
  const { stdout } = await victim.run({ PATH })
  await victim.end()
  return { stdout, former, slot: victim.seeded ?? '' }
}

describe('where a pass takes away meanwhile', () => {
  test('a former path, it leads to the heir again', async () => {
    const { stdout, former, slot } = await seedWithout('')
    expect(stdout).toContain('seed: inherit')
    expect(readlinkSync(former)).toBe(slot)
  })

  test('the folder of a former path, too, nothing is built in the seed', async () => {
    const { stdout, slot } = await seedWithout(' && rmdir "${link%/*}"')
    expect(stdout).toMatch(/seed: cold \(.* which is compiled in, does not lead to it any more/)
    expect(readdirSync(slot)).toEqual([])
  })
})

test.each([
  ['this system', readSystem(), 'seed: inherit'],
  ['another system', 'plan9 4', 'it was built on another system (plan9 4)'],
])('a build of %s', async (_, system, told) => {
  const world = await aWorld()
  const stage = world.stage()
  amend(stage, leaveBuild(stage), { system })
  const victim = world.seeded(stage)
  const { stdout } = await victim.run({})
  await victim.end()
  expect(stdout).toContain(told)
})

test('when a job ends its system is noted, and told what the next one will build again', async () => {
  const world = await aWorld()
  const stage = world.stage()
  const victim = world.built(stage)
  const { stdout } = await victim.run({})
  await victim.end()
  // The sources were put there after what looks as if it had been built from them.
  expect(stdout).toContain('2 input(s) were changed, or changed owner or mode, after')
  const records = listSnapshots(stage.root).map(({ snapshot }) => snapshot?.system)
  expect(records).toEqual([readSystem()])
})
