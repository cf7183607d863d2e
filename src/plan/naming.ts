import { createHash } from 'node:crypto'

/** A path component that is used as it stands: no leading dot or dash, 64 characters at most. */
const SAFE_COMPONENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** GitHub's owner and repository names: a repository may begin with a dot, an owner may not. */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/

const RUN_ID = /^[0-9]{1,20}$/
const ATTEMPT = /^[1-9][0-9]{0,8}$/

/** 8 hex of the runner key, 4 of the boot id, 12 of chance. */
const LEASE_ID = /^[0-9a-f]{24}$/
const SLOT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}-[1-9][0-9]{0,8}-([0-9a-f]{24})$/

/** How many components a slot lies below the root: owner, repository, PR key, run dir, slot. */
export const SLOT_DEPTH = 5

/** Lower-case hexadecimal SHA-256 of the UTF-8 (or raw) bytes. */
export function sha256(raw: string | Buffer): string {
  return createHash('sha256').update(raw).digest('hex')
}

/**
 * A component for any text: at most 40 characters of it, then 12 hex of the SHA-256 of the whole.
 * The hash keeps `feature/a` and `feature-a` apart, which replacing characters alone would merge.
 *
 * @param identity what is to have a component of its own, where the text is not all of it
 */
export function slug(raw: string, identity: string = raw): string {
  const readable = raw
    .slice(0, 400)
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return `${readable === '' ? 'ref' : readable}-${sha256(identity).slice(0, 12)}`
}

/** What of a job's event decides its PR key. */
export interface Change {
  /** `GITHUB_EVENT_NAME` */
  eventName: string
  /** `GITHUB_REF`, as it came */
  ref: string
  /** the event payload's pull request number, when it has one */
  pullRequestNumber: number | null
}

/**
 * The first path component for a change: the PR number, else the ref name, else a slug of it.
 *
 * A pull request closed by merge has the base branch as its ref, so the payload's number comes first
 * (actions/runner#256). A branch whose name is only digits gets the slug: as it stands it would be
 * taken for the pull request of that number, and share its warmth.
 */
export function prKey(change: Change): string {
  const isPullRequest = /^pull_request(_|$)/.test(change.eventName)
  const number =
    (isPullRequest ? change.pullRequestNumber : null) ??
    numberIn(/^refs\/pull\/([0-9]+)\//, change.ref) ??
    numberIn(/^refs\/heads\/gh-readonly-queue\/.+\/pr-([0-9]+)-[0-9a-f]+$/, change.ref)
  if (number !== null && isPullRequestNumber(number)) return String(number)

  const name = change.ref.replace(/^refs\/(heads|tags)\//, '')
  const readsAsNumber = /^[0-9]+$/.test(name)
  return SAFE_COMPONENT.test(name) && !readsAsNumber ? name : slug(name)
}

function numberIn(pattern: RegExp, ref: string): number | null {
  const digits = pattern.exec(ref)?.[1]
  return digits === undefined ? null : Number(digits)
}

function isPullRequestNumber(number: number): boolean {
  return Number.isSafeInteger(number) && number > 0
}

/** The job id as a component: GitHub's own ids are safe; anything else becomes a slug. */
export function jobComponent(job: string): string {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,39}$/.test(job) ? job : slug(job)
}

/** What a workflow is called in records and texts: any other text than a usual one becomes a slug. */
export function workflowName(text: string): string {
  return /^[A-Za-z0-9_.][A-Za-z0-9_./ -]{0,99}$|^$/.test(text) ? text : slug(text)
}

export function isOwner(text: string): boolean {
  return OWNER.test(text)
}

export function isRepositoryName(text: string): boolean {
  return REPOSITORY.test(text) && text !== '.' && text !== '..'
}

export function isRunId(text: string): boolean {
  return RUN_ID.test(text)
}

export function isAttempt(text: string): boolean {
  return ATTEMPT.test(text)
}

export function isLeaseId(text: string): boolean {
  return LEASE_ID.test(text)
}

/** The part of a lease id that tells whose it may be; another prefix is proof that it is not theirs. */
export function runnerPrefix(runnerKey: string): string {
  return runnerKey.slice(0, 8)
}

/** The part of a lease id that tells the boot; another prefix is proof of another boot. */
export function bootPrefix(bootId: string): string {
  return sha256(bootId).slice(0, 4)
}

/** A lease id: readable proof of its runner and boot even where its file is empty. */
export function leaseId(runnerKey: string, bootId: string, chance: string): string {
  return `${runnerPrefix(runnerKey)}${bootPrefix(bootId)}${chance.slice(0, 12)}`
}

/** Whether an id was made in another boot than `bootId`; `false` means only that it may be this one. */
export function isOfOtherBoot(id: string, bootId: string): boolean {
  return id.slice(8, 12) !== bootPrefix(bootId)
}

/** What a slot's path is made of. */
export interface SlotAddress {
  owner: string
  repository: string
  prKey: string
  runId: string
  attempt: number
  job: string
  id: string
}

/** The run dir, relative to the root. */
export function runDirectory(address: Omit<SlotAddress, 'attempt' | 'job' | 'id'>): string {
  return `${address.owner}/${address.repository}/${address.prKey}/run-${address.runId}`
}

/** The slot, relative to the root. */
export function slotPath(address: SlotAddress): string {
  return `${runDirectory(address)}/${jobComponent(address.job)}-${address.attempt}-${address.id}`
}

/** The lease id at the end of a slot's name, or null where the name is not a slot's. */
export function leaseIdOfSlot(name: string): string | null {
  return SLOT.exec(name)?.[1] ?? null
}

/** Whether a relative path has the exact shape of a slot's; nothing else is ever renamed. */
export function isSlotPath(relative: string): boolean {
  const [owner, repository, key, run, slot, ...rest] = relative.split('/')
  if (owner === undefined || repository === undefined || key === undefined) return false
  if (run === undefined || slot === undefined || rest.length > 0) return false
  return (
    isOwner(owner) &&
    isRepositoryName(repository) &&
    SAFE_COMPONENT.test(key) &&
    run.startsWith('run-') &&
    isRunId(run.slice(4)) &&
    leaseIdOfSlot(slot) !== null
  )
}
