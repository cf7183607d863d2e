import { closeSync, lstatSync, realpathSync, rmdirSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { GuardError, errnoOf, messageOf, nextAfter } from '../plan/guard-error.ts'
import { newLease } from '../plan/lease.ts'
import type { Lease, Maker } from '../plan/lease.ts'
import { isLeaseId, leaseId } from '../plan/naming.ts'
import type { Job, Owner } from '../plan/job.ts'
import { readUptime } from '../host/boot.ts'
import { assertFresh, giveAway, isDiverted, openFolder } from '../host/folders.ts'
import { dropLease, findLease, takeLease, writeLease } from '../host/leases.ts'
import { cannotGive, withHelp } from '../host/privilege.ts'
import type { Helper } from '../host/privilege.ts'
import { stateOf } from '../host/processes.ts'
import type { Root } from '../host/root.ts'
import { atSlot, makeSlot, removeEmptyParents } from '../host/slots.ts'
import type { Ids } from '../host/users.ts'

/** A slot that this job has. */
export interface Acquired {
  lease: Lease
  /** absolute path: what CARGO_TARGET_DIR is set to */
  targetDirectory: string
  /** absolute path */
  runDirectory: string
  /** of a lease that was taken over: why its leg and workflow could not be noted */
  problem?: string
}

/** Whose slot it is, and how it is made. */
export interface AcquireRequest {
  root: Root
  job: Job
  owner: Owner
  madeBy: Maker
  /** who will build */
  builder: Ids
  ways: readonly Helper[]
  /** its share of the disk, null where nobody knows */
  forecastBytes: number | null
  /** absolute path of the worktree that a local run is for; '' in workflows */
  workspace: string
  /** told the lease as soon as it is written, so that the job can end it whatever follows */
  onLease: (id: string) => void
}

const ATTEMPTS = 8

/**
 * Makes a new slot for a job: lease first, then the directory, then its owner.
 *
 * @throws GuardError where it cannot be made; nothing of it is left then
 */
export function acquire(request: AcquireRequest): Acquired {
  const { root, job, owner, madeBy, onLease } = request
  for (let attempt = 1; ; attempt += 1) {
    const id = leaseId(owner.runner.key, owner.bootId, randomBytes(6).toString('hex'))
    const made = {
      id,
      madeBy,
      uptimeS: readUptime(),
      at: new Date().toISOString(),
      forecastBytes: request.forecastBytes,
      workspace: request.workspace,
    }
    const lease = newLease(job, owner, made)
    try {
      writeLease(root, lease)
      onLease(id)
      makeSlot(root, lease.slot, (path, what) => give(path, what, request))
      return acquired(root, lease)
    } catch (error) {
      undo(root, lease)
      const again = ['EEXIST', 'ENOENT'].includes(errnoOf(error)) && attempt < ATTEMPTS
      if (!again) throw explained(error, root, lease)
    }
  }
}

function acquired(root: Root, lease: Lease): Acquired {
  const targetDirectory = `${root.path}/${lease.slot}`
  const runDirectory = targetDirectory.slice(0, targetDirectory.lastIndexOf('/'))
  return { lease, targetDirectory, runDirectory }
}

/** Gives a directory that has just been made to the one who will build. */
function give(
  path: string,
  what: string,
  { root, builder, ways }: Pick<AcquireRequest, 'root' | 'builder' | 'ways'>,
): void {
  const isOwn = process.geteuid?.() === builder.uid && process.getegid?.() === builder.gid
  if (isOwn) return
  try {
    giveAway(path, builder)
    return
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error
  }
  const descriptor = openFolder(path)
  try {
    assertFresh(descriptor)
    const target = { descriptor, path: realpathSync(path) }
    const helped = withHelp(ways, (helper) => helper.chown(target, builder))
    if (!helped.ok) throw cannotGive(`${root.path}/…/${what}`, builder, helped.why)
  } finally {
    closeSync(descriptor)
  }
}

/** Takes back what there is of a slot that nobody has been told of. */
function undo(root: Root, lease: Lease): void {
  try {
    atSlot(root, lease.slot, (path) => rmdirSync(path))
  } catch (error) {
    // Not empty, and so another's: with its lease it is a later pass's work.
    const isNeverMade = errnoOf(error) === 'ENOENT' || isDiverted(error)
    if (!isNeverMade) return
  }
  try {
    removeEmptyParents(root, lease.slot)
    dropLease(root, lease.id, false)
  } catch {
    // What is left is a later pass’s work; why there is no slot is what the job is told.
    return
  }
}

function explained(error: unknown, root: Root, lease: Lease): GuardError {
  if (error instanceof GuardError) return error
  return new GuardError(
    `The slot ${root.path}/${lease.slot} cannot be made (${messageOf(error)}).`,
    nextAfter(
      error,
      'Look at who owns the directories above it and at the free space; “target-guard doctor” checks both.',
    ),
    { cause: error },
  )
}

/**
 * Takes over the lease that the started hook made for this very job; null where there is none to
 * take: another step has it, it has ended, or it is another job's.
 */
export function takeOver(
  id: string,
  {
    root,
    job,
    owner,
    builder,
    ways,
  }: Omit<AcquireRequest, 'madeBy' | 'onLease' | 'forecastBytes' | 'workspace'>,
): Acquired | null {
  if (!isLeaseId(id)) return null
  const record = findLease(root, id)
  const lease = record?.lease ?? null
  if (record?.state !== 'live' || lease === null || lease.madeBy !== 'hook') return null
  const isSameJob =
    lease.repository === `${job.owner}/${job.repository}` &&
    lease.runId === job.runId &&
    lease.attempt === job.attempt &&
    lease.job === job.job &&
    lease.owner.runner.key === owner.runner.key &&
    lease.owner.bootId === owner.bootId
  if (!isSameJob || !isSameWorker(lease, owner)) return null
  if (!isOwnedBy(root, lease.slot, { builder, ways })) return null
  const { workflow, leg } = job
  const problem = takeLease(root, id, { workflow, leg })
  if (problem === null) return null
  const taken = acquired(root, { ...lease, workflow, leg })
  return problem === '' ? taken : { ...taken, problem }
}

/** Whether a slot belongs to the builder, or could be given to them: that is, while it is empty. */
function isOwnedBy(
  root: Root,
  slot: string,
  request: Pick<AcquireRequest, 'builder' | 'ways'>,
): boolean {
  const { builder } = request
  try {
    return atSlot(root, slot, (path) => {
      const { uid, gid } = lstatSync(path)
      if (uid !== builder.uid || gid !== builder.gid) give(path, slot, { root, ...request })
      return true
    })
  } catch {
    // Gone, in use already, or not ours to give: the step then makes a slot of its own.
    return false
  }
}

/** Two legs of a matrix, one after the other on one runner, differ by nothing but their Worker. */
function isSameWorker({ owner: recorded }: Lease, owner: Owner): boolean {
  if (recorded.worker === null || recorded.pidNamespace !== owner.pidNamespace) return true
  if (owner.worker === null) return stateOf(recorded.worker) === 'alive'
  return recorded.worker.pid === owner.worker.pid && recorded.worker.start === owner.worker.start
}
