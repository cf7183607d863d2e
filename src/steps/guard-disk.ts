import { lstatSync, lutimesSync } from 'node:fs'
import { messageOf } from '../plan/guard-error.ts'
import type { Self } from '../plan/evidence.ts'
import { assess, reliefFor, usedPercent, worst } from '../plan/pressure.ts'
import type { Assessment, Level, Relief } from '../plan/pressure.ts'
import { untilBelow } from '../plan/relief.ts'
import type { Action } from '../plan/reclaim.ts'
import type { Settings } from '../plan/settings.ts'
import { dockerDirectory, probeDisks } from '../host/disk.ts'
import { withKernelLock } from '../host/kernel-lock.ts'
import { canSpare } from '../plan/reserve.ts'
import { hasReserve, makeReserve, releaseReserve, reserveSize } from '../host/reserve.ts'
import { controlPath } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { describeAction } from '../report/actions.ts'
import { outOfReachText } from '../report/out-of-reach.ts'
import { planRelief, reclaimed, relieve } from './relieve.ts'
import type { Relieved } from './relieve.ts'
import type { Runtime } from './runtime.ts'
import { tell } from './tell-relief.ts'

/** What the disk guard found and did. */
export interface Guarded {
  assessments: Assessment[]
  level: Level
  /** free bytes of the root's disk, null where it cannot be read */
  freeBytes: number | null
  /** slots that relief took */
  retired: readonly string[]
  reclaimedBytes: number
  /** whether the root's disk was below a floor: then there was an emergency pass, here or elsewhere */
  emergency: boolean
  /** in a dry run, what relief would take, in this order until the low watermark is reached */
  planned: readonly Action[]
}

export interface GuardRequest {
  root: Root
  self: Self
  settings: Settings
  /** a job relieves by its own slots at the watermark; the host's sweep by all ended ones */
  scope: 'own' | 'host'
}

/**
 * Set while an emergency pass runs, and for the rest of the job that met one: whatever it starts does
 * not start another.
 */
export const INSIDE = 'TARGET_GUARD_EMERGENCY'

/** Jobs that meet a critical disk together wait so long for the one that does the work. */
const WAIT_SECONDS = 300

/**
 * Looks at the disks, and makes room on the root's where it is needed: from the high watermark on by
 * shortening retention, below a floor by one emergency pass for all jobs that meet it together.
 */
export async function guardDisk(request: GuardRequest, runtime: Runtime): Promise<Guarded> {
  const { root, settings } = request
  const before = await look(request, runtime)
  const need = reliefFor(before, settings.watermarks)
  if (need === 'none') return guarded(before, [], need)
  if (settings.dryRun) {
    const planned = await planFor(request, need, before, runtime)
    return { ...guarded(before, [], need), planned }
  }
  const relieved = await makeRoom(request, need, before, runtime)
  if (relieved !== null) tell(root, settings, need, relieved, runtime)
  const more = await keepWatermark(request, relieved, runtime)
  if (more !== null) tell(root, settings, 'watermark', more, runtime)
  const rounds = [relieved, more].filter((each) => each !== null)
  return guarded(await lookAgain(request, before), rounds, need)
}

/** What relief would take in this order until the low watermark is reached; nothing is touched. */
async function planFor(
  request: GuardRequest,
  need: Relief,
  before: readonly Assessment[],
  runtime: Runtime,
): Promise<Action[]> {
  const extent = need === 'emergency' ? 'host' : request.scope
  const disk = before.find((each) => each.reading.holdsRoot)
  if (disk === undefined) return []
  const planned = await planRelief({ ...request, extent }, disk.reading, runtime)
  if (planned.outOfReach !== null) {
    runtime.voice.warning(outOfReachText(request.root.path, planned.outOfReach))
  }
  // A sweep tells it with its own plan.
  if (request.scope === 'host') return planned.actions
  for (const action of planned.actions) runtime.voice.info(`would ${describeAction(action)}`)
  return planned.actions
}

async function makeRoom(
  request: GuardRequest,
  need: 'watermark' | 'emergency',
  before: readonly Assessment[],
  runtime: Runtime,
): Promise<Relieved | null> {
  const { root, self, settings, scope } = request
  return attempt(
    request,
    async () =>
      need === 'emergency'
        ? emergency(request, before, runtime)
        : relieve({ root, self, settings, extent: scope }, runtime),
    runtime,
  )
}

/** Relief that fails stops no job: the disk is looked at again, and decides. */
async function attempt(
  { root }: GuardRequest,
  work: () => Promise<Relieved | null>,
  { voice }: Runtime,
): Promise<Relieved | null> {
  try {
    return await work()
  } catch (error) {
    voice.warning(
      `Making room on the disk of ${root.path} failed (${messageOf(error)}); the next pass tries again.`,
    )
    return null
  }
}

/** A floor that is out of reach for a job must not keep its disk from being held below the watermark. */
async function keepWatermark(
  request: GuardRequest,
  relieved: Relieved | null,
  runtime: Runtime,
): Promise<Relieved | null> {
  const isInVain = relieved !== null && relieved.outOfReach !== null
  const { watermarks } = request.settings
  if (!isInVain || usedPercent(relieved.after.reading) < watermarks.high) return null
  const goal = untilBelow(watermarks)
  return attempt(
    request,
    async () => relieve({ ...request, extent: request.scope, goal }, runtime),
    runtime,
  )
}

/** Every watched file system under its floors; what cannot be read is a warning, and ok. */
export async function look(
  { root, settings }: Pick<GuardRequest, 'root' | 'settings'>,
  runtime: Runtime,
): Promise<Assessment[]> {
  try {
    const { readings, problems } = await probeDisks(root.path, watched(runtime.environment))
    for (const problem of problems) runtime.voice.warning(problem)
    return readings.map((reading) => assess(reading, settings.floors))
  } catch (error) {
    runtime.voice.warning(`The disks cannot be read (${messageOf(error)}); they count as ok.`)
    return []
  }
}

/** The root's disk once more, which relief may have changed; the others are as they were found. */
async function lookAgain(
  { root, settings }: Pick<GuardRequest, 'root' | 'settings'>,
  before: readonly Assessment[],
): Promise<Assessment[]> {
  const [reading] = (await probeDisks(root.path, [])).readings
  if (reading === undefined) return [...before]
  return before.map((each) => (each.reading.holdsRoot ? assess(reading, settings.floors) : each))
}

/** Besides the root's disk: those of the workspace, of RUNNER_TEMP and of docker. */
export function watched(environment: NodeJS.ProcessEnv): string[] {
  const { GITHUB_WORKSPACE, RUNNER_TEMP } = environment
  return [GITHUB_WORKSPACE, RUNNER_TEMP, dockerDirectory()].filter(
    (path) => path?.startsWith('/') === true,
  ) as string[]
}

function guarded(assessments: Assessment[], rounds: readonly Relieved[], need: Relief): Guarded {
  const root = assessments.find((each) => each.reading.holdsRoot)
  return {
    assessments,
    level: worst(assessments),
    freeBytes: root?.reading.freeBytes ?? null,
    retired: rounds.flatMap(({ retired }) => retired),
    reclaimedBytes: rounds.reduce((sum, each) => sum + reclaimed(each), 0),
    emergency: need === 'emergency',
    planned: [],
  }
}

/**
 * The emergency pass: one for the host at a time, once per job, never from inside itself.
 *
 * The lock is the kernel's, on a file that was made with the root: it needs no space. Who waited for
 * another's pass looks again, and does not repeat it: what it could not free is not free-able.
 */
async function emergency(
  request: GuardRequest,
  before: readonly Assessment[],
  runtime: Runtime,
): Promise<Relieved | null> {
  const { environment } = runtime
  if (environment[INSIDE] === '1') return null
  environment[INSIDE] = '1'
  const { root, self, settings } = request
  const askedAt = Date.now()
  const work = async (): Promise<{ relieved: Relieved | null }> => {
    // A pass of the future was noted by a clock that was wrong, and says nothing.
    const passedAt = lastPassAt(root)
    if (passedAt > askedAt && passedAt <= Date.now()) return { relieved: null }
    const [assessment] = await lookAgain(
      request,
      before.filter((each) => each.reading.holdsRoot),
    )
    if (assessment !== undefined && assessment.level !== 'critical') return { relieved: null }
    const relieved = await relieve({ root, self, settings, extent: 'host' }, runtime)
    notePass(root)
    return { relieved }
  }
  try {
    const done = await withKernelLock(controlPath(root, 'root.json'), WAIT_SECONDS, work)
    // Never granted: whoever holds it does not get on, and no safety rests on it.
    return (done ?? (await work())).relieved
  } finally {
    delete environment[INSIDE]
  }
}

/** When the last emergency pass ended: the time of host.lock, which a full disk can still set. */
function lastPassAt(root: Root): number {
  return lstatSync(controlPath(root, 'host.lock'), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function notePass(root: Root): void {
  try {
    const now = new Date()
    lutimesSync(controlPath(root, 'host.lock'), now, now)
  } catch {
    // Without it the next job that waited looks for itself: work done twice, no harm.
    return
  }
}

/**
 * Sets the reserve aside where the disk has room to spare; one that cannot be made now is made by a
 * later pass.
 */
export function keepReserve(root: Root, { assessments }: Guarded, { voice }: Runtime): void {
  const disk = assessments.find((each) => each.reading.holdsRoot)
  if (disk?.level !== 'ok') return
  const wanted = reserveSize(disk.reading)
  if (hasReserve(root, wanted) || !canSpare(disk.reading, wanted)) return
  try {
    makeReserve(root, wanted)
  } catch (error) {
    releaseReserve(root)
    voice.warning(`The reserve for a full disk could not be set aside (${messageOf(error)}).`)
  }
}
