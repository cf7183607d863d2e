import { askedIn, realWorkspaceIn, systemIn } from './build-record.ts'
import { isLeaseId, isSlotPath, sha256 } from './naming.ts'
import { parseObject } from './lease.ts'
import { mayBeOf } from './job.ts'
import type { Job } from './job.ts'
import { compilingVariables } from './remote-key.ts'
import { parseUnused } from './unused-units.ts'
import type { UnusedUnits } from './unused-units.ts'

/** Which builds one snapshot is good for. */
export interface SnapshotName {
  /** `<owner>--<repository>` */
  repository: string
  /** 16 hex of what else has to be the same */
  key: string
}

/** What is known of a published build. */
export interface Snapshot {
  version: 1
  /** the lease it was published under; also its name in the trash */
  id: string
  /** '' where that is not known */
  workflow: string
  job: string
  /** 12 hex, '' without a matrix */
  leg: string
  toolchain: string | null
  /** what rustc said to who only asked; see BuildRecord */
  asked?: string
  /** see BuildRecord */
  choice?: string
  /** see BuildRecord */
  system?: string
  /** digest of the environment that decides what a target dir is good for */
  environment: string
  workspace: string
  /** see BuildRecord */
  realWorkspace?: string
  /** the runner that built it */
  runnerKey: string
  /** slots whose paths may be compiled in: the one it was built in, and those handed down to it */
  former: string[]
  generation: number
  /** whether all inputs of the build were recorded */
  inputs: boolean
  /** when mtimes in its workspace had last been set; see plan/seed.ts */
  times: string
  unused: UnusedUnits
  /** milliseconds since the epoch */
  publishedMs: number
  /** the revision it was built from, '' where unknown */
  revision: string
}

/** A snapshot as it lies on the disk. */
export interface StoredSnapshot {
  name: SnapshotName
  /** null where its record is damaged */
  snapshot: Snapshot | null
  /** milliseconds since the epoch: when a slot was last seeded from it */
  usedMs: number
  hits: number
  /** null until a sweep has measured it */
  bytes: number | null
}

/** A digest of the part of the environment that decides what a target dir is good for. */
export function buildEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const pairs = Object.entries(compilingVariables(environment))
  return sha256(JSON.stringify(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)))).slice(0, 16)
}

/** The folder of a repository’s snapshots: `<owner>--<repository>`. */
export function repositoryOf(job: Pick<Job, 'owner' | 'repository'>): string {
  return `${job.owner}--${job.repository}`
}

/** The name of the snapshot for a job with this toolchain and environment. */
export function snapshotName(
  job: Pick<Job, 'owner' | 'repository' | 'workflow' | 'job' | 'leg'>,
  toolchain: string | null,
  environment: string,
): SnapshotName {
  const rest = [job.workflow, job.job, job.leg, toolchain, environment]
  return { repository: repositoryOf(job), key: sha256(JSON.stringify(rest)).slice(0, 16) }
}

export function isSnapshotKey(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text)
}

export function encodeSnapshot(snapshot: Snapshot): string {
  return `${JSON.stringify(snapshot)}\n`
}

/** Reads a record that anybody may have written; null where it is damaged. */
export function parseSnapshot(text: string): Snapshot | null {
  const found = parseObject(text)
  if (found?.['version'] !== 1) return null
  const { id, job, leg, workspace, former, publishedMs } = found
  if (typeof id !== 'string' || !isLeaseId(id)) return null
  if (typeof job !== 'string' || typeof leg !== 'string' || typeof workspace !== 'string')
    return null
  if (typeof publishedMs !== 'number' || !Array.isArray(former)) return null
  const slots = former.filter((each): each is string => typeof each === 'string')
  if (slots.length !== former.length || !slots.every(isSlotPath)) return null
  return {
    version: 1,
    id,
    workflow: textOr(found['workflow'], ''),
    job,
    leg,
    toolchain: textOr(found['toolchain'], null),
    environment: textOr(found['environment'], ''),
    workspace,
    ...realWorkspaceIn(found),
    runnerKey: textOr(found['runnerKey'], ''),
    former: slots,
    generation: typeof found['generation'] === 'number' ? found['generation'] : 0,
    inputs: found['inputs'] === true,
    times: textOr(found['times'], ''),
    unused: parseUnused(found['unused']) ?? {},
    publishedMs,
    revision: textOr(found['revision'], ''),
    ...askedIn(found),
    ...systemIn(found),
  }
}

function textOr<Otherwise>(value: unknown, otherwise: Otherwise): string | Otherwise {
  return typeof value === 'string' ? value : otherwise
}

/**
 * The snapshots that a job may be seeded from, the newest first; those of a job of the same id in another
 * workflow where its own has published none: many build pull requests in one, and the default branch in
 * another. A toolchain that is not known on either side is no obstacle: Cargo itself rebuilds what another
 * one made.
 */
export function snapshotsFor(
  snapshots: readonly StoredSnapshot[],
  job: Pick<Job, 'workflow' | 'job' | 'leg'>,
  toolchain: string | null,
  environment: string,
): (StoredSnapshot & { snapshot: Snapshot })[] {
  const fit = snapshots
    .filter((each): each is StoredSnapshot & { snapshot: Snapshot } => each.snapshot !== null)
    .filter(({ snapshot }) => {
      const isKnown = toolchain !== null && snapshot.toolchain !== null
      return (
        snapshot.job === job.job &&
        snapshot.leg === job.leg &&
        snapshot.environment === environment &&
        (!isKnown || snapshot.toolchain === toolchain)
      )
    })
  const own = fit.filter(({ snapshot }) => mayBeOf(snapshot.workflow, job.workflow))
  return (own.length > 0 ? own : fit).toSorted(
    (a, b) => b.snapshot.publishedMs - a.snapshot.publishedMs,
  )
}

/** The least recently used first. */
export function leastRecentlyUsed(snapshots: readonly StoredSnapshot[]): StoredSnapshot[] {
  return snapshots.toSorted((a, b) => a.usedMs - b.usedMs)
}

/**
 * The snapshots that have to go for the rest to keep within the budget, least recently used first;
 * one that nobody has measured counts as nothing until it is.
 */
export function overBudget(
  snapshots: readonly StoredSnapshot[],
  budgetBytes: number,
): StoredSnapshot[] {
  let total = snapshots.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  const gone: StoredSnapshot[] = []
  for (const each of leastRecentlyUsed(snapshots)) {
    if (total <= budgetBytes) break
    if (each.bytes === null) continue
    total -= each.bytes
    gone.push(each)
  }
  return gone
}

/** Who may publish: a successful push to the default branch, where that is wanted. */
export function mayPublish(
  job: Pick<Job, 'trusted'>,
  result: string,
  settings: { snapshot: 'trusted' | 'never'; dryRun: boolean; warm: string },
): boolean {
  return (
    job.trusted &&
    result === 'success' &&
    settings.snapshot === 'trusted' &&
    settings.warm !== 'off' &&
    !settings.dryRun
  )
}
