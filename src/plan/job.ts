import type { SlotAddress } from './naming.ts'

/** Which job this process works for, as the runner told it. */
export interface Job {
  owner: string
  repository: string
  prKey: string
  runId: string
  attempt: number
  /** file of the workflow in `.github/workflows`, or its name; '' where neither is known, as in local runs */
  workflow: string
  /** `GITHUB_JOB`: the same for every leg of a matrix, and in any workflow that calls its job so */
  job: string
  /** 12 hex that tell matrix legs apart, '' without a matrix */
  leg: string
  /** `GITHUB_EVENT_NAME`; '' outside workflows, and where that is not known */
  event: string
  /** whether the event may publish to others: a push to the default branch */
  trusted: boolean
}

/** Where the slot of a job with this lease id lies. */
export function addressOf(job: Job, id: string): SlotAddress {
  const { owner, repository, prKey, runId, attempt } = job
  return { owner, repository, prKey, runId, attempt, job: job.job, id }
}

/**
 * Whether something that was left under the name of a workflow may be of this one. What older versions
 * left has none, and may be of any.
 */
export function mayBeOf(left: string, workflow: string): boolean {
  return left === '' || left === workflow
}

/** Events of a pull request whose jobs have no secrets where it comes from a fork. */
const OF_STRANGERS = /^pull_request(_review|_review_comment)?$/

/**
 * Whether a job may take what another event's job has built under the same PR key. A merge queue's job and
 * one of `pull_request_target` have the repository's secrets: what the request's own jobs have built,
 * with anybody's code, must not run there.
 */
export function mayTakeFrom(event: string, job: Pick<Job, 'prKey' | 'event'>): boolean {
  const isOfRequest = /^[0-9]+$/.test(job.prKey)
  return !isOfRequest || OF_STRANGERS.test(job.event) || event === job.event
}

/** A process that cannot be mistaken for another one of the same boot and pid namespace. */
export interface ProcessKey {
  pid: number
  /** start time in clock ticks since boot: field 22 of /proc/PID/stat */
  start: number
}

/** Whose process this is: the runner on this host, and the job's Worker or container. */
export interface Owner {
  runner: { name: string; key: string }
  bootId: string
  /** e.g. `pid:[4026531836]` */
  pidNamespace: string
  /** the runner process that lives exactly as long as the job, when it can be seen */
  worker: ProcessKey | null
  /** the container that this process runs in */
  container: string | null
  /** whether this runner is known to have one job at a time: GitHub’s has, a daemon may not */
  singleJob: boolean
}
