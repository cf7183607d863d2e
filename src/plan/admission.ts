/** A live lease as admission counts it. */
export interface Holder {
  id: string
  /** null where it was admitted without one: then it is not known to grow */
  forecastBytes: number | null
  /** as last sampled; 0 before the first sample */
  sampledBytes: number
}

/** Somebody who waits, and came before. */
export interface Waiter {
  name: string
  forecastBytes: number
  /** how many have been let past */
  passed: number
}

/** Everything a decision rests on, all of the same moment. */
export interface Standing {
  freeBytes: number
  reserveBytes: number
  /** null without history: then the job is admitted, and learned from */
  forecastBytes: number | null
  holders: readonly Holder[]
  /** who came before, in the order of their coming */
  ahead: readonly Waiter[]
  /** whether something is just being deleted: there will be more room than there is */
  isFreeing: boolean
}

/** `passing`: those who are to be told that somebody went past them. */
export type Decision =
  | { kind: 'start'; passing: readonly Waiter[] }
  | { kind: 'wait'; why: 'room' | 'turn'; availableBytes: number }

/** A waiter lets so many smaller jobs past, and then nobody. */
export const PASSES_AT_MOST = 8

/** What a lease may still grow, never below 0. */
export function growth({ forecastBytes, sampledBytes }: Holder): number {
  return forecastBytes === null ? 0 : Math.max(0, forecastBytes - sampledBytes)
}

/**
 * Whether a lease still claims what it was forecast. For claims alone: nothing is deleted by it.
 *
 * @param keeper `left`: one has noted itself, and its lock is free now; `unknown` says nothing
 * @param isInhabited whether somebody was found in its slot; asked where `isDoubtful`
 */
export function mayGrow(owner: OwnerKind, keeper: KeeperKind, isInhabited: boolean): boolean {
  // A killed “run” leaves a command that builds on, and holds the lock.
  if (keeper === 'held') return true
  if (isDoubtful(owner, keeper)) return isInhabited
  return owner === 'alive' || owner === 'unknown'
}

/**
 * Whether only a look into its slot tells. A job whose container was killed may look unknown for ever, and
 * what it wrote is on the disk already; but it may also be its keeper alone that was killed.
 */
export function isDoubtful(owner: OwnerKind, keeper: KeeperKind): boolean {
  return owner === 'unknown' && keeper === 'left'
}

type OwnerKind = 'alive' | 'dead' | 'unknown'
export type KeeperKind = 'held' | 'left' | 'unknown'

/** Free bytes that nobody has a claim to; below 0 where more is claimed than there is. */
export function available({
  freeBytes,
  reserveBytes,
  holders,
}: Pick<Standing, 'freeBytes' | 'reserveBytes' | 'holders'>): number {
  return freeBytes - reserveBytes - holders.reduce((sum, holder) => sum + growth(holder), 0)
}

/** Whether a disk is too small for a job even when it is empty: to wait would be in vain. */
export function neverFits(
  forecastBytes: number,
  { totalBytes, reserveBytes }: { totalBytes: number; reserveBytes: number },
): boolean {
  return forecastBytes > totalBytes - reserveBytes
}

/**
 * Whether a job may start: first come, first served; but while none of those before it has room, a
 * smaller one may go past each of them a bounded number of times. Not while something is being deleted:
 * room that comes bit by bit would all go to the smallest.
 */
export function decide(standing: Standing): Decision {
  const { forecastBytes, ahead, isFreeing } = standing
  if (forecastBytes === null) return { kind: 'start', passing: [] }
  const availableBytes = available(standing)
  if (forecastBytes > availableBytes) return { kind: 'wait', why: 'room', availableBytes }
  const mayPass = ahead.every(
    (waiter) =>
      waiter.forecastBytes > availableBytes && waiter.passed < PASSES_AT_MOST && !isFreeing,
  )
  return mayPass ? { kind: 'start', passing: ahead } : { kind: 'wait', why: 'turn', availableBytes }
}
