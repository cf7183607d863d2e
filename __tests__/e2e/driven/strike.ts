import { existsSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { readCalls, recordCalls } from '../faults.ts'
import type { FaultEnvironment, RecordedCall } from '../faults.ts'
import type { Cast } from './cast.ts'
import type { StepEnd } from './driven-job.ts'
import type { Mender, Scenario, Victim } from './scenarios.ts'
import type { Placed, Stage } from './stage.ts'

function set(cast: Cast, scenario: Scenario): Stage {
  const stage = cast.stage()
  if (scenario.bare !== true) {
    stage.addReserve()
    stage.addBystanders()
  }
  return stage
}

/**
 * Every mutating call that the scenario's program makes, in order; of a row of calls that differ in a
 * number alone, such as those that make the reserve's files, the first two and the last.
 */
export async function callsOf(cast: Cast, scenario: Scenario): Promise<RecordedCall[]> {
  const stage = set(cast, scenario)
  const victim = scenario.arrange(stage, scenario.inputs ?? {})
  const log = path.join(stage.base, 'calls')
  const end = await victim.run(recordCalls({ root: '/', program: scenario.program, log }))
  await victim.end()
  if (end.exitCode !== 0) throw new Error(`unharmed, it ended with ${say(end)}`)
  const calls = readCalls(log)
  return calls.filter(
    (call, index) => ![-2, -1, 1].every((step) => kindOf(calls[index + step]) === kindOf(call)),
  )
}

/**
 * The calls that none of a program's scenarios has come to before by the same way through it, those of
 * one way together: what is struck there is struck in the same line, with the same callers.
 */
export function newWays(
  seen: Set<string>,
  program: string,
  calls: readonly RecordedCall[],
): RecordedCall[][] {
  const fresh = new Map<string, RecordedCall[]>()
  for (const call of calls) {
    const way = `${program} ${call.op} ${call.way}`
    if (seen.has(way)) continue
    const group = fresh.get(way) ?? []
    group.push(call)
    fresh.set(way, group)
  }
  for (const way of fresh.keys()) seen.add(way)
  return [...fresh.values()]
}

/** What a call does, whatever number its path ends with. */
function kindOf(call: RecordedCall | undefined): string {
  return call === undefined ? '' : `${call.op} ${call.path.replace(/\d+$/, '#')}`
}

/** What a strike came to. */
export interface Struck {
  readonly end: StepEnd
  /** what is wrong after the mender; empty when all is well */
  readonly problems: readonly string[]
}

/** Runs the scenario's program under these faults, then one later pass, and looks what is left. */
export async function strike(
  cast: Cast,
  scenario: Scenario,
  mender: Mender,
  faults: FaultEnvironment,
  during: (victim: Victim, hasEnded: () => boolean) => Promise<void> = async () => {},
): Promise<Struck> {
  const stage = set(cast, scenario)
  const before = stage.untouched()
  const victim = scenario.arrange(stage, scenario.inputs ?? {})
  let hasEnded = false
  const running = victim.run(faults).finally(() => (hasEnded = true))
  const [end] = await Promise.all([running, during(victim, () => hasEnded)])
  await victim.end()
  // Without a record of its end (a full disk) a lease counts as expired.
  const isKept = ({ id }: Placed): boolean =>
    existsSync(stage.control(`leases/${id}.ended`)) &&
    (statSync(stage.control(`leases/${id}.end`), { throwIfNoEntry: false })?.size ?? 0) > 0
  const kept = victim.keptIfEnded.filter(isKept)
  stage.age()
  const made = await mend(stage, mender, scenario.inputs ?? {})
  await stage.emptyTrash()
  const problems = stage.problems([...kept, ...made])
  if (before.join('\n') !== stage.untouched().join('\n')) problems.push('a bystander was touched')
  return { end, problems }
}

async function mend(
  stage: Stage,
  mender: Mender,
  inputs: Readonly<Record<string, string>>,
): Promise<readonly Placed[]> {
  switch (mender) {
    case 'sweep':
      await stage.sweep()
      return []
    case 'pre': {
      const job = stage.job('3001')
      const { stdout } = await job.must('pre', { inputs })
      await job.end()
      if (stdout.includes('::warning')) throw new Error(`the next pre warned: ${stdout}`)
      return [{ id: job.slot.slice(-24), slot: path.relative(stage.path, job.slot) }]
    }
    default:
      return mender satisfies never
  }
}

export function say({ exitCode, stdout, stderr }: StepEnd): string {
  return `${exitCode}\n${stdout}${stderr}`
}

/** Runs all of them, so many at a time; gives the results in order. */
export async function inTurns<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
  atOnce = 2,
): Promise<Value[]> {
  const results: Value[] = []
  const queue = [...items.entries()]
  const turn = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results[next[0]] = await work(next[1])
    }
  }
  await Promise.all(Array.from({ length: atOnce }, turn))
  return results
}
