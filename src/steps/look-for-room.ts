import { available, decide, growth } from '../plan/admission.ts'
import { reserveOf } from '../plan/admission-setting.ts'
import type { Self } from '../plan/evidence.ts'
import type { Forecast } from '../plan/forecast.ts'
import type { LeaseRecord } from '../plan/lease.ts'
import type { Settings } from '../plan/settings.ts'
import { probeDisks } from '../host/disk.ts'
import { readLiveLeases } from '../host/leases.ts'
import { readMounts } from '../host/mounts.ts'
import type { Root } from '../host/root.ts'
import { listWaiters, notePassing } from '../host/waiting.ts'
import type { Holding, WaitFacts } from '../report/admission.ts'
import { observeLease, rememberEnded } from './observe.ts'

export interface RoomRequest {
  root: Root
  self: Self
  settings: Settings
  expected: Forecast
  /** this job’s place in the queue, null before it has one */
  ticket: string | null
}

/** Why there is no leave to start now. */
export interface NoRoom extends WaitFacts {
  /** whether nobody else who waits came before */
  isFirst: boolean
}

/**
 * Looks whether this job may start; to be done while holding the admission lock.
 *
 * @returns null where it may: it fits, it has a slot already, or the disk gives no number
 */
export async function lookForRoom(request: RoomRequest): Promise<NoRoom | null> {
  const { root, settings, expected, ticket } = request
  const [reading] = (await probeDisks(root.path, [])).readings
  if (reading === undefined) return null
  const { freeBytes, totalBytes } = reading
  const room = { freeBytes, reserveBytes: reserveOf(settings.admission.reserveBytes, totalBytes) }
  const queue = listWaiters(root, ticket)
  const own = queue.findIndex(({ name }) => name === ticket)
  const ahead = own < 0 ? queue : queue.slice(0, own)
  const holders = holdersFor(request, room)
  // Whoever has a slot already must not wait for himself.
  if (holders === 'own') return null
  const decision = decide({ ...room, forecastBytes: expected.bytes, holders, ahead })
  if (decision.kind === 'start' && notePassing(root, decision.passing)) return null
  return { root: root.path, expected, ...room, holders, decision, isFirst: ahead.length === 0 }
}

/** Who has a claim to space; the dead have none, and are only looked for where it matters. */
function holdersFor(
  { root, self, expected }: RoomRequest,
  room: { freeBytes: number; reserveBytes: number },
): Holding[] | 'own' {
  const live = readLiveLeases(root).map(({ record, sample }) => ({
    record,
    id: record.id,
    lease: record.lease,
    forecastBytes: record.lease?.forecastBytes ?? null,
    sampledBytes: sample?.bytes ?? 0,
  }))
  if (live.some(({ record }) => isOwn(record, self))) return 'own'
  if (available({ ...room, holders: live }) >= expected.bytes) return live
  const mounts = readMounts()
  const ended = rememberEnded()
  return live.filter(
    ({ record, ...holder }) =>
      growth(holder) === 0 || observeLease(root, record, self, mounts, ended).owner.kind !== 'dead',
  )
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
