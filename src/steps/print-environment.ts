import { GuardError } from '../plan/guard-error.ts'
import type { ProcessKey } from '../plan/job.ts'
import { environmentTwin } from '../plan/input.ts'
import { isLeaseId } from '../plan/naming.ts'
import type { Settings } from '../plan/settings.ts'
import { findCaller, findOwner } from '../host/calling-process.ts'
import { Foreground, endBySignal } from '../host/foreground.ts'
import { giveUpSlot } from '../host/kept-slots.ts'
import { findLease } from '../host/leases.ts'
import { findRoot } from '../host/root.ts'
import {
  RUN,
  endRun,
  findRun,
  observeRun,
  runtimeIn,
  startRun,
  variablesOf,
  watchRun,
} from './local-run.ts'
import type { LocalRun, Slot } from './local-run.ts'
import { preciousOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/** For whom a slot is, and how much is said. */
export interface PrintOptions {
  /** the process whose life the lease follows; null for the one that asks */
  pid: number | null
  isVerbose: boolean
}

/**
 * Gets a slot for a process that goes on by itself; asked again by the same one in the same worktree,
 * it tells the same slot again.
 *
 * @returns the variables that the process has to set
 * @throws GuardError and RefusedError where there is no slot
 */
export async function printEnvironment(
  settings: Settings,
  { pid, isVerbose }: PrintOptions,
  runtime: Runtime,
): Promise<Record<string, string>> {
  const owner = pid === null ? findCaller() : findOwner(pid)
  if (owner === null) throw noOwner(pid)
  const local = await observeRun(settings, owner, { isVerbose }, runtime)
  const before = findRun(runtime.environment[RUN] ?? '', settings, runtime.environment)
  if (before !== null && isSame(before, local)) return printed(before, runtime)
  const signals = new Foreground()
  try {
    const started = await startRun(local, 'shell', () => signals.begin())
    await watchRun(local, started, null)
    if (signals.forestalledBy === null) return printed(started, runtime)
    // Its shell would never know of it.
    await endRun(local, started, '')
    endBySignal(signals.forestalledBy)
    throw new Error(`${signals.forestalledBy} came before the slot was ready`)
  } finally {
    signals.end()
  }
}

const ROOT = environmentTwin('root')

/** Set beside a root that only --print-env has set, to the same: --end forgets that root, and no other. */
const OWN_ROOT = `${RUN}_ROOT`

function isOwnRoot(environment: NodeJS.ProcessEnv): boolean {
  const root = environment[ROOT] ?? ''
  return root === '' || root === environment[OWN_ROOT]
}

function printed(slot: Slot, { environment }: Runtime): Record<string, string> {
  const variables = variablesOf(slot)
  return isOwnRoot(environment) ? { ...variables, [OWN_ROOT]: slot.root.path } : variables
}

function noOwner(pid: number | null): GuardError {
  return pid === null
    ? new GuardError('Which process asks cannot be found out.', 'Name it with --pid.')
    : new GuardError(`There is no process ${pid}.`, 'Give --pid the number of one that runs.', {
        usage: true,
      })
}

function isSame({ lease }: Slot, { job, owner, workspace }: LocalRun): boolean {
  return (
    lease.madeBy === 'shell' &&
    lease.repository === `${job.owner}/${job.repository}` &&
    lease.prKey === job.prKey &&
    lease.workspace === workspace &&
    isProcess(lease.owner.worker, owner.worker)
  )
}

function isProcess(a: ProcessKey | null, b: ProcessKey | null): boolean {
  return a !== null && a.pid === b?.pid && a.start === b.start
}

/**
 * Ends a lease that was printed, and its slot stays for the next run in its worktree; or gives up a slot
 * that was kept.
 *
 * @param named id of the lease, null for the one that the environment names
 * @returns the variables that mean nothing any more
 */
export async function endPrinted(
  settings: Settings,
  named: string | null,
  { isVerbose }: { isVerbose: boolean },
  runtime: Runtime,
): Promise<string[]> {
  const id = named ?? runtime.environment[RUN] ?? ''
  const slot = findRun(id, settings, runtime.environment)
  if (slot === null && giveUp(id, settings, runtime)) return []
  if (slot === null) {
    throw new GuardError(
      id === '' ? `${RUN} is not set.` : `There is no lease ${id} that could be ended.`,
      'Name with --lease one that --print-env or --keep has told.',
      { usage: true },
    )
  }
  const { owner, workspace, madeBy } = slot.lease
  if (madeBy !== 'shell' || owner.worker === null) {
    throw new GuardError(`The lease ${id} ends with its command.`, 'End that command.', {
      usage: true,
    })
  }
  const local = await observeRun(settings, owner.worker, { isVerbose }, runtime)
  await endRun({ ...local, inside: runtimeIn(workspace, isVerbose, runtime) }, slot, '')
  // A shell that has another slot of its own goes on with that.
  const own = runtime.environment[RUN] ?? ''
  if (own !== '' && own !== id) return []
  const { environment } = runtime
  const isRootForgotten = (environment[OWN_ROOT] ?? '') !== '' && isOwnRoot(environment)
  return ['CARGO_TARGET_DIR', RUN, ...(isRootForgotten ? [ROOT, OWN_ROOT] : [])]
}

/** Whether there was a slot that was kept. */
function giveUp(id: string, settings: Settings, { environment }: Runtime): boolean {
  const root = isLeaseId(id) ? findRoot(settings.root, preciousOf(environment)) : null
  if (root === null || findLease(root, id)?.isKept !== true) return false
  giveUpSlot(root, id)
  return true
}
