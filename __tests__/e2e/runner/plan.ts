import { createHash } from 'node:crypto'
import * as path from 'node:path'
import { readAction } from './action.ts'
import { push } from './events.ts'
import type { Installation } from './installation.ts'
import type { Grace, JobPlan, PlannedStep } from './messages.ts'
import type { NodeName } from './node-binaries.ts'
import type { ActionStepRequest, JobRequest, StepRequest } from './request.ts'

/** What a runner adds to a job. */
export interface RunnerSettings {
  readonly name: string
  /** Runs actions with this node, whatever their `using` says; null obeys them. */
  readonly node: NodeName | null
  readonly grace: Grace
  readonly childEnv: Readonly<Record<string, string>>
}

const ACTION_REPOSITORY = 'octo-org/target-guard'
const ACTION_REF = 'v1'

/** `_work/<repo>/<repo>`: two repositories of one name share it. */
export function workspaceOf(work: string, repository: string): string {
  const name = repository.split('/')[1] ?? repository
  return path.join(work, name, name)
}

/** Works out everything about a job that is known before its first step. */
export function planJob(
  request: JobRequest,
  installation: Installation,
  settings: RunnerSettings,
): JobPlan {
  const { repository = 'octo-org/demo' } = request
  const workspace = workspaceOf(installation.work, repository)
  const { root, work, externals, toolCache, temp, actions } = installation
  const { name, grace, childEnv } = settings
  return {
    runner: {
      root,
      work,
      externals,
      toolCache,
      temp,
      actions,
      name,
      workspace: path.dirname(workspace),
    },
    github: githubContext(request, repository, workspace),
    event: (request.event ?? push()).payload,
    childEnv,
    env: request.env ?? {},
    matrix: request.matrix ?? null,
    checkRunId: request.checkRunId ?? null,
    container: request.container ?? null,
    actionsEnv: {
      ACTIONS_RUNTIME_URL: 'http://127.0.0.1:9/',
      ACTIONS_RUNTIME_TOKEN: 'stand-in',
      ...request.actionsEnv,
    },
    grace,
    steps: planSteps(request.steps, installation, workspace, settings.node),
  }
}

function githubContext(
  request: JobRequest,
  repository: string,
  workspace: string,
): Record<string, string> {
  const { workflow = 'ci', actor = 'octocat', runId = '1001' } = request
  const event = request.event ?? push()
  const sha = event.sha ?? createHash('sha1').update(event.ref).digest('hex')
  const [owner = ''] = repository.split('/')
  return {
    actor,
    api_url: 'https://api.github.com',
    base_ref: event.baseRef ?? '',
    event_name: event.name,
    graphql_url: 'https://api.github.com/graphql',
    head_ref: event.headRef ?? '',
    job: request.job ?? 'build',
    ref: event.ref,
    ref_name: event.ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
    ref_protected: 'false',
    ref_type: event.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository,
    repository_owner: owner,
    retention_days: '90',
    run_attempt: String(request.attempt ?? 1),
    run_id: runId,
    run_number: '1',
    server_url: 'https://github.com',
    sha,
    triggering_actor: actor,
    workflow,
    workflow_ref: `${repository}/.github/workflows/${workflow}.yml@${event.ref}`,
    workflow_sha: sha,
    workspace,
  }
}

function planSteps(
  steps: readonly StepRequest[],
  installation: Installation,
  workspace: string,
  node: NodeName | null,
): PlannedStep[] {
  const counts = new Map<string, number>()
  const nameContext = (step: StepRequest, fallback: string): string => {
    if (step.id !== undefined) return step.id
    const count = (counts.get(fallback) ?? 0) + 1
    counts.set(fallback, count)
    return count === 1 ? fallback : `${fallback}_${count}`
  }
  return steps.map((step): PlannedStep => {
    const base = { env: step.env ?? {}, timeoutMs: step.timeoutMs ?? 0 }
    const condition = step.if ?? 'success()'
    if ('run' in step) {
      return {
        ...base,
        kind: 'run',
        condition,
        contextName: nameContext(step, '__run'),
        name: step.name ?? `Run ${step.run.trim().split('\n')[0] ?? ''}`,
        script: step.run,
        shell: step.shell ?? null,
        workingDirectory: step.workingDirectory ?? '',
      }
    }
    const localPath = localPathOf(step)
    const manifest = readAction(step.uses)
    const shown = localPath ?? `${ACTION_REPOSITORY}@${ACTION_REF}`
    return {
      ...base,
      kind: 'uses',
      condition,
      contextName: nameContext(
        step,
        localPath === null ? `__${ACTION_REPOSITORY.replaceAll(/[^\w]/g, '_')}` : '__self',
      ),
      name: step.name ?? `Run ${shown}`,
      directory: actionDirectory(step, installation, workspace),
      localPath,
      repository: ACTION_REPOSITORY,
      ref: ACTION_REF,
      with: step.with ?? {},
      manifest: node === null ? manifest : { ...manifest, node },
    }
  })
}

function localPathOf(step: ActionStepRequest): string | null {
  return step.viaPath === undefined || step.viaPath === 'remote' ? null : step.viaPath
}

/** Where the runner has an action: below `_work/_actions`, or in the workspace for a local one. */
export function actionDirectory(
  step: ActionStepRequest,
  installation: Installation,
  workspace: string,
): string {
  const localPath = localPathOf(step)
  if (localPath !== null) return path.join(workspace, localPath)
  const name = path.basename(step.uses)
  return path.join(installation.actions, ACTION_REPOSITORY, ACTION_REF, name)
}
