import { existsSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { beforeEach, describe, expect } from '@jest/globals'
import { needs } from './capabilities.ts'
import { looksUnchanged, manifest, publishedManifests } from './driven/builds.ts'
import { patternOf, siteOf } from './driven/call-site.ts'
import { assemble } from './driven/cast.ts'
import type { Cast } from './driven/cast.ts'
import type { StepEnd } from './driven/driven-job.ts'
import { SEED_SCENARIOS, World } from './driven/seed-scenarios.ts'
import type { SeedVictim } from './driven/seed-scenarios.ts'
import type { Placed, Stage } from './driven/stage.ts'
import { inTurns, newWays, say } from './driven/strike.ts'
import { failCalls, killAt, readCalls, recordCalls } from './faults.ts'
import type { FaultEnvironment } from './faults.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
let cast: Cast

beforeEach(async () => {
  cast = await assemble(scene())
})

/** What a stage may hold after a strike, as an unharmed run shows it. */
interface Whole {
  /** manifests of seeds */
  readonly slots: readonly (readonly string[])[]
  /** manifests of published builds, before and after */
  readonly snapshots: readonly (readonly string[])[]
}

/** A site where a program is struck: the first call of it. */
interface Point {
  readonly site: string
  readonly at: number
}

/** Ways that a scenario before has gone: what follows a strike is the same there. */
const seen = new Set<string>()

/** Calls that every phase makes, whatever it seeds: other tests strike there. */
const COMMON = [
  /^\w+ <stage>\/alpha\/_work\/_temp\//,
  /^\w+ <stage>\/targets\/\.target-guard\/(?:<clock>|host\.lock\.lock|heartbeat|metrics|reserve|waiting)/,
  /^(?:unlink|open|write|rename) <stage>\/targets\/\.target-guard\/leases\/<id>\.(?:end|json|ended|taken|blocked|keeper|size)\b/,
  /^mkdir <stage>\/targets(?:\/\.target-guard(?:\/(?:leases|trash|<later>))?)?$/,
  /^spawn (?:\/\S*node|docker|df|ps)\b/,
]

/** Runs the scenario unharmed. */
async function rehearse(world: World): Promise<{ points: Point[]; whole: Whole }> {
  const { scenario } = world
  const stage = world.stage()
  const victim = await scenario.arrange(world, stage)
  const before = publishedManifests(stage)
  const inherited = (victim.built === null ? [] : manifest(victim.built)).filter(
    (line) => !/^debug\/(?:\.cargo-lock|incremental\/)/.test(line),
  )
  const log = path.join(stage.base, 'calls')
  const { program } = scenario
  const end = await victim.run(recordCalls({ root: '/', program, log }))
  await victim.end()
  if (end.exitCode !== 0) throw new Error(`unharmed, it ended with ${say(end)}`)
  const points = newWays(seen, program, readCalls(log))
    .flatMap((each) => each.slice(0, 1))
    .map((call) => ({ site: siteOf(call), at: call.number }))
    .filter(({ site }) => !COMMON.some((pattern) => pattern.test(site)))
  const seeded = victim.seeded === null ? [] : manifest(victim.seeded)
  if (victim.seeded !== null && seeded.length === 0) throw new Error(`not seeded: ${say(end)}`)
  const after = publishedManifests(stage)
  const next = await nextJob(world, stage)
  const slots = [seeded, inherited, next.content, ...(await otherSeeds(world))]
  return {
    points,
    whole: { slots: slots.filter((each) => each.length > 0), snapshots: [...before, ...after] },
  }
}

/** What other seeds the next job may get, where what is struck does not seed itself. */
async function otherSeeds(world: World): Promise<string[][]> {
  const { scenario } = world
  if (scenario.program === 'dist/main/') return []
  const stage = world.stage()
  const victim = await scenario.arrange(world, stage)
  await victim.end()
  const { content } = await nextJob(world, stage)
  return scenario.remote ? [content, await fetched(world)] : [content]
}

/** What a job gets from the cache service alone. */
async function fetched(world: World): Promise<string[]> {
  const stage = world.stage()
  await world.serveSaved(stage)
  return (await nextJob(world, stage)).content
}

/** The next job of the same runner, for real: what its main puts into its slot. */
async function nextJob(world: World, stage: Stage): Promise<{ content: string[]; said: string }> {
  const job = world.job(stage, '3001')
  const { stdout } = await job.must('main', { inputs: world.scenario.inputs })
  const content = manifest(job.slot)
  await job.end()
  return { content, said: stdout }
}

/** Strikes, and looks what is wrong: at once, with the next job where there is one, after a sweep. */
async function strike(
  world: World,
  whole: Whole,
  faults: FaultEnvironment,
  hasNext: boolean,
): Promise<{ end: StepEnd; problems: string[] }> {
  const stage = world.stage()
  const before = stage.untouched()
  const victim = await world.scenario.arrange(world, stage)
  const end = await victim.run(faults)
  const problems = [
    ...slotProblems(
      'the slot',
      stage,
      victim.seeded === null ? [] : manifest(victim.seeded),
      whole,
    ),
    ...snapshotProblems(stage, whole),
  ]
  await victim.end()
  stage.age()
  if (hasNext) {
    const { content, said } = await nextJob(world, stage)
    problems.push(...slotProblems('the next slot', stage, content, whole))
    if (said.includes('::warning')) problems.push(`the next job warned: ${said}`)
    stage.age()
  }
  await stage.sweep(world.scenario.inputs)
  await stage.emptyTrash()
  problems.push(...stage.problems(keptOf(stage, victim)), ...snapshotProblems(stage, whole))
  if (before.join('\n') !== stage.untouched().join('\n')) problems.push('a bystander was touched')
  return { end, problems }
}

function slotProblems(what: string, stage: Stage, content: string[], { slots }: Whole): string[] {
  if (content.length === 0) return []
  if (!isAmong(slots, content)) return [`${what} is half a seed: ${differences(content, slots)}`]
  return looksUnchanged(stage) ? [`${what} is seeded, and what changed looks unchanged`] : []
}

function isAmong(wholes: readonly (readonly string[])[], content: readonly string[]): boolean {
  return wholes.some((whole) => String(whole) === String(content))
}

/** Against the whole seed that it is nearest to. */
function differences(content: readonly string[], wholes: Whole['slots']): string {
  const told = wholes.map((whole) => [
    ...whole.filter((each) => !content.includes(each)).map((each) => `- ${each}`),
    ...content.filter((each) => !whole.includes(each)).map((each) => `+ ${each}`),
  ])
  return (told.toSorted((a, b) => a.length - b.length)[0] ?? content).join('; ')
}

function snapshotProblems(stage: Stage, { snapshots }: Whole): string[] {
  return publishedManifests(stage)
    .filter((each) => !isAmong(snapshots, each))
    .map((each) => `a snapshot is not whole: ${each.join('; ')}`)
}

/** Sources and builds whose jobs have ended, as far as nobody has taken them over. */
function keptOf(stage: Stage, { keptIfEnded }: SeedVictim): Placed[] {
  return keptIfEnded.filter(
    ({ id, slot }) =>
      existsSync(stage.control(`leases/${id}.ended`)) &&
      existsSync(path.join(stage.path, slot)) &&
      (statSync(stage.control(`leases/${id}.end`), { throwIfNoEntry: false })?.size ?? 0) > 0,
  )
}

/** Where a fault needs no word, and why. */
const SILENT = [
  // Folders that stay for the next reaper.
  /^(?:rmdir|rename) <stage>\/targets\/\.target-guard\/seeding\/<id>(?: ->|$)/,
  /^rm <stage>\/targets\/\.target-guard\/seeding\/<id>\/(?:0\.)?staging$/,
  // A clone that was made ahead in vain: the job makes its own.
  /^\w+ <stage>\/targets\/\.target-guard\/seeding\/<id>\/ahead\.json/,
  // A record that cannot have two names for a moment is moved.
  /^link \S+\.inputs -> \S+\.inputs$/,
  // A snapshot that counts as used less often, or is measured again.
  /\/snapshots\/[^/]+\/<hash>\/(?:hits|snapshot\.json|bytes\.<uuid>(?: ->.*)?)$/,
]

function misbehaviour(site: string, end: StepEnd): string[] {
  const said = `${end.stdout}${end.stderr}`
  const isTold = /^(?:::warning |\[target-guard\] warning: )/m.test(said)
  const problems = [
    ...(end.exitCode === 0 ? [] : ['it fails']),
    ...(isTold || SILENT.some((pattern) => pattern.test(site)) ? [] : ['nobody is told']),
    ...(said.includes('Unforeseen') ? ['nobody foresaw it'] : []),
  ]
  return problems.map((problem) => `${problem}: ${say(end)}`)
}

const ERRNOS = ['ENOSPC', 'EIO'] as const

let struck = 0
/** Scenarios that have been gone through: not all are, where somebody asked for some (-t). */
let gone = 0

needs('root', 'loop-mount', 'xfs').describe('a slot is seeded whole or not at all', () => {
  describe.each(SEED_SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    (_, scenario) => {
      needs().test(
        'killed, or refused by its disk, wherever it first changes anything',
        async () => {
          const world = await World.make(cast, scenario)
          const { points, whole } = await rehearse(world)
          const { program } = scenario
          const failures = await inTurns([...points.entries()], async ([index, { site, at }]) => {
            const isWrite = site.startsWith('write ')
            const when = isWrite && index % 2 === 0 ? 'half' : 'before'
            const killed = await strike(
              world,
              whole,
              killAt({ root: '/', program, at, when }),
              true,
            )
            const alive = killed.end.exitCode === 137 ? [] : [`not killed: ${say(killed.end)}`]
            const told = [...alive, ...killed.problems].map((each) => `killed ${when}: ${each}`)
            if (!site.startsWith('spawn ')) {
              const errno = ERRNOS[index % 2] ?? 'EIO'
              const match = patternOf(site)
              const faults = failCalls({ root: '/', program, match, errno })
              const refused = await strike(world, whole, faults, false)
              const odd = [...misbehaviour(site, refused.end), ...refused.problems]
              told.push(...odd.map((each) => `${errno}: ${each}`))
            }
            return told.map((each) => `${site}: ${each}`)
          })
          expect(failures.flat()).toEqual([])
          struck += points.length
          gone += 1
        },
      )
    },
  )

  // What an earlier way went through by the same stack is not struck again, so one may have none left.
  needs().test('and that is more than fifty places', () => {
    if (gone === SEED_SCENARIOS.length) expect(struck).toBeGreaterThan(50)
  })
})
