import type { LeaseRecord } from './lease.ts'
import type { Occupancy, Verdict } from './evidence.ts'
import { judge } from './evidence.ts'

/** How long ended slots are kept, and how many. */
export interface Retention {
  retentionHours: number
  keepPerPr: number
}

/** The clocks of one pass, read once. */
export interface Moment {
  bootId: string
  uptimeS: number
  wallMs: number
}

/** A lease with what is known of its owner, and whether its slot is there. */
export interface ObservedLease {
  record: LeaseRecord
  owner: Verdict
  /** `missing` where nothing lies at its path, `diverted` where a link or a file is on the way */
  slot: 'present' | 'missing' | 'diverted'
  /** mount points at or below the slot, as the host sees them */
  mounts: readonly string[]
}

/** A directory that has a slot's place or name, but no lease. */
export interface ForeignDirectory {
  /** relative to the root */
  path: string
  why: string
  /** an administrator named it on the command line */
  adopted: boolean
}

/** The path of a slot that was handed down: a link to its heir. Both are relative to the root. */
export interface FormerPath {
  path: string
  heir: string
}

/** What a pass would do to one thing, and why; printed as it is, carried out by `apply`. */
export type Action =
  | {
      kind: 'retire'
      id: string
      slot: string
      reason: string
      state: 'live' | 'ended'
      /** it is kept in quiet times, and goes in its turn until the disk has room */
      asFarAsNeeded?: true
    }
  | { kind: 'forget'; id: string; slot: string | null; reason: string }
  | { kind: 'discard'; file: string; reason: string }
  | { kind: 'keep'; id: string; slot: string | null; reason: string; state: Kept }
  | { kind: 'unlink'; path: string; heir: string; reason: string }
  | { kind: 'adopt'; path: string; reason: string }
  | { kind: 'foreign'; path: string; reason: string }

/**
 * Why something is kept: it is `live`, ended but `retained`, its owner is `unknown`, or it is
 * `blocked`: it would go, were it not for what still lives in it or is mounted below it.
 */
export type Kept = 'live' | 'retained' | 'unknown' | 'blocked'

/** A lease that may go, if nobody lives in its slot. */
export interface Candidate {
  lease: ObservedLease
  reason: string
}

/**
 * The leases that may go, oldest first, before anybody has looked into their slots: those of dead
 * owners, and ended ones past their retention or beyond the number kept for a job and PR.
 */
export function candidates(
  leases: readonly ObservedLease[],
  retention: Retention,
  now: Moment,
): Candidate[] {
  const found: Candidate[] = []
  const groups = new Map<string, number>()
  for (const lease of [...leases].toSorted((a, b) => byAge(b, a, now))) {
    const reason = reasonToGo(lease, retention, now, groups)
    if (reason !== null) found.push({ lease, reason })
  }
  return found.toReversed()
}

function reasonToGo(
  lease: ObservedLease,
  retention: Retention,
  now: Moment,
  groups: Map<string, number>,
): string | null {
  const { record, owner, slot } = lease
  if (owner.kind !== 'dead') return null
  const reason = owner.reasons.join('; ')
  if (slot === 'missing' || record.state === 'live') return reason
  if (record.isKept) return null
  const result = record.end?.result ?? 'unknown'
  // Only a good build is worth inheriting; what a failed one left is disk that others need.
  const isWarm = result === 'failure' && record.end?.isWarm === true
  if (!isWarm && ['failure', 'cancelled'].includes(result)) return reason
  const age = ageHours(record, now)
  if (retention.retentionHours === 0) return `${reason}; ended slots are not kept (retention 0 h)`
  if (age > retention.retentionHours) {
    return `${reason} ${hours(age)} ago, over its retention of ${retention.retentionHours} h`
  }
  const group = keepGroup(record)
  const before = groups.get(group) ?? 0
  groups.set(group, before + 1)
  if (before < retention.keepPerPr) return null
  return `${reason}; of this job and PR ${retention.keepPerPr} newer ended slot(s) are kept`
}

/**
 * Hours since a lease ended: by the time since boot within one boot, which nobody can set; across
 * boots by the wall clock. A time in the future means a clock was wrong, and counts as expired.
 */
export function ageHours(record: LeaseRecord, now: Moment): number {
  const end = record.end
  if (end === null) return Number.POSITIVE_INFINITY
  const seconds =
    end.bootId === now.bootId ? now.uptimeS - end.uptimeS : (now.wallMs - end.wallMs) / 1000
  return seconds < 0 ? Number.POSITIVE_INFINITY : seconds / 3600
}

function hours(age: number): string {
  if (age === Number.POSITIVE_INFINITY) return 'at an unknown time'
  return age < 10 ? `${age.toFixed(1)} h` : `${Math.round(age)} h`
}

/** What no workflow is known of is a group of its own: rather one more is kept than one too few. */
function keepGroup({ lease, id }: LeaseRecord): string {
  if (lease === null) return id
  const { repository, prKey, workflow, job, leg } = lease
  return [repository, prKey, workflow, job, leg].join('\n')
}

/** Orders leases from the oldest to the newest. */
function byAge(a: ObservedLease, b: ObservedLease, now: Moment): number {
  const older = ageHours(b.record, now) - ageHours(a.record, now)
  if (!Number.isNaN(older) && older !== 0) return older
  return a.record.id < b.record.id ? -1 : 1
}

/**
 * The plan of a pass: one action for each lease, foreign directory and left-over file.
 *
 * @param occupancies who lives in each candidate's slot, by lease id
 */
export function planPass(
  view: {
    leases: readonly ObservedLease[]
    foreign: readonly ForeignDirectory[]
    /** former paths of slots whose heir is gone */
    orphanedLinks: readonly FormerPath[]
    leftovers: readonly string[]
  },
  chosen: readonly Candidate[],
  occupancies: ReadonlyMap<string, Occupancy>,
): Action[] {
  const ids = new Set(chosen.map((each) => each.lease.record.id))
  return [
    ...view.leftovers.map(discard),
    ...view.orphanedLinks.map(unlink),
    ...chosen.map((each) => decide(each, occupancies.get(each.lease.record.id))),
    ...view.leases.filter((each) => !ids.has(each.record.id)).map(keep),
    ...view.foreign.map(judgeForeign(occupancies)),
  ]
}

function discard(file: string): Action {
  return { kind: 'discard', file, reason: 'its writer was ended before it was finished' }
}

function unlink({ path, heir }: FormerPath): Action {
  return { kind: 'unlink', path, heir, reason: 'it led to a slot that is gone' }
}

function decide({ lease, reason }: Candidate, occupancy: Occupancy | undefined): Action {
  const { record, slot, mounts } = lease
  const { id } = record
  if (slot === 'missing' || record.slot === null) {
    return { kind: 'forget', id, slot: record.slot, reason: `${reason}; its slot is not there` }
  }
  if (slot === 'diverted') {
    return kept(record, `${reason}, but a link or a file stands on the way to it`, 'blocked')
  }
  if (mounts.length > 0) {
    const where = mounts.join(', ')
    return kept(record, `${reason}, but something is mounted in it: ${where}`, 'blocked')
  }
  const verdict = judge(lease.owner, occupancy ?? NOT_LOOKED_INTO)
  switch (verdict.kind) {
    case 'alive':
      return kept(record, `${reason}, but it is in use: ${living(occupancy)}`, 'blocked')
    case 'unknown':
      return kept(record, verdict.reasons.join('; '), 'blocked')
    case 'dead':
      return { kind: 'retire', id, slot: record.slot, reason, state: record.state }
    default:
      return verdict.kind satisfies never
  }
}

const NOT_LOOKED_INTO: Occupancy = { inhabitants: [], unknown: ['nobody looked into its slot'] }

function living(occupancy: Occupancy | undefined): string {
  return (occupancy?.inhabitants ?? []).map((each) => each.what).join('; ')
}

function kept(record: LeaseRecord, reason: string, state: Kept): Action {
  return { kind: 'keep', id: record.id, slot: record.slot, reason, state }
}

function keep({ record, owner }: ObservedLease): Action {
  const reason = owner.reasons.join('; ')
  switch (owner.kind) {
    case 'alive':
      return kept(record, reason, 'live')
    case 'unknown':
      return kept(record, reason, 'unknown')
    case 'dead':
      return kept(record, `${reason}; ${record.isKept ? KEPT : 'kept to be inherited'}`, 'retained')
    default:
      return owner.kind satisfies never
  }
}

/** How somebody says that they do not want it any more. */
const KEPT = 'kept by --keep until “target-guard run --end --lease” names it'

function judgeForeign(occupancies: ReadonlyMap<string, Occupancy>) {
  return ({ path, why, adopted }: ForeignDirectory): Action => {
    if (!adopted) return { kind: 'foreign', path, reason: why }
    const occupancy = occupancies.get(path) ?? NOT_LOOKED_INTO
    const found = [...occupancy.inhabitants.map((each) => each.what), ...occupancy.unknown]
    return found.length === 0
      ? { kind: 'adopt', path, reason: `${why}; adopted by an administrator` }
      : { kind: 'foreign', path, reason: `${why}; not adopted, it is in use: ${found.join('; ')}` }
  }
}
