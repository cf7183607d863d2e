import { isAttempt, isLeaseId, isRunId, isSlotPath, leaseIdOfSlot, slotPath } from './naming.ts'
import { addressOf } from './job.ts'
import type { Job, Owner, ProcessKey } from './job.ts'
import { VERSION } from './version.ts'

/**
 * Who wrote a lease: a job takes over the one of its hook, never one of another step. Outside
 * workflows it is a `run` for its command, or for the `shell` that asked for one.
 */
const MAKERS = ['hook', 'step', 'run', 'shell'] as const
export type Maker = (typeof MAKERS)[number]

/** Whether a lease was made outside a workflow, for what a person or an agent does in a worktree. */
export function isLocal(madeBy: Maker): boolean {
  return madeBy === 'run' || madeBy === 'shell'
}

/** The write-once record that a slot belongs to a job; written before the slot exists. */
export interface Lease {
  version: 1
  id: string
  /** the slot, relative to the root */
  slot: string
  /** `owner/name` */
  repository: string
  prKey: string
  runId: string
  attempt: number
  /** '' where that is not known; an older version wrote none */
  workflow: string
  job: string
  leg: string
  /** '' where that is not known */
  event: string
  trusted: boolean
  madeBy: Maker
  owner: Owner
  /** how large its target dir is expected to get: its share of the disk; null where nobody knows */
  forecastBytes: number | null
  /** absolute path of the worktree that a local run is for; '' in workflows */
  workspace: string
  /** seconds since boot, the only clock that nobody sets */
  uptimeS: number
  /** ISO 8601; for people only, no decision rests on it while the boot is the same */
  at: string
  /** version of target-guard */
  by: string
}

/**
 * What a step knows of its job when it takes over the lease of the hook, which is not told the matrix and
 * may be of an earlier version. From then on it counts for what the lease says.
 */
export type Taken = Pick<Job, 'workflow' | 'leg'>

/** How a job ended, as far as it could be told: a hook is not told. */
export type Result = 'success' | 'failure' | 'cancelled' | 'unknown'

/** How it ended, for people: a local run that has built nothing counts as cancelled, and nobody did that. */
export function resultInWords(result: Result, madeBy: Maker | null): string {
  const isEmpty = result === 'cancelled' && madeBy !== null && isLocal(madeBy)
  return isEmpty ? 'nothing was built' : result
}

/** What the owner left when it ended its lease. */
export interface End {
  result: Result
  bootId: string
  uptimeS: number
  /** milliseconds since the epoch, by the wall clock */
  wallMs: number
  /** whether it may be handed down although its job failed; absent where that was not wanted */
  isWarm?: true
}

/** One lease as it was found: `lease` is null where the file cannot be understood. */
export interface LeaseRecord {
  id: string
  state: 'live' | 'ended'
  lease: Lease | null
  /** why it cannot be understood */
  problem: string | null
  end: End | null
  /** whether somebody wants to look into its slot after its end, until they give it up */
  isKept: boolean
  /** the slot's path relative to the root: of the lease, or found by the id in its name */
  slot: string | null
}

export function newLease(
  job: Job,
  owner: Owner,
  made: {
    id: string
    madeBy: Maker
    uptimeS: number
    at: string
    forecastBytes?: number | null
    workspace?: string
  },
): Lease {
  return {
    version: 1,
    id: made.id,
    slot: slotPath(addressOf(job, made.id)),
    repository: `${job.owner}/${job.repository}`,
    prKey: job.prKey,
    runId: job.runId,
    attempt: job.attempt,
    workflow: job.workflow,
    job: job.job,
    leg: job.leg,
    event: job.event,
    trusted: job.trusted,
    madeBy: made.madeBy,
    owner,
    forecastBytes: made.forecastBytes ?? null,
    workspace: made.workspace ?? '',
    uptimeS: made.uptimeS,
    at: made.at,
    by: VERSION,
  }
}

export function encodeLease(lease: Lease): string {
  return `${JSON.stringify(lease)}\n`
}

/**
 * Reads a lease that anybody may have written.
 *
 * @returns the lease, or in words what is wrong with it
 */
export function parseLease(text: string, id: string): Lease | string {
  if (text.trim() === '') return 'the file is empty'
  const found = parseObject(text)
  if (found === null) return 'the file is not a JSON object'
  if (found['version'] !== 1) return `its format version is ${JSON.stringify(found['version'])}`
  if (found['id'] !== id || !isLeaseId(id)) return 'its id is not the one in its file name'
  const { slot, repository, prKey, runId, attempt, job, leg, owner } = found
  if (typeof slot !== 'string' || !isSlotPath(slot)) return 'its slot is not a slot path'
  if (leaseIdOfSlot(slot.slice(slot.lastIndexOf('/') + 1)) !== id) return 'its slot has another id'
  if (typeof repository !== 'string' || typeof prKey !== 'string') return 'it names no repository'
  if (!slot.startsWith(`${repository}/${prKey}/`)) return 'its slot is another repository’s'
  if (typeof runId !== 'string' || !isRunId(runId)) return 'its run id is not a number'
  if (!isAttempt(String(attempt)) || typeof attempt !== 'number') return 'its attempt is no number'
  if (typeof job !== 'string' || typeof leg !== 'string') return 'it names no job'
  const known = parseOwner(owner)
  if (known === null) return 'its owner is incomplete'
  return {
    version: 1,
    id,
    slot,
    repository,
    prKey,
    runId,
    attempt,
    workflow: textOr(found['workflow'], ''),
    job,
    leg,
    event: textOr(found['event'], ''),
    trusted: found['trusted'] === true,
    madeBy: MAKERS.find((each) => each === found['madeBy']) ?? 'step',
    owner: known,
    forecastBytes: forecastOf(found['forecastBytes']),
    workspace: textOr(found['workspace'], ''),
    uptimeS: numberOr(found['uptimeS'], 0),
    at: textOr(found['at'], ''),
    by: textOr(found['by'], ''),
  }
}

function parseOwner(value: unknown): Owner | null {
  if (!isRecord(value) || !isRecord(value['runner'])) return null
  const { name, key } = value['runner']
  const { bootId, pidNamespace, worker, container } = value
  if (typeof name !== 'string' || typeof key !== 'string') return null
  if (typeof bootId !== 'string' || typeof pidNamespace !== 'string') return null
  if (bootId === '' || pidNamespace === '' || key === '') return null
  return {
    runner: { name, key },
    bootId,
    pidNamespace,
    worker: parseProcess(worker),
    container: typeof container === 'string' ? container : null,
    singleJob: value['singleJob'] === true,
  }
}

/** The forecast in the text of a lease, whatever else that says; null where there is none. */
export function claimedIn(text: string): number | null {
  return forecastOf(parseObject(text)?.['forecastBytes'])
}

/** A lease of an earlier version has none. */
function forecastOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}

function parseProcess(value: unknown): ProcessKey | null {
  if (!isRecord(value)) return null
  const { pid, start } = value
  if (typeof pid !== 'number' || typeof start !== 'number') return null
  return Number.isInteger(pid) && pid > 0 ? { pid, start } : null
}

export function encodeTaken({ workflow, leg }: Taken): string {
  return `${JSON.stringify({ version: 1, workflow, leg })}\n`
}

/** Reads such a note, which anybody may have written; null where it is damaged, or says nothing. */
export function parseTaken(text: string): Taken | null {
  const found = parseObject(text)
  if (found?.['version'] !== 1) return null
  const { workflow, leg } = found
  if (typeof workflow !== 'string' || typeof leg !== 'string') return null
  return { workflow, leg }
}

const RESULTS: readonly Result[] = ['success', 'failure', 'cancelled', 'unknown']

/** A job's status as its end record has it: what is not known stays unknown. */
export function resultOf(status: unknown): Result {
  return RESULTS.find((each) => each === status) ?? 'unknown'
}

export function encodeEnd(end: End): string {
  return `${JSON.stringify(end)}\n`
}

/** Reads an end record; null where it is absent or damaged: its lease has ended all the same. */
export function parseEnd(text: string): End | null {
  const found = parseObject(text)
  if (found === null || typeof found['bootId'] !== 'string') return null
  const { uptimeS, wallMs } = found
  if (typeof uptimeS !== 'number' || typeof wallMs !== 'number') return null
  const end = { result: resultOf(found['result']), bootId: found['bootId'], uptimeS, wallMs }
  return found['isWarm'] === true ? { ...end, isWarm: true } : end
}

/** A JSON object, or null for anything else. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    // Not JSON: that is an answer here, not an error; the caller says what follows from it.
    return null
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}
