import { available, decide, growth, isDoubtful, mayGrow } from '../plan/admission.ts'
import type { Holder, KeeperKind } from '../plan/admission.ts'
import { reserveOf } from '../plan/admission-setting.ts'
import type { Self, Verdict } from '../plan/evidence.ts'
import type { Forecast } from '../plan/forecast.ts'
import type { LeaseRecord } from '../plan/lease.ts'
import { runnerPrefix } from '../plan/naming.ts'
import type { Settings } from '../plan/settings.ts'
import { readClaims } from '../host/claims.ts'
import type { Claim } from '../host/claims.ts'
import { probeDisks } from '../host/disk.ts'
import { hasHadKeeper, seeKeepers } from '../host/keeper-lock.ts'
import { findLease } from '../host/leases.ts'
import { readMounts } from '../host/mounts.ts'
import type { Root } from '../host/root.ts'
import { readSizeSample } from '../host/size-samples.ts'
import { hasTrash } from '../host/trash.ts'
import { listWaiters, notePassing } from '../host/waiting.ts'
import type { Holding, WaitFacts } from '../report/admission.ts'
import { lookInto, observeLease, rememberEnded } from './observe.ts'

export interface RoomRequest {
  root: Root
  self: Self
  settings: Settings
  expected: Forecast
  /** this job’s place in the queue, null before it has one */
  ticket: string | null
  /** ids of leases that wait for this job to end: what it was started within */
  outer: readonly string[]
  /** tells where docker is */
  environment: NodeJS.ProcessEnv
}

/** Why there is no leave to start now. */
export interface NoRoom extends WaitFacts {
  /** whether nobody else who waits came before */
  isFirst: boolean
  /** whether this job has its place in the queue, as others see it */
  isQueued: boolean
}

type Claims = readonly Claim[]

interface Room {
  freeBytes: number
  reserveBytes: number
  /** whether others came before: then what is left decides who may start */
  isContested: boolean
}

/**
 * Looks whether this job may start; to be done while holding the admission lock.
 *
 * @returns null where it may: it fits, it has a slot already, or the disk gives no number
 */
export async function lookForRoom(request: RoomRequest): Promise<NoRoom | null> {
  const { root, settings, expected, ticket } = request
  const queue = listWaiters(root, ticket)
  const own = queue.findIndex(({ name }) => name === ticket)
  const ahead = own < 0 ? queue : queue.slice(0, own)
  // Looked at before and after the space: what is gone by the end was not all free when it was read.
  const isDeleting = (): boolean => ahead.length > 0 && hasTrash(root)
  const wasFreeing = isDeleting()
  const [reading] = (await probeDisks(root.path, [])).readings
  if (reading === undefined) return null
  const { freeBytes, totalBytes } = reading
  const room = { freeBytes, reserveBytes: reserveOf(settings.admission.reserveBytes, totalBytes) }
  const claims = readClaims(root)
  // Whoever has a slot already must not wait for himself.
  if (hasOwn(request, claims)) return null
  const others = claims.filter(({ id }) => !request.outer.includes(id))
  const holders = await holdersFor(request, others, { ...room, isContested: ahead.length > 0 })
  const isFreeing = wasFreeing || isDeleting()
  const decision = decide({ ...room, forecastBytes: expected.bytes, holders, ahead, isFreeing })
  if (decision.kind === 'start' && notePassing(root, decision.passing)) return null
  const isFirst = ahead.length === 0
  return { root: root.path, expected, ...room, holders, decision, isFirst, isQueued: own >= 0 }
}

/** Whether one of this runner’s leases is of this very job; by their names, others are not read. */
function hasOwn({ root, self }: RoomRequest, claims: readonly Claim[]): boolean {
  const { runnerKey } = self
  if (runnerKey === null) return false
  const prefix = runnerPrefix(runnerKey)
  return claims.some(({ id }) => {
    const record = id.startsWith(prefix) ? findLease(root, id) : null
    return record?.state === 'live' && isOwn(record, self)
  })
}

/**
 * Who has a claim to space, read no further than it matters: a sample only ever makes a claim smaller,
 * and the dead have none.
 */
async function holdersFor(request: RoomRequest, claims: Claims, room: Room): Promise<Holding[]> {
  const { root, self, expected } = request
  const whole = claims.map(({ id, forecastBytes }) => ({ id, forecastBytes, sampledBytes: 0 }))
  const fits = (holders: readonly Holder[]): boolean =>
    available({ ...room, holders }) >= expected.bytes
  if (!room.isContested && fits(whole)) return whole.map(withoutLease)
  const sampled = claims.map(({ id, forecastBytes, isSampled }) => ({
    id,
    forecastBytes,
    sampledBytes: (isSampled ? readSizeSample(root, id)?.bytes : null) ?? 0,
  }))
  const isFitting = fits(sampled)
  if (isFitting && !room.isContested) return sampled.map(withoutLease)
  const mounts = readMounts()
  const ended = rememberEnded()
  const judged = sampled.flatMap((holder): Judged[] => {
    if (growth(holder) === 0) return [{ holding: withoutLease(holder), owner: 'alive' }]
    const record = findLease(root, holder.id)
    if (record?.state !== 'live' || record.lease === null) return []
    const holding = { ...holder, lease: record.lease }
    if (isFitting) return [{ holding, owner: 'alive' }]
    return [{ holding, owner: observeLease(root, record, self, mounts, ended).owner.kind }]
  })
  return withKeepers(request, judged)
}

interface Judged {
  holding: Holding
  owner: Verdict['kind']
}

/** Those that may still grow, now that the keepers of all who are not surely alive were looked for. */
async function withKeepers(request: RoomRequest, judged: readonly Judged[]): Promise<Holding[]> {
  const { root } = request
  const uncertain = judged.filter(({ owner }) => owner !== 'alive')
  const seen = await seeKeepers(
    root,
    uncertain.map(({ holding }) => holding.id),
  )
  const keeperOf = (id: string): KeeperKind => {
    const lock = seen.get(id)
    if (lock === 'held') return 'held'
    return lock === 'free' && hasHadKeeper(root, id) ? 'left' : 'unknown'
  }
  const known = judged.map((each) => Object.assign(each, { keeper: keeperOf(each.holding.id) }))
  const doubtful = known.filter(({ owner, keeper }) => isDoubtful(owner, keeper))
  const inhabited = await findInhabited(
    request,
    doubtful.map(({ holding }) => holding),
  )
  return known
    .filter(({ holding, owner, keeper }) => mayGrow(owner, keeper, inhabited.has(holding.id)))
    .map(({ holding }) => holding)
}

/** Ids of those in whose slots somebody was found; a look at all processes, for the few that need it. */
async function findInhabited(
  { root, self, environment }: RoomRequest,
  holdings: readonly Holding[],
): Promise<Set<string>> {
  const places = holdings.flatMap(({ lease }) =>
    lease === null ? [] : [{ slot: lease.slot, container: lease.owner.container }],
  )
  const found = await lookInto(root, places, self, environment)
  const isInhabited = ({ lease }: Holding): boolean =>
    lease !== null && (found.get(lease.slot)?.inhabitants ?? []).length > 0
  return new Set(holdings.filter(isInhabited).map(({ id }) => id))
}

function withoutLease(holder: Holder): Holding {
  return { ...holder, lease: null }
}

function isOwn({ lease }: LeaseRecord, { runnerKey, job, worker }: Self): boolean {
  if (lease === null || job === null || lease.owner.runner.key !== runnerKey) return false
  const isSameWorker =
    worker === null ||
    lease.owner.worker === null ||
    (lease.owner.worker.pid === worker.pid && lease.owner.worker.start === worker.start)
  return (
    isSameWorker &&
    lease.runId === job.runId &&
    lease.attempt === job.attempt &&
    lease.job === job.job
  )
}
