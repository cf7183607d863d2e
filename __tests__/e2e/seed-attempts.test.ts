import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import type { BuildRecord } from '../../src/plan/build-record.ts'
import { encodeBuildInputs } from '../../src/plan/build-inputs.ts'
import { encodeRecord } from '../../src/plan/build-record.ts'
import { inputsOf, leaveBuild } from './driven/builds.ts'
import { assemble } from './driven/cast.ts'
import { SEED_SCENARIOS, World } from './driven/seed-scenarios.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

test('what an attempt has done to times counts for the next one', async () => {
  const [inherit] = SEED_SCENARIOS
  if (inherit === undefined) throw new Error('no scenario')
  const world = await World.make(await assemble(scene()), inherit)
  const stage = world.stage()
  // Good in its own workspace, as long as nobody has set a time there.
  const first = leaveBuild(stage, 'first', '1001')
  const record = stage.control(`leases/${first.id}.build`)
  const build = JSON.parse(readFileSync(record, 'utf8')) as BuildRecord
  writeFileSync(record, encodeRecord({ ...build, inputs: false }))
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
