/** What a lock says of its owner. */
export interface LockVerdict {
  owner: 'alive' | 'dead' | 'unknown'
  /** in words */
  why: string
}

/** How the process that a lock names was found. */
export interface LockSight {
  /** `gone` where there is no such process, `hidden` where /proc will not tell */
  process: { startedAtMs: number; isZombie: boolean; command: string } | 'gone' | 'hidden'
  /** a process of a container that has this number there, in words; null without one */
  inContainer: string | null
  /** whether this process sees all processes of the host */
  seesHost: boolean
  /** how far the clock may have been set forward since the host was started; Infinity if not known */
  clockAheadMs: number
}

/** Why nothing is concluded where only a part of the processes is shown: a container, or hidepid. */
export const HOST_UNSEEN = 'processes of the host cannot be seen from here'

/** Nothing shorter is believed: process starts are counted in ticks, and clocks are corrected. */
const SLACK_MS = 60_000

/** Lock files that are younger stay, unless another age is asked for. */
export const LOCKS_MS = 15 * 60_000

/** The process that the text of a lock names: `… (pid 1234)`, `{"pid":1234}`; null without one. */
export function pidInReason(text: string): number | null {
  const found = /\bpid["']?\s*[:=#]?\s*["']?(\d{1,10})\b/i.exec(text)?.[1]
  return pidOf(found)
}

/** The same for a lock file in a pool, which may hold the number alone. */
export function pidInFile(text: string): number | null {
  return pidOf(/^\s*(\d{1,10})\s*$/.exec(text)?.[1]) ?? pidInReason(text)
}

function pidOf(text: string | undefined): number | null {
  const pid = Number(text)
  return text !== undefined && Number.isSafeInteger(pid) && pid > 0 && pid < 2 ** 31 ? pid : null
}

/**
 * Whether the owner of a lock still lives. A process that started after the lock was made is not
 * the one that made it, whatever its number; so is every process after a restart of the host. When a
 * process started is known by the clock of today: set forward meanwhile, it makes all of them younger
 * against a lock of before.
 *
 * @param madeAtMs when the lock file was last written
 */
export function judgeLock(
  pid: number | null,
  sight: LockSight | null,
  madeAtMs: number,
): LockVerdict {
  if (pid === null || sight === null) return { owner: 'unknown', why: 'it names no process' }
  const { process, inContainer, seesHost, clockAheadMs } = sight
  if (process === 'hidden') return { owner: 'unknown', why: `/proc does not show pid ${pid}` }
  if (process !== 'gone' && !process.isZombie && process.startedAtMs <= madeAtMs + SLACK_MS) {
    return { owner: 'alive', why: `pid ${pid} (${process.command}) is running` }
  }
  if (inContainer !== null) return { owner: 'unknown', why: inContainer }
  if (!seesHost) {
    return { owner: 'unknown', why: `pid ${pid} may be a process that cannot be seen from here` }
  }
  if (process === 'gone' || process.isZombie) return { owner: 'dead', why: `pid ${pid} is gone` }
  if (process.startedAtMs <= madeAtMs + SLACK_MS + clockAheadMs) {
    const why = `pid ${pid} (${process.command}) is running, and the clock was set since`
    return { owner: 'unknown', why }
  }
  return { owner: 'dead', why: `pid ${pid} is another process now (${process.command})` }
}

/** A lock file, and what is known of who may have made it. */
export interface LockFile {
  path: string
  /** the common directory of the repository that it belongs to; null for one in a pool */
  repository: string | null
  madeAtMs: number
  bytes: number
  /** what it says, for lock files of a pool */
  verdict: LockVerdict | null
  /** processes that have it open or may be its owner, in words */
  holders: readonly string[]
  /** why that could not be found out, null where it could */
  unknown: string | null
}

/** Whether a lock file may go: its owner is gone for certain, and nobody has it open. */
export function judgeLockFile(
  file: LockFile,
  { nowMs, bootAtMs, olderThanMs }: { nowMs: number; bootAtMs: number; olderThanMs: number },
): { goes: boolean; reason: string } {
  const [holder] = file.holders
  if (holder !== undefined) return stays(holder)
  if (file.unknown !== null) return stays(file.unknown)
  const ageMs = nowMs - file.madeAtMs
  if (ageMs < olderThanMs) return stays('it is too young')
  if (file.repository === null) {
    const { owner, why } = file.verdict ?? { owner: 'unknown', why: 'it names no process' }
    return owner === 'dead' ? { goes: true, reason: why } : stays(why)
  }
  return file.madeAtMs < bootAtMs - SLACK_MS
    ? { goes: true, reason: 'it was made before the last start of this host' }
    : { goes: true, reason: 'no process has it open, and no git that could have made it is left' }
}

function stays(reason: string): { goes: boolean; reason: string } {
  return { goes: false, reason }
}
