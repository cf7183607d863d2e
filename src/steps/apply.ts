import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { isSlotPath, leaseIdOfSlot } from '../plan/naming.ts'
import type { Action } from '../plan/reclaim.ts'
import { deleteInPlace } from '../host/deletion.ts'
import type { Deletion } from '../host/deletion.ts'
import { isHandedDown, removeFormerPath } from '../host/former-paths.ts'
import { giveUpSlot } from '../host/kept-slots.ts'
import { HELD, whileFileLocked } from '../host/kernel-lock.ts'
import { readSeedRecord } from '../host/lease-companions.ts'
import { dropLease, endedLeasePath, findLease, markEnded, spoilEnd } from '../host/leases.ts'
import { discardLeftover } from '../host/leftovers.ts'
import { withHelp } from '../host/privilege.ts'
import type { Helper } from '../host/privilege.ts'
import { controlName } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { findSlot, removeEmptyParents } from '../host/slots.ts'
import { forgetAdopted, listAdopted, moveToTrash, noteAdopted } from '../host/trash.ts'

/** An action that was not carried out, and why; what it was about is as it was. */
export interface Failure {
  action: Action
  why: string
  /** the errno name, '' where it carries none */
  code: string
}

/** What a plan came to. */
export interface Applied {
  /** slots taken out of service */
  retired: string[]
  failures: Failure[]
}

/** Whether there is anything in a plan that changes the root. */
export function changesAnything(actions: readonly Action[]): boolean {
  return actions.some((action) => action.kind !== 'keep' && action.kind !== 'foreign')
}

/**
 * Carries out a plan: renames and single files only, so it takes milliseconds.
 *
 * Each step leaves the root in order if the process ends after it: the slot goes first, then the
 * empty directories above it, the lease last, so that a later pass finds by the lease what is left.
 */
export function apply(root: Root, actions: readonly Action[], ways: readonly Helper[]): Applied {
  const applied: Applied = { retired: [], failures: [] }
  for (const action of actions) {
    try {
      const slot = carryOut(root, action, ways)
      if (slot !== null) applied.retired.push(slot)
    } catch (error) {
      applied.failures.push({ action, why: messageOf(error), code: errnoOf(error) })
    }
  }
  return applied
}

/** Errors of a rename into the trash after which the slot can still be deleted where it is. */
const NO_RENAME = new Set(['ENOSPC', 'EDQUOT', 'EXDEV', 'EBUSY'])

/**
 * Deletes where they are the slots whose rename into the trash found no room, which a full disk can
 * do; not under the host lock, since it takes as long as the trees are large.
 *
 * Killed half-way it is begun again by the next pass: the lease stays until the slot is gone.
 */
export async function finishInPlace(root: Root, applied: Applied): Promise<Applied> {
  const finished: Applied = { retired: [...applied.retired], failures: [] }
  for (const failure of applied.failures) {
    const { action, code } = failure
    if (action.kind !== 'retire' || !NO_RENAME.has(code)) {
      finished.failures.push(failure)
      continue
    }
    try {
      const deletion = await deleteUndisturbed(root, action)
      if (deletion === null) {
        dropRemains(root, action.id)
        continue
      }
      if (deletion.kind === 'deleted') {
        removeFormerPaths(root, action.id, action.slot)
        removeEmptyParents(root, action.slot)
        dropLease(root, action.id, false)
        finished.retired.push(action.slot)
      } else finished.failures.push({ ...failure, why: `${failure.why}; ${deletion.why}` })
    } catch (error) {
      finished.failures.push({ ...failure, why: `${failure.why}; ${messageOf(error)}` })
    }
  }
  return finished
}

/**
 * Deletes the slot of a lease where it lies, and has nobody inherit, clone or publish it meanwhile, who
 * would hold the lease. Where it comes to nothing half-way, nobody does so afterwards, either.
 *
 * @returns null where somebody else was faster
 */
async function deleteUndisturbed(
  root: Root,
  { id, slot, state }: Extract<Action, { kind: 'retire' }>,
): Promise<Deletion | null> {
  const work = async (): Promise<Deletion | null> => {
    // Its lock may be that of a file which was there a moment ago.
    if (findLease(root, id) === null) return null
    spoilEnd(root, id)
    return deleteInPlace(root, slot)
  }
  if (findLease(root, id)?.state !== state) return null
  if (state === 'live' && !giveUpLive(root, id)) return null
  try {
    const locked = await whileFileLocked(endedLeasePath(root, id), 'exclusive', work)
    if ('value' in locked) return locked.value
    // Where none can be taken at all, who inherits looks again.
    return locked.refused === HELD ? { kind: 'busy', why: HELD } : await work()
  } catch (error) {
    if (findLease(root, id) === null) return null
    throw error
  }
}

/** What lay beside a lease that is gone: this pass, too, may have failed in the midst of it. */
function dropRemains(root: Root, id: string): void {
  if (findLease(root, id) === null) dropLease(root, id, false)
}

/** Ends a lease for a job that is gone, and nobody keeps its slot; false where it has ended by itself. */
function giveUpLive(root: Root, id: string): boolean {
  giveUpSlot(root, id)
  return markEnded(root, id)
}

/** @returns the slot that was retired, null where none was */
function carryOut(root: Root, action: Action, ways: readonly Helper[]): string | null {
  switch (action.kind) {
    case 'retire': {
      // Ended or retired by somebody else meanwhile: then the plan was made for something else.
      if (findLease(root, action.id)?.state !== action.state) return null
      // Who was faster needs what lies beside the lease, and drops it; after a kill the next pass does.
      if (!retire(root, action.slot, action.id, ways)) return null
      removeFormerPaths(root, action.id, action.slot)
      removeEmptyParents(root, action.slot)
      dropLease(root, action.id, true)
      return action.slot
    }
    case 'adopt': {
      const id = leaseIdOfSlot(nameOf(action.path)) ?? ''
      tryToNoteAdopted(root, id, action.path)
      const moved = retire(root, action.path, id, ways)
      removeEmptyParents(root, action.path)
      forgetAdopted(root, id)
      return moved ? action.path : null
    }
    case 'forget':
      if (action.slot !== null && findSlot(root, action.slot) === 'present') return null
      if (action.slot !== null) {
        removeFormerPaths(root, action.id, action.slot)
        removeEmptyParents(root, action.slot)
      }
      dropLease(root, action.id, false)
      return null
    case 'discard':
      discardLeftover(root, action.file)
      return null
    case 'unlink':
      removeFormerPath(root, action.path, action.heir)
      return null
    case 'keep':
    case 'foreign':
      return null
    default:
      return action satisfies never
  }
}

/** Where there is no room for a note, the slot goes all the same. */
function tryToNoteAdopted(root: Root, id: string, slot: string): void {
  try {
    noteAdopted(root, id, slot)
  } catch {
    return
  }
}

/** Removes the directories above slots that a pass adopted which was killed then. */
export function finishAdoptions(root: Root): void {
  for (const { id, slot } of listAdopted(root)) {
    if (slot !== null && isSlotPath(slot)) {
      // Another pass may be about to take it.
      if (findSlot(root, slot) === 'present') continue
      removeEmptyParents(root, slot)
    }
    forgetAdopted(root, id)
  }
}

/** The paths of the slots that were handed down to this one lead nowhere from now on. */
function removeFormerPaths(root: Root, id: string, slot: string): void {
  for (const former of readSeedRecord(root, id).former) removeFormerPath(root, former, slot)
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Moves a slot to the trash; another user's directory may need help even for that. */
function retire(root: Root, slot: string, id: string, ways: readonly Helper[]): boolean {
  try {
    return moveToTrash(root, slot, id)
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errnoOf(error)) || ways.length === 0) throw error
    const helped = withHelp(ways, (helper) =>
      // As a directory, by the slash: no link that an heir has left there meanwhile.
      helper.move(`${root.path}/${slot}/`, controlName(root, 'trash', id), root.path),
    )
    if (helped.ok) return true
    if (findSlot(root, slot) === 'missing' || isHandedDown(root, slot)) return false
    throw new Error(`${messageOf(error)}; ${helped.why}`, { cause: error })
  }
}
