import { readdirSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { assemble } from './driven/cast.ts'
import type { Cast } from './driven/cast.ts'
import { SCENARIOS } from './driven/scenarios.ts'
import type { Stage } from './driven/stage.ts'
import { callsOf, inTurns, newWays, say, strike } from './driven/strike.ts'
import { failCalls, killAt } from './faults.ts'
import { allProcesses, commOf, isAlive, kill, parentOf } from './processes.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
let cast: Cast

beforeEach(async () => {
  cast = await assemble(scene())
})

interface Point {
  readonly at: number
  readonly when: 'before' | 'half' | 'after'
  readonly what: string
}

/** Ways to a change that a scenario before has gone: of a loop the first turn and the last are cut short. */
const seen = new Set<string>()

describe('SIGKILL at changes to files, once for each way to them, then one later pass', () => {
  test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      const { program, menders } = scenario
      const calls = await callsOf(cast, scenario)
      const ways = newWays(seen, program, calls)
      const fresh = new Set(ways.flatMap((each) => [each.at(0), each.at(-1)]))
      // What lies on disk after a call lies there before the next one too.
      const points = calls.flatMap((call, index): Point[] => {
        if (!fresh.has(call)) return []
        const { number, op, path } = call
        const next = calls[index + 1]
        const whens = ['before', ...(op === 'write' ? ['half'] : [])]
        if (next === undefined || !fresh.has(next) || op === 'spawn') whens.push('after')
        return whens.map((when) => ({
          at: number,
          when: when as Point['when'],
          what: `${when} ${number} ${op} ${path}`,
        }))
      })
      const failures = await inTurns([...points.entries()], async ([index, { at, when, what }]) => {
        const mender = menders[index % menders.length] ?? 'pre'
        const faults = killAt({ root: '/', program, at, when })
        const { end, problems } = await strike(cast, scenario, mender, faults)
        const alive = end.exitCode === 137 ? [] : [`it was not killed: ${say(end)}`]
        return [...alive, ...problems].map((problem) => `${what}, ${mender}: ${problem}`)
      })
      expect(failures.flat()).toEqual([])
      expect(calls.length).toBeGreaterThan(5)
    },
  )
})

async function reapLargeTree() {
  const stage = cast.stage()
  stage.addBystanders()
  const untouched = stage.untouched()
  const entry = stage.placeInTrash(20_000)
  const reaper = cast.start(stage.path, ['reap', '--json'])
  const rm = await waitFor(
    () => allProcesses().find((pid) => parentOf(pid) === reaper.pid && commOf(pid) === 'rm'),
    { what: 'rm to run', everyMs: 1 },
  )
  return { stage: Object.assign(stage, { before: untouched }), entry, reaper, rm }
}

async function expectMended(stage: Stage & { readonly before: readonly string[] }) {
  await stage.command('reap')
  expect(stage.problems([])).toEqual([])
  expect(stage.untouched()).toEqual(stage.before)
}

describe('SIGKILL while a large tree is being deleted', () => {
  test('rm is killed: its reaper leaves the rest to the next one', async () => {
    const { stage, entry, reaper, rm } = await reapLargeTree()
    kill(rm)
    // Ended by somebody, not stuck: no case for an administrator.
    expect(JSON.parse(await reaper.output)).toMatchObject({
      deleted: [],
      busy: [{ id: entry.id, why: 'rm was ended by SIGKILL' }],
      quarantined: [],
    })
    expect(readdirSync(stage.control('trash'))).toContain(entry.id)
    await expectMended(stage)
  })

  test('the reaper is killed: rm goes on alone', async () => {
    const { stage, reaper, rm } = await reapLargeTree()
    reaper.kill('SIGKILL')
    await waitFor(() => !isAlive(rm), { what: 'rm to end' })
    await expectMended(stage)
  })

  test('both are killed', async () => {
    const { stage, entry, reaper, rm } = await reapLargeTree()
    reaper.kill('SIGKILL')
    kill(rm)
    await waitFor(() => !isAlive(rm), { what: 'rm to end' })
    expect(readdirSync(stage.control('trash'))).toContain(entry.id)
    await expectMended(stage)
  })
})

describe('a pre that cannot make its slot takes back what it has made', () => {
  test.each([
    ['the lease', '^open .*/leases/'],
    ['the text of the lease', '^write .*/leases/'],
    ['the name of the lease', '^rename .*/leases/'],
    ['the first folder', '^mkdir .*/octo-org$'],
    ['the run dir', '^mkdir .*/run-2001$'],
    ['the slot', '^mkdir .*/build-1-[0-9a-f]{24}$'],
  ])('no space for %s', async (_, match) => {
    const stage = cast.stage()
    const job = stage.job('2001')
    const faults = failCalls({ root: '/', program: 'dist/pre/', match, errno: 'ENOSPC' })
    const { exitCode, stdout } = await job.step('pre', { faults })
    expect({ exitCode, stdout }).toEqual({
      exitCode: 1,
      stdout: expect.stringMatching(
        /^::error title=target-guard::The slot .* cannot be made \(ENOSPC/,
      ),
    })
    // Now, without a later pass.
    expect(stage.problems([])).toEqual([])
    await job.end()
  })
})
