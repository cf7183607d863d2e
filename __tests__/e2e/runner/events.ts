/** What triggered a run: the event's name, its payload and the refs that come with it. */
export interface JobEvent {
  readonly name: string
  readonly payload: unknown
  /** GITHUB_REF, such as `refs/pull/7/merge`. */
  readonly ref: string
  readonly headRef?: string
  readonly baseRef?: string
  /** 40 hex digits. */
  readonly sha?: string
}

/** A pull request as a test describes it; defaults: number 7, from `feature` into `main`, same repository. */
export interface PullRequestEventOptions {
  readonly number?: number
  readonly action?: 'opened' | 'synchronize' | 'reopened' | 'closed'
  readonly head?: string
  readonly base?: string
  /** Closed by merging: the ref is then the base branch. */
  readonly merged?: boolean
  /** `owner/name` of a fork that it comes from. */
  readonly fork?: string
}

function pullRequestPayload(options: PullRequestEventOptions): Record<string, unknown> {
  const { number = 7, action = 'synchronize', head = 'feature', base = 'main' } = options
  return {
    action,
    number,
    pull_request: {
      number,
      state: action === 'closed' ? 'closed' : 'open',
      merged: options.merged ?? false,
      head: { ref: head, repo: { full_name: options.fork ?? 'octo-org/demo' } },
      base: { ref: base, repo: { full_name: 'octo-org/demo' } },
    },
    repository: { full_name: 'octo-org/demo', default_branch: 'main' },
  }
}

export function pullRequest(options: PullRequestEventOptions = {}): JobEvent {
  const { number = 7, head = 'feature', base = 'main', merged = false } = options
  return {
    name: 'pull_request',
    payload: pullRequestPayload(options),
    ref: merged ? `refs/heads/${base}` : `refs/pull/${number}/merge`,
    headRef: head,
    baseRef: base,
  }
}

/** Runs on the base's side: the ref is the default branch. */
export function pullRequestTarget(options: PullRequestEventOptions = {}): JobEvent {
  return { ...pullRequest(options), name: 'pull_request_target', ref: 'refs/heads/main' }
}

/** A group of the merge queue that tests pull request `number`. */
export function mergeGroup(number = 7, base = 'main'): JobEvent {
  const sha = '0123456789abcdef0123456789abcdef01234567'
  const ref = `refs/heads/gh-readonly-queue/${base}/pr-${number}-${sha}`
  return {
    name: 'merge_group',
    payload: { action: 'checks_requested', merge_group: { head_ref: ref, head_sha: sha } },
    ref,
    sha,
  }
}

/** A push to a branch, or to any full ref such as `refs/tags/v1`. */
export function push(branchOrRef = 'main'): JobEvent {
  const ref = branchOrRef.startsWith('refs/') ? branchOrRef : `refs/heads/${branchOrRef}`
  return {
    name: 'push',
    payload: { ref, repository: { full_name: 'octo-org/demo', default_branch: 'main' } },
    ref,
  }
}

export function schedule(): JobEvent {
  return { name: 'schedule', payload: { schedule: '0 3 * * *' }, ref: 'refs/heads/main' }
}

export function workflowDispatch(branch = 'main'): JobEvent {
  const ref = `refs/heads/${branch}`
  return { name: 'workflow_dispatch', payload: { inputs: {}, ref }, ref }
}
