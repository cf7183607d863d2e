import type { Registry } from 'prom-client'
import type { SeedKind } from '../plan/build-record.ts'
import type { Level } from '../plan/pressure.ts'
import { samples } from './samples.ts'
import type { Sample } from './samples.ts'

/** What a disk is looked at for. */
export type DiskRole = 'root' | 'workspace' | 'docker'

/** A disk under a name that is the same for every runner of a host. */
export interface MetricDisk {
  role: DiskRole
  /** its mount point */
  mount: string
  level: Level
  freeBytes: number
  totalBytes: number
  freeInodes: number | null
  totalInodes: number | null
}

/** What the metrics file tells; counters are what this process adds to them. */
export interface MetricFacts {
  disks: readonly MetricDisk[]
  slots: number
  /** of all slots, as they were last measured */
  slotBytes: number
  /** bytes as they were last measured */
  snapshots: { many: number; bytes: number }
  /** jobs that wait for room */
  waiting: number
  leases: { live: number; ended: number }
  trash: number
  quarantined: number
  blocked: number
  /** null where this process made no pass */
  pass: { scope: 'own' | 'host'; result: 'done' | 'failed'; seconds: number; atMs: number } | null
  /** results of jobs that have just ended */
  jobs: readonly string[]
  /** what the slots of jobs that have just ended were filled with */
  seeds: readonly SeedKind[]
  reclaimedBytes: number
  /** seconds that this process waited for the host lock, null where it asked for none */
  lockWaitSeconds: number | null
}

export const PREFIX = 'target_guard_'
const DISK = ['role', 'mount']

const COUNTERS = {
  passes: `${PREFIX}passes_total`,
  jobs: `${PREFIX}jobs_total`,
  seeds: `${PREFIX}seeds_total`,
  reclaimed: `${PREFIX}reclaimed_bytes_total`,
  lockWait: `${PREFIX}host_lock_wait_seconds_total`,
} as const

export const LEVELS: readonly Level[] = ['ok', 'low', 'critical']

/** Loads what writing takes: before a lock is taken, since it takes longer than the writing. */
export async function loadMetrics(): Promise<void> {
  await import('prom-client')
}

/**
 * The metrics file, in the Prometheus text format (by prom-client).
 *
 * @param before the file as it was: its counters go on counting, whichever process wrote them
 */
export async function metricsText(facts: MetricFacts, before: string): Promise<string> {
  // Loaded when there is something to write: it takes longer than all of a quiet pass.
  const { Registry, Gauge, Counter } = await import('prom-client')
  const registry: Registry = new Registry()
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers: [registry] })
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers: [registry] })

  const free = gauge('disk_free_bytes', 'Bytes free for ordinary users.', DISK)
  const total = gauge('disk_size_bytes', 'Size of the file system.', DISK)
  const freeInodes = gauge('disk_free_inodes', 'Inodes free.', DISK)
  const allInodes = gauge('disk_size_inodes', 'Inodes of the file system.', DISK)
  const level = gauge('pressure_level', '1 for the level the disk is at.', [...DISK, 'level'])
  for (const disk of facts.disks) {
    const { role, mount } = disk
    free.set({ role, mount }, disk.freeBytes)
    total.set({ role, mount }, disk.totalBytes)
    if (disk.freeInodes !== null) freeInodes.set({ role, mount }, disk.freeInodes)
    if (disk.totalInodes !== null) allInodes.set({ role, mount }, disk.totalInodes)
    for (const each of LEVELS) level.set({ role, mount, level: each }, each === disk.level ? 1 : 0)
  }
  gauge('slots', 'Slots in the root.').set(facts.slots)
  gauge('slots_bytes', 'Bytes in slots, as last measured.').set(facts.slotBytes)
  gauge('snapshots', 'Snapshots in the root.').set(facts.snapshots.many)
  gauge('snapshots_bytes', 'Bytes in snapshots, as measured.').set(facts.snapshots.bytes)
  gauge('waiting_jobs', 'Jobs that wait for room.').set(facts.waiting)
  const leases = gauge('leases', 'Leases by state.', ['state'])
  leases.set({ state: 'live' }, facts.leases.live)
  leases.set({ state: 'ended' }, facts.leases.ended)
  gauge('trash_entries', 'Slots out of service that are not deleted yet.').set(facts.trash)
  gauge('quarantined_entries', 'Entries of the trash that cannot be deleted.').set(
    facts.quarantined,
  )
  gauge('blocked_slots', 'Slots that should go and cannot.').set(facts.blocked)

  const passes = counter(COUNTERS.passes, 'Passes by scope and result.', ['scope', 'result'])
  const jobs = counter(COUNTERS.jobs, 'Ended jobs by result.', ['result'])
  const seeds = counter(COUNTERS.seeds, 'Slots of ended jobs by their seed.', ['kind'])
  const reclaimed = counter(COUNTERS.reclaimed, 'Bytes deleted, or freed where room was made.')
  const lockWait = counter(COUNTERS.lockWait, 'Seconds waited for the host lock.')
  const last = gauge('last_pass_duration_seconds', 'Length of the last pass.', ['scope'])
  const when = gauge('last_pass_timestamp_seconds', 'When the last pass ended.', ['scope'])

  for (const { name, labels, value } of samples(before).filter(isOurs)) {
    if (name === COUNTERS.passes) passes.inc(labels, value)
    else if (name === COUNTERS.jobs) jobs.inc(labels, value)
    else if (name === COUNTERS.seeds) seeds.inc(labels, value)
    else if (name === COUNTERS.reclaimed) reclaimed.inc(value)
    else if (name === COUNTERS.lockWait) lockWait.inc(value)
    else if (name === `${PREFIX}last_pass_duration_seconds`) last.set(labels, value)
    else if (name === `${PREFIX}last_pass_timestamp_seconds`) when.set(labels, value)
  }
  if (facts.pass !== null) {
    const { scope, result, seconds, atMs } = facts.pass
    passes.inc({ scope, result })
    last.set({ scope }, seconds)
    when.set({ scope }, atMs / 1000)
  }
  for (const result of facts.jobs) jobs.inc({ result })
  for (const kind of facts.seeds) seeds.inc({ kind })
  reclaimed.inc(facts.reclaimedBytes)
  lockWait.inc(facts.lockWaitSeconds ?? 0)
  return registry.metrics()
}

/** Labels of what goes on counting; anything else in the file was not written by us. */
const LABELS: Readonly<Record<string, string>> = {
  [COUNTERS.passes]: 'result,scope',
  [COUNTERS.jobs]: 'result',
  [COUNTERS.seeds]: 'kind',
  [COUNTERS.reclaimed]: '',
  [COUNTERS.lockWait]: '',
  [`${PREFIX}last_pass_duration_seconds`]: 'scope',
  [`${PREFIX}last_pass_timestamp_seconds`]: 'scope',
}

function isOurs({ name, labels, value }: Sample): boolean {
  return LABELS[name] === Object.keys(labels).toSorted().join() && value >= 0
}
