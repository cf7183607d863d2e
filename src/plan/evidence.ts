import { isOfOtherBoot, runnerPrefix } from './naming.ts'
import { resultInWords } from './lease.ts'
import type { LeaseRecord } from './lease.ts'
import type { Owner, ProcessKey } from './job.ts'

/** How a recorded process was found: `hidden` means that /proc would not tell. */
export type ProcessState = 'alive' | 'gone' | 'replaced' | 'hidden'

/** How the owner of a lease was found on this host. */
export interface OwnerSight {
  /** null when there is no recorded process, or none that could be seen from here */
  worker: ProcessState | null
  /** whether the pid namespace it was recorded in has come to its end */
  namespaceIsGone: boolean
}

/** What this process knows of itself and its host; the other side of every comparison. */
export interface Self {
  bootId: string
  pidNamespace: string
  /** null outside a runner: then nothing is one's own */
  runnerKey: string | null
  worker: ProcessKey | null
  container: string | null
  /** the run, attempt and job this process works for, null outside a job */
  job: { runId: string; attempt: number; job: string } | null
}

/** Somebody who uses a slot, in words. */
export interface Inhabitant {
  kind: 'cargo-lock' | 'process' | 'container' | 'keeper'
  /** e.g. `pid 4711 (cargo) works in …/debug` */
  what: string
}

/** Who lives in a slot; `unknown` says what could not be looked at, and makes the whole unknown. */
export interface Occupancy {
  inhabitants: readonly Inhabitant[]
  unknown: readonly string[]
}

export interface Verdict {
  kind: 'alive' | 'dead' | 'unknown'
  /** the evidence in words, strongest first; never empty */
  reasons: readonly string[]
}

/**
 * Judges the owner of a lease by what is recorded of it, without looking into the slot.
 */
export function judgeOwner(record: LeaseRecord, sight: OwnerSight, self: Self): Verdict {
  if (record.state === 'ended') return verdict('dead', endedInWords(record))
  const owner = record.lease?.owner
  if (owner === undefined) return judgeDamaged(record, self)
  if (owner.bootId !== self.bootId) {
    return verdict('dead', 'its job ran before the last start of this host')
  }
  const samePidNamespace = owner.pidNamespace === self.pidNamespace
  const { worker } = sight
  if (owner.worker !== null && samePidNamespace && worker !== null) {
    const name = `its runner process ${owner.worker.pid}`
    if (worker === 'alive') return verdict('alive', `${name} is running`)
    if (worker === 'gone') return verdict('dead', `${name} is gone`)
    if (worker === 'replaced') return verdict('dead', `${name} is gone, the pid is another’s now`)
    return verdict('alive', `${name} is there, though /proc hides it`)
  }
  if (!samePidNamespace && sight.namespaceIsGone) {
    return verdict('dead', 'the container that its job ran in is gone, and every process in it')
  }
  if (isSucceeded(record, owner, self)) {
    return verdict('dead', `its runner ${owner.runner.name} works for another job now`)
  }
  return verdict('unknown', whyUnknown(owner, samePidNamespace))
}

function endedInWords(record: LeaseRecord): string {
  const result = record.end?.result ?? 'unknown'
  if (result === 'unknown') return 'its job ended'
  return `its job ended (${resultInWords(result, record.lease?.madeBy ?? null)})`
}

function judgeDamaged(record: LeaseRecord, self: Self): Verdict {
  const problem = `its lease cannot be read (${record.problem ?? 'damaged'})`
  if (isOfOtherBoot(record.id, self.bootId)) {
    return verdict('dead', `${problem}; its id is of an earlier start of this host`)
  }
  const own = self.runnerKey !== null && record.id.startsWith(runnerPrefix(self.runnerKey))
  if (own && self.job !== null && self.worker !== null) {
    return verdict(
      'dead',
      `${problem}; it is this runner’s own, and not of the job it works for now`,
    )
  }
  return verdict('unknown', problem)
}

/**
 * Whether the lease's own runner now works for another job: a runner has one job at a time.
 *
 * That holds for GitHub's runner, which is known by its Worker or its job container's work folder;
 * with anything else several jobs may run at once under one name.
 */
function isSucceeded(record: LeaseRecord, owner: Owner, self: Self): boolean {
  if (self.runnerKey === null || owner.runner.key !== self.runnerKey) return false
  if (self.job === null || record.lease === null || !owner.singleJob) return false
  if (owner.worker === null && self.worker === null) {
    return owner.container !== null && self.container !== null && owner.container !== self.container
  }
  const { runId, attempt, job } = record.lease
  return runId !== self.job.runId || attempt !== self.job.attempt || job !== self.job.job
}

function whyUnknown(owner: Owner, samePidNamespace: boolean): string {
  if (owner.worker === null) return 'it records no runner process, and has not ended'
  return samePidNamespace
    ? 'its runner process could not be looked for'
    : 'its runner process is in another pid namespace'
}

/**
 * The whole verdict: what lives in a slot outweighs every sign that its owner is dead, and a slot
 * that could not be looked into is unknown, never dead.
 */
export function judge(owner: Verdict, occupancy: Occupancy): Verdict {
  const living = occupancy.inhabitants.map((each) => each.what)
  if (living.length > 0) return { kind: 'alive', reasons: [...living, ...owner.reasons] }
  if (owner.kind === 'dead' && occupancy.unknown.length > 0) {
    return { kind: 'unknown', reasons: [...owner.reasons, ...occupancy.unknown] }
  }
  return owner
}

function verdict(kind: Verdict['kind'], reason: string): Verdict {
  return { kind, reasons: [reason] }
}
