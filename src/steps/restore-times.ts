import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { inputsBesideNew } from '../plan/beside-inputs.ts'
import { planTimes } from '../plan/build-inputs.ts'
import type { BuildInputs, Input, PlannedTime, Proven } from '../plan/build-inputs.ts'
import { messageOf } from '../plan/guard-error.ts'
import { NOTHING_RESTORED } from '../plan/restored.ts'
import type { Restored, RestoredFile } from '../plan/restored.ts'
import { WholeFolders } from '../plan/whole-folders.ts'
import { readCheckout } from '../host/checkout.ts'
import type { Checkout } from '../host/checkout.ts'
import { statOrNull } from '../host/contents.ts'
import { setTimes } from '../host/file-times.ts'
import type { SetTime } from '../host/file-times.ts'
import { dropFingerprint } from '../host/fingerprints.ts'
import { findNamedInputs } from '../host/named-inputs.ts'
import { readPresence } from '../host/presence.ts'
import { onlyAhead } from '../host/times-ahead.ts'
import { readUnits } from '../host/units.ts'
import { follow } from '../host/way.ts'
import { WorkspaceReader, withRealPaths } from '../host/workspace-reader.ts'

/** A seeded target directory and the checkout that it will be used with. */
export interface Restoring {
  /** the target directory, before anything is built in it */
  target: string
  workspace: string
  /** what was recorded when the seed was built */
  inputs: BuildInputs
  /** whether it is the very workspace it was recorded in, with its history, and not one at the same path */
  isOwnWorkspace: boolean
  /**
   * asked with the paths of all files in the workspace: in words, why no time may go back, for another
   * build of it that would meet those times; null where there is none
   */
  whyShared?: (sources: Iterable<string>) => string | null
  /** the wall clock, nanoseconds since the epoch */
  nowNs?: bigint
}

export interface RestoredTimes {
  /** to be kept until the end of the job, for recordInputs */
  restored: Restored
  /** fingerprints that were removed: nobody could say whether these units are fresh */
  forgotten: readonly string[]
  /** inputs with the mtime that they were recorded with, and those with now */
  kept: number
  changed: number
  /** what `whyShared` has said */
  shared: string | null
  /** in words, why the seed must not be used: the target directory must be made anew; else null */
  problem: string | null
}

/**
 * Gives what the seed was built from the mtimes that it had then, where it holds the same, and now to
 * everything else in the workspace, so that Cargo builds exactly what changed. Outside the workspace
 * and in git’s folder no time is ever set: there, units that see something else are forgotten.
 */
export async function restoreTimes(restoring: Restoring): Promise<RestoredTimes> {
  try {
    return await restore(restoring)
  } catch (error) {
    return refused(messageOf(error))
  }
}

function refused(problem: string): RestoredTimes {
  const nothing = { restored: NOTHING_RESTORED, forgotten: [], kept: 0, changed: 0 }
  return { ...nothing, shared: null, problem }
}

async function restore(restoring: Restoring): Promise<RestoredTimes> {
  const { target, inputs, isOwnWorkspace } = restoring
  const nowNs = restoring.nowNs ?? BigInt(Date.now()) * 1_000_000n
  if (BigInt(inputs.newestNs) >= nowNs) return refused('by this clock it was built in the future')
  const workspace = realpathSync(restoring.workspace)
  const recorded = new Map(inputs.inputs.map((input) => [input.path, input]))
  const reader = new WorkspaceReader(workspace, [], recorded)
  const checkout = await readCheckout(workspace, reader.below(withRealPaths([target])))
  reader.know(checkout.sources)
  const [gap] = [...inputs.gaps, ...checkout.gaps]
  if (gap !== undefined && !isOwnWorkspace) return refused(`not all inputs are known: ${gap}`)
  const newestNs = BigInt(inputs.newestNs)
  const whole = new WholeFolders(inputs.whole)
  // What git put into a workspace whose history is whole was changed when its mtime says. Elsewhere
  // nothing may be older than the seed that was not compared: not for Cargo, which nothing tells of
  // it, but for what build scripts run, like make.
  const isYounger = youngerThan(workspace, newestNs, nowNs)
  const mayStay = (path: string, known: Proven | null): boolean =>
    (isOwnWorkspace && known !== null) || isYounger(path, known?.mtimeS ?? null)
  const presence = readPresence(reader, checkout.sources, { recorded, whole, mayStay })
  const { present, touched, stale, missing, unchanged, problem } = presence
  if (problem !== null) return refused(problem)
  const deprived = missing.size === 0 ? [] : deprivedOf(missing, reader, checkout, restoring)
  if (typeof deprived === 'string') return refused(deprived)
  // Also in its own workspace, where an archive may have brought something with an old time.
  const forgotten = [...new Set([...inputs.lost, ...stale, ...deprived])]
  for (const path of forgotten) dropFingerprint(target, path)
  const { newestNs: newest, beside } = inputs
  const tracked = [...checkout.sources.keys()].filter((path) => !checkout.untracked.has(path))
  const beNow = beside === null ? [] : inputsBesideNew(tracked, recorded, beside)
  const times = planTimes(recorded, present, {
    newestNs: newest,
    touched: new Set([...touched, ...beNow]),
  })
  const shared = restoring.whyShared?.(checkout.sources.keys()) ?? null
  const { times: ahead, standing } =
    shared === null ? { times, standing: [] } : onlyAhead(workspace, times)
  const results = [...(await setTimes(workspace, ahead, nowNs)), ...standing]
  const planned = new Map(times.map((each) => [each.path, each]))
  // In its own workspace what no unit names is nobody's, and may be another user's.
  const matters = (path: string): boolean =>
    !isOwnWorkspace || recorded.has(path) || whole.has(path)
  const needed = results.filter(({ path }) => matters(path))
  const unset = whyNotSet(needed, planned, workspace, newestNs)
  if (unset !== null) return refused(unset)
  const files = restoredFiles(results, planned, recorded)
  const former = [...new Set([inputs.workspace, ...inputs.former])]
  return {
    restored: { version: 1, former, files: [...files, ...unchanged], doneNs: momentAfter() },
    forgotten,
    kept: files.length,
    changed: times.length - files.length,
    shared,
    problem: null,
  }
}

/**
 * The units that miss something now: whoever puts it there later, as an archive does, may give it an old
 * time and other content.
 *
 * @returns fingerprints, or in words why they cannot be told
 */
function deprivedOf(
  missing: ReadonlySet<string>,
  reader: WorkspaceReader,
  { sources }: Checkout,
  { target, inputs }: Restoring,
): string[] | string {
  const { units, gaps } = readUnits(target)
  const [gap] = gaps
  if (gap !== undefined) return `not all inputs are known: ${gap}`
  const { workspace } = reader
  const former = [inputs.workspace, ...inputs.former].filter((path) => path !== workspace)
  const passedOver = withRealPaths([target])
  const around = { workspace, former, sources, passedOver, isFresh: true }
  const named = findNamedInputs(units, around)
  // Of a package that is gone nobody knows what its units name.
  const deprived = new Set(named.lost)
  for (const [path, namers] of named.missing) {
    if (missing.has(reader.nameOf(path))) for (const unit of namers) deprived.add(unit)
  }
  return [...deprived].map(({ fingerprint }) => fingerprint)
}

/**
 * Tells whether what lies at a path, if anything does, is younger than all units, by the seconds that
 * git knows or by its mtime. Git’s 32 bits may have lost the rest: what they say of the future is not
 * believed.
 */
function youngerThan(
  workspace: string,
  newestNs: bigint,
  nowNs: bigint,
): (path: string, seconds: number | null) => boolean {
  const [newest, now] = [Number(newestNs / SECOND), Number(nowNs / SECOND)]
  return (path, seconds) => {
    if (seconds !== null && seconds > newest && seconds <= now) return true
    const stat = statOrNull(join(workspace, path))
    return stat === null || stat.mtimeNs > newestNs
  }
}

const SECOND = 1_000_000_000n

/** Not before any time that the kernel has just noted. */
function momentAfter(): string {
  return String(BigInt(Date.now() + 1) * 1_000_000n)
}

/** Where a time could not be set, the present one must not make Cargo take old for new. */
function whyNotSet(
  results: readonly SetTime[],
  planned: ReadonlyMap<string, PlannedTime>,
  workspace: string,
  newestNs: bigint,
): string | null {
  for (const result of results) {
    if (result.kind !== 'failed') continue
    const stat = statOrNull(follow(join(workspace, result.path)).path)
    if (stat === null || stat.mtimeNs > newestNs) continue
    if (planned.get(result.path)?.mtimeNs === String(stat.mtimeNs)) continue
    return `the time of ${result.path} cannot be set: ${result.why}`
  }
  return null
}

function restoredFiles(
  results: readonly SetTime[],
  planned: ReadonlyMap<string, PlannedTime>,
  recorded: ReadonlyMap<string, Input>,
): RestoredFile[] {
  return results.flatMap((result) => {
    const input = recorded.get(result.path)
    const isKept = result.kind === 'set' && planned.get(result.path)?.mtimeNs !== null
    return isKept && input !== undefined ? [{ ...input, units: [], stamp: result.stamp }] : []
  })
}
