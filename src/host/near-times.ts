import { lstatSync, lutimesSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import type { PlannedTime } from '../plan/build-inputs.ts'
import { messageOf } from '../plan/guard-error.ts'
import { isExpected, stampOf } from './contents.ts'
import type { SetTime } from './file-times.ts'
import { isDiverted, parted, within } from './folders.ts'

/**
 * Sets mtimes without perl: by node, which takes them as doubles. Never later than wanted, and at most
 * 2 µs before: of the same content that tells Cargo the same. What does not keep such a time gets now.
 */
export function setNearTimes(
  workspace: string,
  planned: readonly PlannedTime[],
  nowNs: bigint,
): SetTime[] {
  return planned.map(({ path, mtimeNs, expected }) => {
    const [folders, name] = parted(path)
    try {
      return within(`${workspace}/.`, folders, (folder) => {
        const file = `/proc/${process.pid}/fd/${folder}/${name || '.'}`
        // The time first, as by perl: what is put there in between is seen.
        const near = mtimeNs === null ? null : setNear(file, BigInt(mtimeNs))
        const isSet = near !== null && isExpected(near, expected)
        const stat = isSet ? near : setNow(file, nowNs)
        const kind = isSet || mtimeNs === null ? 'set' : 'now'
        return { kind, path, stamp: stampOf(stat) }
      })
    } catch (error) {
      const why = isDiverted(error) ? 'a link leads there' : messageOf(error)
      return { kind: 'failed', path, why }
    }
  })
}

const NEAR_NS = 2000n

/** What lies there then, with its time; null where the disk does not keep that. */
function setNear(file: string, mtimeNs: bigint): BigIntStats | null {
  const { atime } = lstatSync(file)
  // The middle of a microsecond, which no rounding leaves: of its own, or of the one before. What was
  // set so once gets the very same.
  for (const middle of [0.5, -0.5]) {
    lutimesSync(file, atime, Math.max(0, (Number(mtimeNs / 1000n) + middle) / 1e6))
    const stat = lstatSync(file, { bigint: true })
    const off = mtimeNs - stat.mtimeNs
    if (off >= 0n) return off <= NEAR_NS ? stat : null
  }
  return null
}

/** A double cannot hold nanoseconds: never before the moment that is meant. */
function setNow(file: string, nowNs: bigint): BigIntStats {
  const seconds = Number(nowNs / 1_000_000n + 1n) / 1000
  lutimesSync(file, seconds, seconds)
  return lstatSync(file, { bigint: true })
}
