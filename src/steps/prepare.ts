import { GuardError, isNoSpace, messageOf } from '../plan/guard-error.ts'
import type { Self } from '../plan/evidence.ts'
import type { Action } from '../plan/reclaim.ts'
import type { Job, Owner } from '../plan/job.ts'
import type { Maker } from '../plan/lease.ts'
import type { Level } from '../plan/pressure.ts'
import type { Settings } from '../plan/settings.ts'
import { helpers } from '../host/privilege.ts'
import { findKeepers } from '../host/keeper-lock.ts'
import { startKeeper } from '../host/keeper.ts'
import { startReaper } from '../host/reaper.ts'
import { releaseReserve } from '../host/reserve.ts'
import { openRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { observeOwner } from '../host/runner.ts'
import { hasTrash } from '../host/trash.ts'
import { resolveOwner, resolveSetting } from '../host/users.ts'
import { readJob } from '../github/job.ts'
import { handOver } from '../github/workflow-commands.ts'
import { readFoundedAt, readHeartbeatText } from '../host/heartbeat-file.ts'
import { maintenanceWarnings, parseHeartbeat } from '../report/heartbeat.ts'
import { misplacedWarnings } from '../report/misplaced.ts'
import { admit } from './admit.ts'
import { acquire, takeOver } from './acquire.ts'
import type { Acquired } from './acquire.ts'
import { INSIDE, guardDisk, keepReserve } from './guard-disk.ts'
import type { Guarded } from './guard-disk.ts'
import { afterPass } from './after-pass.ts'
import { passOverOwn } from './own-pass.ts'
import { describeCritical, describeHolders, refused } from './refuse.ts'
import { preciousOf, selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import type { Voice } from '../report/voice.ts'

/** What a job has after prepare. */
export interface Prepared {
  root: string
  actions: Action[]
  /** how many slots were retired */
  retired: number
  /** freed by this job itself, bytes */
  reclaimedBytes: number
  disk: DiskState
  /** null where the job was told to skip its build: the disk has no room, and on-critical is `skip` */
  slot: (Acquired & { takenOver: boolean }) | null
}

/** The disks at the beginning of a job. */
export interface DiskState {
  level: Level
  /** of the root's disk, null where it cannot be read */
  freeBytes: number | null
  /** whether this job has met an emergency: it starts no second one */
  emergency: boolean
}

/** Who asks for a slot. */
export interface Applicant {
  job: Job
  owner: Owner
  self: Self
  madeBy: Maker
  /** which step and runner, for the heartbeat */
  by: string
  /** absolute path of the worktree that a local run is for; '' in workflows */
  workspace: string
  /** id of a lease that may be taken over instead of making one, '' for none */
  hooked: string
  /** who is told of waiting for room */
  voice: Voice
}

/**
 * The beginning of a job in a workflow: see prepareFor.
 *
 * @throws GuardError and RefusedError as that does
 */
export async function prepare(
  settings: Settings,
  madeBy: Maker,
  runtime: Runtime,
  onLease: (root: string, id: string) => void,
): Promise<Prepared> {
  const { environment, voice } = runtime
  const job = readJob(environment, settings.leg)
  const owner = observeOwner(environment)
  const applicant = {
    job,
    owner,
    self: selfOf(owner, job),
    madeBy,
    by: `pre of ${owner.runner.name}`,
    workspace: '',
    hooked: madeBy === 'step' ? (environment['TARGET_GUARD_LEASE'] ?? '') : '',
    voice,
  }
  return prepareFor(applicant, settings, runtime, onLease)
}

/**
 * The beginning of a job: check every setting, prune this runner's own stale slots, see that the disk
 * has room, get a slot.
 *
 * @param onLease told the root and the lease as soon as it is written
 * @throws GuardError for bad settings, before anything is touched, or where no slot can be made
 * @throws RefusedError where the disk stays critical and the job is to fail
 */
export async function prepareFor(
  applicant: Applicant,
  settings: Settings,
  runtime: Runtime,
  onLease: (root: string, id: string) => void,
): Promise<Prepared> {
  const { environment, voice } = runtime
  const { job, owner, self, madeBy, by, hooked } = applicant
  if (settings.owner !== null) resolveSetting(settings.owner)
  const root = openRoot(settings.root, preciousOf(environment))
  const builder = resolveOwner(settings.owner, root)
  const ways = helpers(settings)

  for (const text of misplacedWarnings(root)) voice.warning(text)
  const heartbeat = parseHeartbeat(readHeartbeatText(root))
  for (const text of maintenanceWarnings(heartbeat, readFoundedAt(root), Date.now())) {
    voice.warning(text)
  }
  const pruned = await passOverOwn({ root, self, settings, by }, runtime)
  const guarded = await guardDisk({ root, self, settings, scope: 'own' }, runtime)
  await afterPass({ root, settings, done: pruned, guarded, jobs: [] }, runtime)
  const { level, freeBytes, emergency } = guarded
  const done = {
    root: root.path,
    actions: 'actions' in pruned ? pruned.actions : [],
    retired: ('retired' in pruned ? pruned.retired.length : 0) + guarded.retired.length,
    reclaimedBytes: guarded.reclaimedBytes,
    disk: { level, freeBytes, emergency },
  }
  const verdict = await decide(root, self, settings, guarded, madeBy, runtime)
  if (verdict === 'skip') return { ...done, slot: null }

  const request = { root, job, owner, builder, ways }
  const taken = tryTakeOver(hooked, request, runtime)
  if (taken !== null) onLease(root.path, taken.lease.id)
  const admitted =
    taken === null
      ? await admit({ root, self, job, settings, madeBy }, { ...runtime, voice: applicant.voice })
      : null
  if (admitted?.kind === 'skip') return { ...done, slot: null }
  const get = (): Acquired =>
    acquire({
      ...request,
      madeBy,
      workspace: applicant.workspace,
      forecastBytes: admitted?.forecastBytes ?? null,
      onLease: (id) => {
        admitted?.release()
        onLease(root.path, id)
      },
    })
  let slot: Acquired
  try {
    slot = taken ?? withReserve(root, runtime, get)
  } finally {
    admitted?.release()
  }
  if (!settings.dryRun) {
    keepReserve(root, guarded, runtime)
    if (hasTrash(root)) startReaper(root, runtime.script, settings)
  }
  const about = { hadEmergency: emergency, isTaken: taken !== null }
  if (settings.keeper === 'auto') await watchOver(root, slot.lease.id, settings, about, runtime)
  return { ...done, slot: { ...slot, takenOver: taken !== null } }
}

/** What the keeper of a lease has to know. */
interface Watching {
  hadEmergency: boolean
  isTaken: boolean
  /** a descriptor that holds the lease’s lock already */
  lock?: number | null
}

/** Starts the keeper of a lease, unless the hook's lives on; a job goes on without one. */
export async function watchOver(
  root: Root,
  id: string,
  settings: Settings,
  { hadEmergency, isTaken, lock = null }: Watching,
  { script, voice, environment }: Runtime,
): Promise<void> {
  const failed = (error: unknown): void =>
    voice.warning(
      `The keeper of this job was not started (${messageOf(error)}); nobody watches the disk while it builds.`,
    )
  try {
    if (isTaken && (await findKeepers(root, [id])).has(id)) return
    const isInside = hadEmergency || environment[INSIDE] === '1'
    const variables = isInside ? { [INSIDE]: '1' } : {}
    startKeeper(root, id, script, { settings, variables, failed, lock })
  } catch (error) {
    failed(error)
  }
}

/** Once per job: its later steps, and what they start, make no second emergency pass. */
export function rememberEmergency(
  { disk }: Pick<Prepared, 'disk'>,
  environment: NodeJS.ProcessEnv,
): void {
  if (disk.emergency) handOver(environment, 'GITHUB_ENV', INSIDE, '1')
}

/** Takes the hook’s slot over; where that cannot be noted, the step makes one of its own. */
function tryTakeOver(
  id: string,
  request: Parameters<typeof takeOver>[1],
  { voice }: Runtime,
): Acquired | null {
  try {
    const taken = takeOver(id, request)
    if (taken?.problem !== undefined) {
      voice.warning(
        `The leg and workflow of the started hook’s slot were not noted (${taken.problem}): it counts as one ` +
          'of the job as the hook knew it.',
      )
    }
    return taken
  } catch (error) {
    voice.warning(
      `The slot of the started hook was not taken over (${messageOf(error)}); this step gets its own.`,
    )
    return null
  }
}

/** Makes a slot, and where there is no room even for a lease, gives the reserve back and tries again. */
function withReserve(root: Root, { voice }: Runtime, make: () => Acquired): Acquired {
  try {
    return make()
  } catch (error) {
    const cause = error instanceof GuardError ? error.cause : error
    if (!isNoSpace(cause) || !releaseReserve(root)) throw error
    voice.warning('The disk is full: the reserve was given back to make this job’s slot.')
    return make()
  }
}

/** What becomes of a job whose disk stays critical; a hook cannot skip a job, and warns instead. */
async function decide(
  root: Root,
  self: Self,
  settings: Settings,
  guarded: Guarded,
  madeBy: Maker,
  runtime: Runtime,
): Promise<'go on' | 'skip'> {
  const { voice } = runtime
  // Once per job: the started hook has said it.
  const isTold = madeBy === 'step' && (runtime.environment['TARGET_GUARD_LEASE'] ?? '') !== ''
  for (const { level, reading, why } of guarded.assessments) {
    if (level === 'low' && !isTold) voice.warning(`The disk of ${reading.path} is low: ${why}.`)
  }
  if (guarded.level !== 'critical') return 'go on'
  const wanted = settings.dryRun ? 'warn' : settings.onCritical
  if (wanted === 'fail') {
    const holders = await describeHolders(root, self, settings, runtime)
    throw refused(guarded.assessments, holders)
  }
  const text = describeCritical(guarded.assessments)
  if (wanted === 'skip' && madeBy === 'step') {
    voice.warning(`${text} The output proceed is false: skip the build.`)
    return 'skip'
  }
  voice.warning(`${text} The job goes on all the same (on-critical: ${settings.onCritical}).`)
  return 'go on'
}
