import { encodeRecord } from '../plan/build-record.ts'
import { messageOf } from '../plan/guard-error.ts'
import { isLocal } from '../plan/lease.ts'
import { leasePath, readBuildRecord, writeRecord } from '../host/lease-companions.ts'
import { findLease } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { keepsAccessTimes, markUnits } from '../host/unit-marks.ts'
import type { Runtime } from './runtime.ts'

/**
 * Marks the units of a slot whose job is about to end, for the build of who takes it over: that job has
 * nothing to wait for then. Without the marks it sets them itself.
 */
export async function markBuild(root: Root, id: string, { voice }: Runtime): Promise<void> {
  const build = readBuildRecord(root, id)
  const { slot, lease } = findLease(root, id) ?? { slot: null, lease: null }
  if (build === null || slot === null || lease === null || isLocal(lease.madeBy)) return
  try {
    const marked =
      keepsAccessTimes(leasePath(root, `${id}.build`)) &&
      (await markUnits(`${root.realPath}/${slot}`))
    if (marked) writeRecord(root, id, '.build', encodeRecord({ ...build, marked }))
  } catch (error) {
    voice.warning(
      `The units in ${slot} were not marked (${messageOf(error)}); who takes it over has to wait for that.`,
    )
  }
}
