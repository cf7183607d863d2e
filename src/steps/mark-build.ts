import { messageOf } from '../plan/guard-error.ts'
import { isLocal } from '../plan/lease.ts'
import { readBuildRecord } from '../host/lease-companions.ts'
import { findLease } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { markUnits } from '../host/unit-marks.ts'
import type { Runtime } from './runtime.ts'

/**
 * Marks the units of a slot whose job is about to end, for the build of who takes it over, or clones what
 * is published of it by reflink, which reads nothing: that job has nothing to wait for then. Without the
 * marks it sets them itself.
 */
export async function markBuild(root: Root, id: string, { voice }: Runtime): Promise<void> {
  const { slot, lease } = findLease(root, id) ?? { slot: null, lease: null }
  if (slot === null || lease === null || isLocal(lease.madeBy)) return
  // Nobody inherits what is not known.
  if (readBuildRecord(root, id) === null) return
  try {
    await markUnits(`${root.realPath}/${slot}`)
  } catch (error) {
    voice.warning(
      `The units in ${slot} were not marked (${messageOf(error)}); who takes it over has to wait for that.`,
    )
  }
}
