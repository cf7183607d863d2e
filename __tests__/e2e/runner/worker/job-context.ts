import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import type { Conclusion, JobPlan } from '../messages.ts'
import type { Contexts } from './expression.ts'
import type { FileCommands } from './file-commands.ts'

/** The state that all steps of a job share, as the runner's contexts hold it. */
export class JobContext {
  readonly plan: JobPlan
  readonly trackingId: string = `github_${randomUUID()}`
  /** Shared by all steps, so that a later hook still sees the last action's values. */
  readonly github: Record<string, string>
  /** Job-level `env:`, overwritten by what steps wrote to GITHUB_ENV. */
  readonly env: Record<string, string>
  /** What steps wrote to GITHUB_PATH, oldest first. */
  readonly prependPath: string[] = []
  readonly outputs: Record<string, { outputs: Record<string, string> }> = {}
  status: Conclusion = 'success'
  containerId: string | null = null

  constructor(plan: JobPlan) {
    this.plan = plan
    this.github = { ...plan.github }
    this.env = { ...plan.env }
  }

  /** Sets or, with null, removes a key of the github context. */
  setGithub(key: string, value: string | null): void {
    if (value === null) delete this.github[key]
    else this.github[key] = value
  }

  /** Writes the event payload anew, as the runner does before every hook and action. */
  writeEvent(): void {
    const directory = path.join(this.plan.runner.temp, '_github_workflow')
    mkdirSync(directory, { recursive: true })
    const file = path.join(directory, 'event.json')
    const payload = this.plan.event
    writeFileSync(file, typeof payload === 'string' ? payload : JSON.stringify(payload, null, 2))
    this.setGithub('event_path', file)
  }

  useFileCommands(files: FileCommands): void {
    for (const [key, file] of Object.entries(files)) this.setGithub(key, String(file))
  }

  /** GITHUB_* and RUNNER_*: the variables that go over everything else in a step's environment. */
  contextEnvironment(): Record<string, string> {
    const { runner } = this.plan
    const github = Object.entries(this.github).map(([key, value]) => [
      `GITHUB_${key.toUpperCase()}`,
      value,
    ])
    return {
      ...(Object.fromEntries(github) as Record<string, string>),
      RUNNER_OS: 'Linux',
      RUNNER_ARCH: 'X64',
      RUNNER_NAME: runner.name,
      RUNNER_ENVIRONMENT: 'self-hosted',
      RUNNER_TOOL_CACHE: runner.toolCache,
      RUNNER_TEMP: runner.temp,
      RUNNER_WORKSPACE: runner.workspace,
    }
  }

  /** What input defaults may use. */
  defaultContexts(): Contexts {
    const { plan } = this
    return {
      github: { ...this.github, event: plan.event },
      job: {
        status: this.status,
        check_run_id: plan.checkRunId,
        container: this.containerId === null ? null : { id: this.containerId },
      },
      matrix: plan.matrix,
      runner: {
        name: plan.runner.name,
        os: 'Linux',
        arch: 'X64',
        temp: plan.runner.temp,
        tool_cache: plan.runner.toolCache,
        workspace: plan.runner.workspace,
        environment: 'self-hosted',
      },
      strategy: { 'job-index': 0, 'job-total': 1, 'fail-fast': true, 'max-parallel': 1 },
    }
  }

  /** What `with:`, `run:`, `env:` and `if:` may use; `env` holds a step's own variables too. */
  stepContexts(env: Readonly<Record<string, string>>): Contexts {
    return {
      ...this.defaultContexts(),
      env,
      steps: this.outputs,
      inputs: {},
      needs: {},
      secrets: {},
      vars: {},
    }
  }
}
