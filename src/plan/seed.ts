import type { BuildRecord } from './build-record.ts'
import { GENERATIONS_AT_MOST, LOCAL_GENERATIONS_AT_MOST } from './build-record.ts'
import { isLocal } from './lease.ts'
import type { LeaseRecord, Maker } from './lease.ts'
import { mayBeOf, mayTakeFrom } from './job.ts'
import type { Job } from './job.ts'
import { ageHours } from './reclaim.ts'
import type { Moment } from './reclaim.ts'
import type { UnusedUnits } from './unused-units.ts'

/** An ended slot of this host, as a possible seed. */
export interface SeedSource {
  record: LeaseRecord
  /** null where its job left none: then nothing is known of its build */
  build: BuildRecord | null
  moment: Moment
}

/** What the new slot's job can take. */
export interface SeedWish {
  job: Job
  /** a branch may be called like a worktree: what is made in a workflow and outside never meet */
  madeBy: Maker
  runnerKey: string
  /** absolute path of the checkout, null where there is none */
  workspace: string | null
  /**
   * What all worktrees of its repository share, by its identity: what was built in another one may be
   * cloned, and its units get other times; '' where seeds of others are not wanted.
   */
  common: string
  /** whether unchanged files will get the mtimes they had: else a seed is good for its own workspace alone */
  restoresMtimes: boolean
  /** the last time that mtimes were set in this runner's workspace, '' for never; see Origin */
  times: string
  /** `rustc -vV`, null where it is not known: Cargo itself rebuilds what another toolchain made */
  toolchain: string | null
  /** digest of what that is chosen by, null where that cannot be told; see host/toolchain-choice.ts */
  choice: string | null
  /** which system this is, as os-release has it: Cargo knows nothing of the one it links against */
  system: string
}

/** Where a build came from that a slot may be filled with. */
export interface Origin {
  /** absolute path of the checkout it was built from */
  workspace: string
  /** see BuildRecord */
  realWorkspace?: string
  runnerKey: string
  /** `rustc -vV`, null where it is not known */
  toolchain: string | null
  /** what it said then to who only asked: as long as it says the same, the same one will build */
  asked?: string
  /** digest of what that was chosen by */
  choice?: string
  /** which system it was built on; absent where that was not noted */
  system?: string
  /** whether its inputs were recorded, all of them */
  inputs: boolean
  /**
   * The last time that mtimes had been set in its workspace. Once they are set again, an old mtime
   * there no longer means an old content, and this build must not meet it unrestored.
   */
  times: string
  /** how many times it was handed down */
  generation: number
  unused: UnusedUnits
  /** whether it was built in another worktree of the repository: its times say nothing of the files here */
  isElsewhere?: boolean
}

/** An ended slot that may be tried, or why it may not. */
export interface JudgedSlot {
  source: SeedSource
  slot: string
  origin: Origin | null
  refusal: string | null
}

/**
 * The ended slots of the same repository, PR key, workflow, job and matrix leg, the newest first, each
 * with the reason for which it may not be a seed.
 *
 * A job takes from its own PR key alone, so that no pull request can hand anything to another. What
 * somebody has built in another worktree of the same repository comes after that. A job that may
 * publish takes from its like alone: other events run on the default branch, too, with anybody’s code.
 * So does one that has secrets from those that may have none.
 */
export function sourcesFor(sources: readonly SeedSource[], wish: SeedWish): JudgedSlot[] {
  const { job } = wish
  return sources
    .flatMap((source) => {
      const { lease, slot } = source.record
      const isOfJob =
        lease !== null &&
        slot !== null &&
        lease.repository === `${job.owner}/${job.repository}` &&
        (lease.prKey === job.prKey || isElsewhere(source, wish)) &&
        mayBeOf(lease.workflow, job.workflow) &&
        lease.job === job.job &&
        lease.leg === job.leg &&
        (lease.trusted || !job.trusted) &&
        mayTakeFrom(lease.event, job) &&
        isLocal(lease.madeBy) === isLocal(wish.madeBy)
      return isOfJob ? [judge(source, slot, wish)] : []
    })
    .toSorted((a, b) => Number(isFar(a)) - Number(isFar(b)) || age(a.source) - age(b.source))
}

function isFar({ origin }: JudgedSlot): boolean {
  return origin?.isElsewhere === true
}

/** Whether a slot is of another worktree of the repository, and of the same user. */
function isElsewhere({ record: { lease }, build }: SeedSource, wish: SeedWish): boolean {
  return (
    lease !== null &&
    isLocal(lease.madeBy) &&
    lease.prKey !== wish.job.prKey &&
    lease.owner.runner.key === wish.runnerKey &&
    wish.common !== '' &&
    wish.common === build?.common
  )
}

function age({ record, moment }: SeedSource): number {
  const hours = ageHours(record, moment)
  return Number.isFinite(hours) ? hours : Number.MAX_VALUE
}

function judge(source: SeedSource, slot: string, wish: SeedWish): JudgedSlot {
  const { record, build } = source
  const origin =
    build === null || record.lease === null
      ? null
      : {
          ...build,
          runnerKey: record.lease.owner.runner.key,
          isElsewhere: isElsewhere(source, wish),
        }
  return { source, slot, origin, refusal: refusalOf(source, origin, wish) }
}

function refusalOf({ record }: SeedSource, origin: Origin | null, wish: SeedWish): string | null {
  if (record.state !== 'ended') return 'its job has not ended'
  if (origin === null) return 'nothing is known of its build'
  const isOfFailure = record.end?.result === 'failure' && record.end.isWarm === true
  // Who runs it again may do so because of what was built.
  if (isOfFailure && record.lease?.runId === wish.job.runId)
    return 'its job failed in this very run'
  // In its own workspace that is what Cargo finds after every build there.
  const isGood =
    record.end?.result === 'success' ||
    isOfFailure ||
    ((origin.isElsewhere === true || isOwnWorkspace(origin, wish)) && isUntold(record))
  if (!isGood) return 'its job is not known to have succeeded'
  return refuseOrigin(origin, wish)
}

/** Why a build may not be a seed for this job, wherever it lies; null where it may. */
export function refuseOrigin(origin: Origin, wish: SeedWish): string | null {
  // Who publishes starts over before a snapshot is too old for all others.
  const inJobs = GENERATIONS_AT_MOST - (wish.job.trusted ? 1 : 0)
  const most = isLocal(wish.madeBy) ? LOCAL_GENERATIONS_AT_MOST : inJobs
  if (origin.generation >= most) {
    return `it was handed down ${origin.generation} times: time to start over`
  }
  if (origin.toolchain === null) return 'Cargo has built nothing in it'
  const isOfAnother = ![origin.toolchain, origin.asked].includes(wish.toolchain ?? origin.toolchain)
  if (isOfAnother) {
    return 'another toolchain built it'
  }
  // Build scripts and proc macros may not even run here, and Cargo takes them for fresh.
  if (origin.system !== undefined && origin.system !== wish.system) {
    return `it was built on another system (${origin.system})`
  }
  // A worktree that was made again at the same path is another one, too.
  if (origin.isElsewhere === true) return origin.inputs ? null : 'its inputs are not all known'
  if (wish.restoresMtimes && origin.inputs) return null
  if (!isOwnWorkspace(origin, wish)) {
    return wish.restoresMtimes
      ? 'it was built in another workspace, and its inputs are not known'
      : 'it was built in another workspace, and mtimes are not restored'
  }
  return origin.times === wish.times ? null : 'mtimes in its workspace have been set since'
}

export function isOwnWorkspace(
  origin: Pick<Origin, 'runnerKey' | 'workspace'>,
  wish: Pick<SeedWish, 'runnerKey' | 'workspace'>,
): boolean {
  return (
    origin.runnerKey === wish.runnerKey &&
    wish.workspace !== null &&
    origin.workspace === wish.workspace
  )
}

/** A hook is told no result; and a command of a person’s that failed is the day’s work. */
function isUntold({ lease, end }: LeaseRecord): boolean {
  return lease !== null && lease.madeBy !== 'step' && end?.result === 'unknown'
}
