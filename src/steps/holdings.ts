import { readSizeSample } from '../host/size-samples.ts'
import type { Root } from '../host/root.ts'
import { lockAdmission, seeWaiters } from '../host/waiting.ts'
import type { LeaseRecord } from '../plan/lease.ts'
import type { Moment } from '../plan/reclaim.ts'

/** How much there is of something, as far as it was measured. */
export interface Total {
  count: number
  /** of those that were measured */
  bytes: number
  unmeasured: number
}

/** Somebody who waits for room. */
export interface WaiterStatus {
  forecastBytes: number
  waitsMinutes: number
  /** how many smaller ones have been let past */
  passed: number
}

/** How large a slot was when its keeper last measured it; null where nobody has, or another boot did. */
export interface SlotSize {
  bytes: number | null
  measuredHoursAgo: number | null
}

/** The last sample of a lease’s slot: one small file, no walk. */
export function slotSize(root: Root, { id, lease }: LeaseRecord, now: Moment): SlotSize {
  const sample = readSizeSample(root, id)
  if (sample === null) return { bytes: null, measuredHoursAgo: null }
  const isSameBoot = lease?.owner.bootId === now.bootId
  const seconds = now.uptimeS - sample.uptimeMs / 1000
  return { bytes: sample.bytes, measuredHoursAgo: isSameBoot ? hours(seconds) : null }
}

/** Hours since a lease was made: across boots by the wall clock; null where it does not say. */
export function madeHoursAgo({ lease }: LeaseRecord, now: Moment): number | null {
  if (lease === null) return null
  if (lease.owner.bootId === now.bootId) return hours(now.uptimeS - lease.uptimeS)
  const atMs = Date.parse(lease.at)
  return Number.isNaN(atMs) ? null : hours((now.wallMs - atMs) / 1000)
}

export function totalOf(sizes: readonly (number | null)[]): Total {
  const measured = sizes.filter((bytes) => bytes !== null)
  return {
    count: sizes.length,
    bytes: measured.reduce((sum, bytes) => sum + bytes, 0),
    unmeasured: sizes.length - measured.length,
  }
}

/** Who waits for room, in their order; null where the queue cannot be looked at now. */
export async function waitersOf(root: Root, now: Moment): Promise<WaiterStatus[] | null> {
  // Somebody may be about to take a place: whoever tries its lock then would take the place away.
  const held = await lockAdmission(root)
  if ('problem' in held) return null
  try {
    return seeWaiters(root).map(({ forecastBytes, passed, sinceMs }) => {
      const waitsMinutes = Number((Math.max(0, now.wallMs - sinceMs) / 60_000).toFixed(1))
      return { forecastBytes, waitsMinutes, passed }
    })
  } catch {
    return null
  } finally {
    held.release()
  }
}

function hours(seconds: number): number {
  return Number((Math.max(0, seconds) / 3600).toFixed(2))
}
