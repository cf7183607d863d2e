import { messageOf } from '../plan/guard-error.ts'
import { incrementalUse } from '../plan/incremental.ts'
import { isLocal } from '../plan/lease.ts'
import type { Lease } from '../plan/lease.ts'
import type { SeedWish } from '../plan/seed.ts'
import type { Settings } from '../plan/settings.ts'
import { rebuiltLines } from '../report/rebuilt.ts'
import type { RebuiltUnit } from '../report/rebuilt.ts'
import { leaveUnjudged } from '../host/foreign-files.ts'
import { dropPrograms, leaveBehind } from '../host/left-behind.ts'
import type { Root } from '../host/root.ts'
import { makeFolder } from '../host/folders.ts'
import { findPlantedLink } from '../host/planted-links.ts'
import { pathsOf } from '../host/slots.ts'
import { keepsAccessTimes, looksMarked, markUnits, moveUnitsOut } from '../host/unit-marks.ts'
import { realPathOf } from '../host/workspace-reader.ts'
import type { SeedRecord } from '../plan/build-record.ts'
import { outOfUse, withoutUnits } from '../plan/unused-units.ts'
import { dropStates } from './drop-states.ts'
import { forgetJudged, judgeMovedUnits } from './forget-units.ts'
import type { Forgotten, MovedTarget } from './forget-units.ts'
import { moveRules } from './move-rules.ts'
import { restoreSeedTimes } from './restore-seed-times.ts'
import { retimeSeed } from './retime-seed.ts'
import type { Runtime } from './runtime.ts'
import type { Filled } from './seed.ts'

/** A seed that lies beside its slot. */
export interface SlotFitting extends Filled {
  root: Root
  /** of the slot that it is for */
  lease: Lease
  settings: Pick<Settings, 'constantPaths'>
  /** absolute path at which it lies until it is fit for its slot */
  place: string
}

export interface AdaptRequest extends SlotFitting {
  wish: SeedWish
}

/**
 * Makes a seed fit for its slot and for the checkout, before it comes there: nothing that Cargo takes
 * for fresh may see a path of another slot or workspace. What builds have not used for long goes.
 *
 * @returns why it must not be used, in words; else the record of the seed
 * @throws Error where it is not as Cargo leaves one, or as the file system does
 */
export async function adaptSeed(
  request: AdaptRequest,
  runtime: Runtime,
): Promise<SeedRecord | string> {
  const fitted = request.isFitted === true ? request.record : await fitForSlot(request, runtime)
  if (typeof fitted === 'string') return fitted
  // The one sets times in the workspace, the other in the target directory.
  const problem = (await restoreSeedTimes(request, runtime)) ?? (await retimeSeed(request, runtime))
  return problem ?? fitted
}

/** The part of it for which no checkout is needed. */
export async function fitForSlot(
  request: SlotFitting,
  runtime: Runtime,
): Promise<SeedRecord | string> {
  const { lease, place, record, origin } = request
  const aside = `${place}.aside`
  const planted = findPlantedLink(place)
  if (planted !== null) return `${planted} is a link, through which Cargo would write`
  makeFolder(aside)
  if (record.kind === 'inherit') {
    const { constantPaths } = request.settings
    const use = incrementalUse(origin, { constantPaths, environment: runtime.environment })
    // A person may want what the last command has left, such as a package.
    const skipScratch = !isLocal(lease.madeBy)
    leaveBehind(place, aside, { skipIncremental: use === 'none', skipScratch })
  }
  if (origin.isElsewhere === true) leaveUnjudged(place, aside)
  // One command uses this, the next one that: what one leaves alone is still wanted.
  const isCounted = !isLocal(lease.madeBy)
  if (isCounted) dropPrograms(place)
  const gone = outOfUse(origin.unused)
  if (isCounted && gone.length > 0) {
    moveUnitsOut(place, gone, aside)
    // While those that are to be built again can still be told: these have a use for theirs.
    dropStates(place, aside, runtime)
  }
  const { units, whole } = forgetPaths(request, aside, runtime)
  if (whole !== null) throw new Error(`it cannot be judged: ${whole}`)
  const runs = moveRulesOf(request, aside, runtime)
  for (const line of rebuiltLines([...units, ...runs])) runtime.voice.info(line)
  const isMarked = isCounted && (await mark(place, aside, runtime))
  return { ...record, unused: isMarked ? withoutUnits(origin.unused, gone) : null }
}

/** Marks the units, unless the job before has done that and nobody has read them since. */
async function mark(place: string, aside: string, { voice }: Runtime): Promise<boolean> {
  try {
    return keepsAccessTimes(aside) && (looksMarked(place) || (await markUnits(place)))
  } catch (error) {
    const why = messageOf(error)
    voice.warning(`Which units this build uses will not be known (${why}); none goes for it.`)
    return false
  }
}

function forgetPaths(request: SlotFitting, aside: string, { environment }: Runtime): Forgotten {
  const { place } = request
  const moved = movedTargetOf(request, environment)
  const judged = request.judged ?? (moved === null ? null : judgeMovedUnits({ ...moved, place }))
  return judged === null ? { units: [], whole: null } : forgetJudged(place, judged, aside)
}

/** Also where a former path leads here: make does not follow links. */
function moveRulesOf(
  { root, lease, settings, place, formerTargets, linked }: SlotFitting,
  aside: string,
  { voice }: Runtime,
): RebuiltUnit[] {
  const paths = pathsOf(root, lease.slot)
  const target = settings.constantPaths.target ?? paths[0] ?? ''
  const aliases = paths.filter((path) => path !== target)
  // Where it has two names, one of each former place would have to be told from the other.
  const former = aliases.length === 0 ? [...formerTargets, ...linked] : []
  const { moved, forgotten } = moveRules({ place, target, aliases, former }, aside)
  if (moved.length > 0) {
    voice.info(`what ${moved.length} build script(s) left for make names the present path now`)
  }
  return forgotten.map((unit) => ({ unit, why: 'it left a former path for make' }))
}

/** From where a seed comes to its slot; null where all of its paths mean the same there. */
export function movedTargetOf(
  {
    root,
    lease,
    settings,
    origin,
    formerTargets,
    linked,
  }: Pick<SlotFitting, 'root' | 'lease' | 'settings' | 'origin' | 'formerTargets' | 'linked'>,
  environment: NodeJS.ProcessEnv,
): MovedTarget | null {
  const workspace = environment['GITHUB_WORKSPACE'] ?? ''
  const here = new Set(['', workspace, realPathOf(workspace)])
  const former = new Set([origin.workspace, origin.realWorkspace ?? ''])
  const formerWorkspaces = [...former].filter((path) => !here.has(path))
  if (formerTargets.length === 0 && formerWorkspaces.length === 0) return null
  const [target = '', ...aliases] = pathsOf(root, lease.slot)
  const constant = settings.constantPaths.target
  return {
    target,
    aliases: [...linked, ...aliases, ...(constant === null ? [] : [constant])],
    formerTargets,
    formerWorkspaces,
  }
}
