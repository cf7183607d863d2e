import { readFileSync, readlinkSync } from 'node:fs'
import { messageOf } from '../plan/guard-error.ts'
import { GuardError } from '../plan/guard-error.ts'
import type { Moment } from '../plan/reclaim.ts'

/** The kernel's boot id: the same in every container of the host, another after each start. */
export function readBootId(): string {
  return readProc('/proc/sys/kernel/random/boot_id')
}

/** Seconds since boot, which no clock change touches. */
export function readUptime(): number {
  return Number(readProc('/proc/uptime').split(' ')[0])
}

/** This process's pid namespace, e.g. `pid:[4026531836]`. */
export function readPidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch (error) {
    throw new GuardError(
      `The pid namespace cannot be read (${messageOf(error)}).`,
      'target-guard needs Linux with /proc mounted.',
      { cause: error },
    )
  }
}

/** All clocks, read together. */
export function readMoment(): Moment {
  return { bootId: readBootId(), uptimeS: readUptime(), wallMs: Date.now() }
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new GuardError(
      `${path} cannot be read (${messageOf(error)}).`,
      'target-guard needs Linux with /proc mounted.',
      { cause: error },
    )
  }
}
