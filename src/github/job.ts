import { GuardError } from '../plan/guard-error.ts'
import type { Job } from '../plan/job.ts'
import { isRecord } from '../plan/lease.ts'
import {
  isAttempt,
  isOwner,
  isRepositoryName,
  isRunId,
  prKey,
  sha256,
  workflowName,
} from '../plan/naming.ts'
import { quote } from '../plan/input.ts'
import { readPayload } from './payload.ts'

/**
 * The job that this process works for, from the runner's variables and the event's payload.
 *
 * Both may be anybody's words: what becomes part of a path is checked, never cleaned up.
 *
 * @param leg the matrix as JSON, '' or `null` without one
 * @throws GuardError where a variable is missing or has another form
 */
export function readJob(environment: NodeJS.ProcessEnv, leg: string): Job {
  const read = (name: string): string => environment[name] ?? ''
  const [owner = '', repository = '', ...rest] = read('GITHUB_REPOSITORY').split('/')
  if (!isOwner(owner) || !isRepositoryName(repository) || rest.length > 0) {
    throw unfit('GITHUB_REPOSITORY', read('GITHUB_REPOSITORY'), 'owner/name')
  }
  const runId = read('GITHUB_RUN_ID')
  if (!isRunId(runId)) throw unfit('GITHUB_RUN_ID', runId, 'a number of at most 20 digits')
  const attempt = read('GITHUB_RUN_ATTEMPT') === '' ? '1' : read('GITHUB_RUN_ATTEMPT')
  if (!isAttempt(attempt)) throw unfit('GITHUB_RUN_ATTEMPT', attempt, 'a number from 1')

  const payload = readPayload(read('GITHUB_EVENT_PATH'))
  const ref = read('GITHUB_REF')
  const eventName = read('GITHUB_EVENT_NAME')
  return {
    owner,
    repository,
    prKey: prKey({
      eventName,
      ref: foreignRef(eventName, payload) ?? ref,
      pullRequestNumber: pullRequestNumber(payload),
    }),
    runId,
    attempt: Number(attempt),
    workflow: workflowOf(`${owner}/${repository}`, environment),
    job: read('GITHUB_JOB') === '' ? 'job' : read('GITHUB_JOB'),
    leg: ['', 'null', '{}'].includes(leg.trim()) ? '' : sha256(leg).slice(0, 12),
    event: eventName,
    trusted: eventName === 'push' && ref === `refs/heads/${defaultBranch(payload) ?? ''}`,
  }
}

/**
 * The workflow that the run is of, told by its file: two may have the same name, and jobs of the same id.
 * For a job of a reusable workflow that is the one which calls it. One that an organization requires lies
 * in another repository, which then stays part of it.
 */
function workflowOf(repository: string, environment: NodeJS.ProcessEnv): string {
  const { GITHUB_WORKFLOW_REF: reference = '', GITHUB_WORKFLOW: name = '' } = environment
  const path = reference.replace(/@(refs\/.*|[^@/]*)$/s, '')
  const own = `${repository}/.github/workflows/`
  const file = path.startsWith(own) ? path.slice(own.length) : path
  return workflowName(file === '' ? name : file)
}

function unfit(name: string, value: string, allowed: string): GuardError {
  return new GuardError(
    `${name} is ${quote(value)}.`,
    `It must be ${allowed}; the runner sets it in every job.`,
    { usage: true },
  )
}

function pullRequestNumber(payload: Record<string, unknown>): number | null {
  const { pull_request: pullRequest, number } = payload
  const found = isRecord(pullRequest) ? pullRequest['number'] : number
  return typeof found === 'number' ? found : null
}

/**
 * What stands for the ref of an event that runs on the default branch for somebody’s pull request; null
 * where its own ref tells all. It is never that of the pull request itself: such a job has the secrets of
 * the repository, and must not run what a stranger’s job has built.
 */
function foreignRef(
  eventName: string,
  { issue, workflow_run: run }: Record<string, unknown>,
): string | null {
  if (isRecord(issue) && isRecord(issue['pull_request'])) {
    return `${eventName} for ${JSON.stringify(issue['number'] ?? null)}`
  }
  if (!isRecord(run) || !String(run['event']).startsWith('pull_request')) return null
  const { head_repository: repository, head_branch: branch } = run
  const name = isRecord(repository) ? repository['full_name'] : null
  return `${eventName} for ${JSON.stringify([name ?? null, branch ?? null])}`
}

function defaultBranch(payload: Record<string, unknown>): string | null {
  const { repository } = payload
  const branch = isRecord(repository) ? repository['default_branch'] : null
  return typeof branch === 'string' && branch !== '' ? branch : null
}
