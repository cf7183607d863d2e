import { readdirSync } from 'node:fs'
import type { Self } from '../plan/evidence.ts'
import type { Job, Owner, ProcessKey } from '../plan/job.ts'
import { isLocal } from '../plan/lease.ts'
import type { Lease, Maker } from '../plan/lease.ts'
import { localJob } from '../plan/local-job.ts'
import { isLeaseId } from '../plan/naming.ts'
import type { Settings } from '../plan/settings.ts'
import { findLease } from '../host/leases.ts'
import { findRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { observeLocal, observeOwner } from '../host/runner.ts'
import { currentDirectory } from '../host/started-with.ts'
import { findWorkplace } from '../host/workplace.ts'
import { prepareFor, watchOver } from './prepare.ts'
import { release } from './release.ts'
import { preciousOf, selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import { seed } from './seed.ts'

/** Set for a command, and by what --print-env prints: the lease of its slot. */
export const RUN = 'TARGET_GUARD_RUN'

/** A run outside workflows, before it has a slot. */
export interface LocalRun {
  job: Job
  owner: Owner
  self: Self
  settings: Settings
  /** as its steps see it: in the worktree, and with nothing of a workflow around it */
  inside: Runtime
  /** absolute path of that worktree */
  workspace: string
  /** as it was started */
  outside: Runtime
}

/** The slot of a run. */
export interface Slot {
  root: Root
  lease: Lease
}

/** A run that has its slot, seeded. */
export interface StartedRun extends Slot {
  hadEmergency: boolean
}

/** What tells others of a slot, and of the root for what is run within. */
export function variablesOf({ root, lease }: Slot): Record<string, string> {
  return {
    CARGO_TARGET_DIR: `${root.path}/${lease.slot}`,
    TARGET_GUARD_ROOT: root.path,
    [RUN]: lease.id,
  }
}

/** What a workflow sets, and means another job by. */
const OF_WORKFLOWS = /^(GITHUB|RUNNER|ACTIONS|INPUT|STATE)_/

/**
 * What a run works for: the worktree that it is started in.
 *
 * @param worker the process that lives exactly as long as the lease shall
 * @param isVerbose whether it says what it does, or only what matters
 */
export async function observeRun(
  chosen: Settings,
  worker: ProcessKey,
  { isVerbose }: { isVerbose: boolean },
  outside: Runtime,
): Promise<LocalRun> {
  const workplace = await findWorkplace(currentDirectory())
  const facts = { wallMs: Date.now(), pid: process.pid, leg: chosen.leg }
  const own = localJob(workplace, { ...facts, within: null })
  const outer = outerLease(chosen, outside)
  const isWithin =
    outer?.prKey === own.prKey && outer.repository === `${own.owner}/${own.repository}`
  const job = isWithin ? localJob(workplace, { ...facts, within: outer.leg }) : own
  const owner = observeLocal(worker)
  // It is of no job: what other runs of this user do at the same time is never judged by its own.
  const inside = runtimeIn(workplace.top, isVerbose, outside)
  const seen = selfOf(observeOwner(inside.environment), null)
  const self = { ...seen, runnerKey: owner.runner.key, worker }
  const settings = settingsFor(chosen)
  return { job, owner, self, settings, inside, workspace: workplace.top, outside }
}

/** Steps find the worktree where a workflow has its checkout. */
export function runtimeIn(workspace: string, isVerbose: boolean, outside: Runtime): Runtime {
  const entries = Object.entries(outside.environment).filter(([name]) => !OF_WORKFLOWS.test(name))
  const environment = { ...Object.fromEntries(entries), GITHUB_WORKSPACE: workspace }
  const { voice } = outside
  return { ...outside, environment, voice: isVerbose ? voice : { ...voice, info: ignore } }
}

function ignore(): void {}

/** Nobody can tell a command to skip its build, and nothing is shared with other hosts. */
function settingsFor(chosen: Settings): Settings {
  return {
    ...chosen,
    onCritical: chosen.onCritical === 'skip' ? 'fail' : chosen.onCritical,
    snapshot: 'never',
    remote: { ...chosen.remote, mode: 'off' },
  }
}

/** The lease of the run that this process is started within; null where it has ended. */
function outerLease(settings: Settings, { environment }: Runtime): Lease | null {
  return findRun(environment[RUN] ?? '', settings, environment)?.lease ?? null
}

/** A run that has not ended; null where there is none with this lease. */
export function findRun(
  id: string,
  settings: Settings,
  environment: NodeJS.ProcessEnv,
): Slot | null {
  const root = isLeaseId(id) ? findRoot(settings.root, preciousOf(environment)) : null
  const record = root === null ? null : findLease(root, id)
  if (root === null || record?.state !== 'live' || record.lease === null) return null
  return isLocal(record.lease.madeBy) ? { root, lease: record.lease } : null
}

/**
 * Gets a run its slot, and seeds it.
 *
 * @param onLease told as soon as there is one, before the slot is seeded
 * @throws GuardError and RefusedError as prepareFor does
 */
export async function startRun(
  run: LocalRun,
  madeBy: Maker,
  onLease: () => void,
): Promise<StartedRun> {
  const { job, owner, self, settings, inside, workspace, outside } = run
  const applicant = {
    job,
    owner,
    self,
    madeBy,
    by: `run of ${owner.runner.name}`,
    workspace,
    hooked: '',
    // Whoever waits wants to know what for.
    voice: outside.voice,
  }
  // The keeper comes later: it shares a lock with the command.
  const unwatched: Settings = { ...settings, keeper: 'off' }
  const prepared = await prepareFor(applicant, unwatched, inside, onLease)
  const root = findRoot(prepared.root, preciousOf(inside.environment))
  if (root === null || prepared.slot === null) throw new Error('the slot is gone')
  const { lease } = prepared.slot
  // Where people work nobody sets times back: other target dirs were built there, too.
  await seed({ root, job, owner, self, settings, lease, restoresMtimes: false }, inside)
  return { root, lease, hadEmergency: prepared.disk.emergency }
}

/** @param lock open on the lease’s lock, which is held by it; null to leave that to the keeper */
export async function watchRun(
  { settings, inside }: LocalRun,
  { root, lease, hadEmergency }: StartedRun,
  lock: number | null,
): Promise<void> {
  if (settings.keeper !== 'auto') return
  await watchOver(root, lease.id, settings, { hadEmergency, isTaken: false, lock }, inside)
}

/** Ends the lease of a run; its slot stays for the next one in this worktree. */
export async function endRun(
  { job, self, owner, settings, inside }: LocalRun,
  { root, lease }: Slot,
  status: 'success' | '',
): Promise<void> {
  const by = `run of ${owner.runner.name}`
  // An empty one, though newer, must not take the place of what others have built.
  const told = isEmpty(`${root.realPath}/${lease.slot}`) ? 'cancelled' : status
  await release({ root, job, self, settings, leases: [lease.id], status: told, by }, inside)
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch {
    // Gone, or not ours to read: whoever looks at it later decides.
    return false
  }
}
