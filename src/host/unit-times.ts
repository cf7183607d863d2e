import { closeSync, constants, fstatSync, futimesSync, openSync, readdirSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { at, isDiverted, within } from './folders.ts'

/** A number of seconds cannot hold every nanosecond. */
const ROUNDED_NS = 1_000_000n

/**
 * Gives a compiled unit another start: Cargo compares its inputs with the time of its list of them,
 * and its start is when that list is from.
 *
 * @param fingerprint the folder of its fingerprint, relative to the target directory
 * @param startMs since the epoch, in whole milliseconds; what is set may be off by less than one
 * @returns in words why it could not be set everywhere; then the target directory must not be used
 */
export function setUnitStart(target: string, fingerprint: string, startMs: number): string | null {
  try {
    return within(target, fingerprint.split('/'), (folder) => {
      const names = readdirSync(at(folder, '.'))
      const marks = names.filter((name) => name === 'invoked.timestamp' || name.startsWith('dep-'))
      const problems = marks.map((name) => setTime(at(folder, name), startMs))
      return problems.find((problem) => problem !== null) ?? null
    })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isDiverted(error)) return `${fingerprint} is not there`
    throw error
  }
}

function setTime(path: string, startMs: number): string | null {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { nlink } = fstatSync(file)
    // Another name for it may lie in the very build that this one was cloned from.
    if (!fstatSync(file).isFile() || nlink !== 1) return 'a list of inputs has several names'
    futimesSync(file, startMs / 1000, startMs / 1000)
    const off = fstatSync(file, { bigint: true }).mtimeNs - BigInt(startMs) * 1_000_000n
    return off < ROUNDED_NS && off > -ROUNDED_NS ? null : 'the file system keeps other times'
  } finally {
    closeSync(file)
  }
}
