import { beforeEach, describe, expect, test } from '@jest/globals'
import { patternOf, siteOf } from './driven/call-site.ts'
import { assemble } from './driven/cast.ts'
import type { Cast } from './driven/cast.ts'
import type { StepEnd } from './driven/driven-job.ts'
import { SCENARIOS } from './driven/scenarios.ts'
import type { Mender, Scenario } from './driven/scenarios.ts'
import { callsOf, inTurns, say, strike } from './driven/strike.ts'
import { failCalls } from './faults.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
let cast: Cast

beforeEach(async () => {
  cast = await assemble(scene())
})

/** Each with what an annotation calls it; libuv has no name for a quota that is used up. */
const ERRNOS = {
  ENOSPC: 'ENOSPC',
  EDQUOT: 'Unknown system error -122',
  EIO: 'EIO',
  EROFS: 'EROFS',
  EACCES: 'EACCES',
} as const
type Errno = keyof typeof ERRNOS
const ALL = Object.keys(ERRNOS) as Errno[]

/**
 * Where a job cannot go on: without a root, a lease or a slot there is no target dir, and without its
 * name in GITHUB_ENV, or in the outputs that say whether and where to build, the job would go on with a
 * wrong one or skip its build in silence.
 */
const VITAL = [
  /^mkdir <stage>\/targets(?:\/\.target-guard(?:\/leases|\/trash)?)?$/,
  /^\w+ <stage>\/targets\/\.target-guard\/root\.json\./,
  /^(?:open|write|rename) <stage>\/targets\/\.target-guard\/leases\/\.<id>\.tmp/,
  /^(?:mkdir|fchown) <stage>\/targets\/(?:<parent>|octo-org)/,
  /-(?:ENV|OUTPUT)$/,
]

/** Where nobody needs to be told, at these errors alone where some are named, and why. */
const SILENT: readonly (readonly [pattern: RegExp, errnos?: readonly Errno[]])[] = [
  // Locks and clocks, made beforehand as a courtesy.
  [/^(?:open|futimes) <stage>\/targets\/\.target-guard\/<clock>$/],
  // Without these there is no alert, no seed and no admission, but a slot.
  [/^mkdir <stage>\/targets\/\.target-guard\/<later>$/],
  // A directory that is another user’s stays.
  [/^rmdir <stage>\/targets\/<parent>$/, ['EACCES']],
  // The slot is deleted where it is; and in the trash nobody needs its lease.
  [/^rename \S+ -> <stage>\/targets\/\.target-guard\/trash\//, ['ENOSPC', 'EDQUOT']],
  // The lease ends all the same, and counts as expired.
  [/^(?:unlink|open|write) <stage>\/targets\/\.target-guard\/leases\/<id>\.end$/],
  // The lock goes stale by itself.
  [/^(?:rmdir|lutimes) <stage>\/targets\/\.target-guard\/host\.lock\.lock$/],
  // Absent already in these scenarios: the reserve is made anew.
  [/^unlink <stage>\/targets\/\.target-guard\/reserve$/],
]

/** What a phase came to that is not what it is to come to at this site. */
function misbehaviour(
  { program, name }: Scenario,
  site: string,
  errno: Errno,
  end: StepEnd,
): string[] {
  const { exitCode, stdout, stderr } = end
  const isVital = VITAL.some((pattern) => pattern.test(site))
  const isHook = name.startsWith('hook')
  const isTool = program === 'dist/cli/' && !isHook
  const problems: string[] = []
  const demand = (isMet: boolean, what: string): void => {
    if (!isMet) problems.push(`${what}, but: ${say(end)}`)
  }
  demand(!`${stdout}${stderr}`.includes('Unforeseen'), 'every fault is foreseen')
  if (isTool) {
    // The tool says what it did not do, and fails where it could not do its work.
    if (isVital) demand(exitCode === 1, 'the tool fails')
    demand(
      `${stdout}${stderr}`.includes(ERRNOS[errno]) || isSilent(site, errno),
      'the tool says why',
    )
  } else if (isVital) {
    demand(exitCode === (isHook ? 0 : 1), isHook ? 'a hook never fails a job' : 'the step fails')
    const error = /^::error title=target-guard::(.*)$/m.exec(stdout)?.[1] ?? ''
    demand(error.includes(ERRNOS[errno]), 'an error names what failed')
    demand(/ (?:Make|Look|Set|Let|Restore|Remove) /.test(error), 'it names what to do next')
    if (isHook)
      demand(error.includes('The job goes on without a target dir'), 'it tells the job’s fate')
  } else {
    demand(exitCode === 0, 'the job goes on')
    demand(/^::warning /m.test(stdout) || isSilent(site, errno), 'it is a visible warning')
  }
  return problems
}

function isSilent(site: string, errno: Errno): boolean {
  return SILENT.some(([pattern, errnos = ALL]) => pattern.test(site) && errnos.includes(errno))
}

interface Fault {
  readonly scenario: Scenario
  readonly site: string
  readonly errno: Errno
  readonly mender: Mender
}

/** Sites that a scenario before has gone through, of any program and of which kind of program. */
const seen = new Set<string>()

/** Those of a full disk are told from others, which are all alike to the code. */
const FULL = ['ENOSPC', 'EDQUOT'] as const
const OTHERS = ['EIO', 'EROFS', 'EACCES'] as const

/**
 * Where a site is first seen, those of a full disk and one of the others in turn; in the other programs
 * that go through it one: what follows a failed call is the same there, what differs is how the program
 * ends.
 */
async function faultsOf(scenario: Scenario): Promise<Fault[]> {
  const found: Fault[] = []
  const calls = await callsOf(cast, scenario)
  const sites = calls.filter(({ op }) => op !== 'spawn').map(siteOf)
  for (const site of new Set(sites)) {
    const here = `${scenario.program} ${scenario.name.startsWith('hook')} ${site}`
    if (seen.has(here)) continue
    const turn = seen.size
    const first = [...FULL, OTHERS[turn % OTHERS.length] as Errno]
    const errnos = seen.has(site) ? [ALL[turn % ALL.length] as Errno] : first
    seen.add(site).add(here)
    for (const errno of errnos) {
      const mender = scenario.menders[found.length % scenario.menders.length] ?? 'pre'
      found.push({ scenario, site, errno, mender })
    }
  }
  return found
}

describe('a disk that refuses to be written has a defined outcome at every call site, and the next pass mends what is left', () => {
  test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      const failures = await inTurns(await faultsOf(scenario), problemsOf)
      expect(failures.flat()).toEqual([])
    },
    300_000,
  )

  test('and that is more than fifty sites', () => {
    const sites = [...seen].filter((each) => !each.startsWith('dist/'))
    expect(sites.length).toBeGreaterThan(50)
  })
})

async function problemsOf({ scenario, site, errno, mender }: Fault): Promise<string[]> {
  const { program, name } = scenario
  const environment = failCalls({ root: '/', program, match: patternOf(site), errno })
  const told = `${name}, ${errno} at ${site}, then ${mender}: `
  try {
    const { end, problems } = await strike(cast, scenario, mender, environment)
    // Another user’s directory is nobody’s to remove.
    const isLeft = (problem: string): boolean =>
      site.startsWith('rmdir') && errno === 'EACCES' && /\/run-\d+$/.test(problem)
    const left = problems.filter((problem) => !isLeft(problem))
    return [...misbehaviour(scenario, site, errno, end), ...left].map(
      (problem) => `${told}${problem}`,
    )
  } catch (error) {
    return [`${told}${String(error)}`]
  }
}
