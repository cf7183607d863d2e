import { isSameContent } from './build-inputs.ts'
import type { Content, Input } from './build-inputs.ts'

/**
 * Whether units that were built in one worktree are fresh in another one. Where people work no file’s
 * times are ours to set, so what is set instead are those of the units: to a moment at which each
 * input is known to have held what the unit was built from.
 */

/** One input that a unit names: as it was recorded after the build, and as it is here. */
export interface Sight {
  /** undefined where nothing was recorded under this name */
  recorded: Input | undefined
  /** null where nothing is */
  present: (Content & { mtimeNs: bigint; ctimeNs: bigint }) | null
}

/**
 * Why a compiled unit has to be compiled again, as far as one input tells; null where it need not.
 *
 * @param startedNs when the unit began
 * @param beforeNs its new start, before which nobody had looked at anything
 */
export function whyNotKept(sight: Sight, startedNs: bigint, beforeNs: bigint): string | null {
  const why = whyAnother(sight, startedNs)
  if (why !== null || sight.present === null) return why
  const { mtimeNs, ctimeNs } = sight.present
  // Whoever writes into it from now on gives it a later time; one from ahead of us would hide that.
  return mtimeNs < beforeNs && ctimeNs < beforeNs ? null : 'changes while it is looked at'
}

/**
 * Why a build script has to be run again; null where it need not. Its own times stay, since what
 * depends on it would look old beside newer ones.
 *
 * @param startedNs when it was run
 */
export function whyRunAgain(sight: Sight, startedNs: bigint): string | null {
  const why = whyAnother(sight, startedNs)
  if (why !== null || sight.present === null) return why
  return sight.present.mtimeNs > startedNs ? 'is newer than what was made of it' : null
}

/** Outside the worktree there is one history: Cargo’s own comparison holds for what has not changed. */
export function whyNotAsOutside({ recorded, present }: Sight): string | null {
  if (recorded === undefined) return 'is not known'
  if (present === null) return 'is gone'
  if (!isSameContent(recorded, present)) return 'is not known to hold the same'
  const isAsOld = recorded.kind === 'link' || present.mtimeNs >= BigInt(recorded.mtimeNs)
  return isAsOld ? null : 'has an older time than it had'
}

function whyAnother({ recorded, present }: Sight, startedNs: bigint): string | null {
  if (recorded === undefined) return 'is not known'
  // What was recorded is what lay there at the end, which the unit has not seen.
  if (BigInt(recorded.mtimeNs) > startedNs) return 'was changed after the unit was built'
  if (present === null) return 'is gone'
  if (present.kind === 'directory') return 'is a folder'
  return isSameContent(recorded, present) ? null : 'is not known to hold the same'
}
