import { readdirSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import type { Conclusion, FromWorker, JobPlan, Orphan, StepEnd } from '../messages.ts'
import { ActionSteps } from './action-step.ts'
import type { Functions } from './expression.ts'
import { holds, interpolate } from './expression.ts'
import { hookStep } from './hook-step.ts'
import { JobContainer } from './job-container.ts'
import { JobContext } from './job-context.ts'
import { killOrphans, snapshotProcesses } from './process-table.ts'
import { scriptStep } from './script-step.ts'
import type { Left, Step } from './step.ts'
import { StepCancelled } from './step-process.ts'
import { WorkflowCommands } from './workflow-commands.ts'

interface Current {
  readonly step: Step
  readonly abort: AbortController
}

/** Runs one job from its started hook to the removal of its temporary files. */
export class WorkerJob {
  readonly #plan: JobPlan
  readonly #context: JobContext
  readonly #tell: (message: FromWorker) => void
  readonly #posts: Step[] = []
  #container: JobContainer | null = null
  #current: Current | null = null
  #started = 0
  #cancelled = false
  #shutDown = false

  constructor(plan: JobPlan, tell: (message: FromWorker) => void) {
    this.#plan = plan
    this.#context = new JobContext(plan)
    this.#tell = tell
  }

  /** Resolves with the job's conclusion and the processes that were killed at its end. */
  async run(): Promise<{ conclusion: Conclusion; orphans: Orphan[] }> {
    emptyDirectory(this.#plan.runner.temp)
    const steps = this.#prepare()
    const before = snapshotProcesses()
    for (const step of steps) await this.#take(step)
    for (let post = this.#posts.pop(); post !== undefined; post = this.#posts.pop()) {
      await this.#take(post)
    }
    const orphans = killOrphans(this.#context.trackingId, before)
    emptyDirectory(this.#plan.runner.temp)
    return { conclusion: this.#context.status, orphans }
  }

  /** Cancels the job: the running step only if its condition no longer holds, the rest by theirs. */
  cancel(): void {
    if (this.#cancelled) return
    this.#cancelled = true
    this.#context.status = 'cancelled'
    const current = this.#current
    if (current !== null && !this.#stillHolds(current.step)) current.abort.abort()
  }

  /** The runner's service stops: the running step is cancelled, and no other runs, whatever it says. */
  shutDown(): void {
    this.#shutDown = true
    this.#cancelled = true
    this.#context.status = 'failure'
    this.#current?.abort.abort()
  }

  /** Kills what is left of the job, for a Worker whose test has gone away. */
  abandon(): void {
    killOrphans(this.#context.trackingId, new Set())
    this.#container?.stop()
  }

  /** Hook, containers, pres, mains; posts register themselves when they have something to undo. */
  #prepare(): Step[] {
    const { container, steps } = this.#plan
    const completed = process.env['ACTIONS_RUNNER_HOOK_JOB_COMPLETED'] ?? ''
    const started = process.env['ACTIONS_RUNNER_HOOK_JOB_STARTED'] ?? ''
    if (completed !== '') this.#posts.push(hookStep('completed-hook', completed))
    const pres: Step[] = []
    const mains: Step[] = []
    for (const planned of steps) {
      if (planned.kind === 'run') {
        mains.push(scriptStep(planned))
        continue
      }
      const action = new ActionSteps(planned, (post) => this.#posts.push(post))
      const pre = action.pre()
      if (pre !== null) pres.push(pre)
      mains.push(action.main())
    }
    return [
      ...(started === '' ? [] : [hookStep('started-hook', started)]),
      ...(container === null ? [] : [this.#startContainer(container)]),
      ...pres,
      ...mains,
    ]
  }

  #startContainer(request: NonNullable<JobPlan['container']>): Step {
    const base = { phase: 'containers', timeoutMs: 0 } as const
    let said = ''
    const container = new JobContainer(request, this.#plan, (text) => (said += text))
    this.#container = container
    const stop: Step = {
      ...base,
      name: 'Stop containers',
      condition: 'always()',
      run: async (running) => {
        said = ''
        container.stop()
        running.say('stdout', said)
        return null
      },
    }
    return {
      ...base,
      name: 'Initialize containers',
      condition: 'success()',
      run: async (running) => {
        this.#posts.push(stop)
        try {
          container.start()
        } finally {
          running.say('stdout', said)
          this.#context.containerId = container.id
          this.#tell({ type: 'container', id: container.id, network: container.network })
        }
        return null
      },
    }
  }

  /** Runs one step if its condition holds, and lets its result bear on the job's. */
  async #take(step: Step): Promise<void> {
    const index = this.#started
    this.#started += 1
    this.#tell({ type: 'started', step: index, phase: step.phase, name: step.name })
    const startedAt = performance.now()
    const left: Left = { outputs: {}, exports: {}, state: {}, paths: [], summary: '' }
    const commands = new WorkflowCommands()
    const { outcome, exitCode } = await this.#attempt(step, index, commands, left)
    if (step.phase === 'main' && step.contextName !== undefined) {
      this.#context.outputs[step.contextName] = { outputs: left.outputs }
    }
    if (outcome === 'failure' && !this.#cancelled) this.#context.status = 'failure'
    const { annotations } = commands
    const durationMs = performance.now() - startedAt
    const end: StepEnd = { outcome, exitCode, annotations, durationMs, ...left }
    this.#tell({ type: 'finished', step: index, end })
  }

  async #attempt(
    step: Step,
    index: number,
    commands: WorkflowCommands,
    left: Left,
  ): Promise<Pick<StepEnd, 'outcome' | 'exitCode'>> {
    const abort = new AbortController()
    let timer: NodeJS.Timeout | undefined
    let timedOut = false
    try {
      if (step.contextName !== undefined) this.#context.setGithub('action', step.contextName)
      const env = this.#stepEnvironment(step)
      if (!this.#holds(step)) return { outcome: 'skipped', exitCode: null }
      this.#current = { step, abort }
      if (step.timeoutMs > 0) {
        timer = setTimeout(() => {
          timedOut = true
          abort.abort()
        }, step.timeoutMs)
      }
      const exitCode = await step.run({
        context: this.#context,
        container: this.#container,
        grace: this.#plan.grace,
        cancelled: abort.signal,
        commands,
        env,
        left,
        say: (stream, text) => this.#tell({ type: 'output', step: index, stream, text }),
        started: (pid) => this.#tell({ type: 'process', step: index, pid }),
      })
      const failed = commands.failed || (exitCode !== null && exitCode !== 0)
      return { outcome: failed ? 'failure' : 'success', exitCode }
    } catch (error) {
      const exitCode = error instanceof StepCancelled ? error.exitCode : null
      return { outcome: this.#blame(step, error, timedOut, commands), exitCode }
    } finally {
      clearTimeout(timer)
      this.#current = null
    }
  }

  #blame(
    step: Step,
    error: unknown,
    timedOut: boolean,
    commands: WorkflowCommands,
  ): 'failure' | 'cancelled' {
    if (error instanceof StepCancelled && timedOut && !this.#cancelled) {
      const after = `${step.timeoutMs} milliseconds`
      commands.annotate('error', `The action '${step.name}' has timed out after ${after}.`)
      return 'failure'
    }
    commands.annotate('error', error instanceof Error ? error.message : String(error))
    return error instanceof StepCancelled ? 'cancelled' : 'failure'
  }

  #stepEnvironment(step: Step): Record<string, string> {
    const env = { ...this.#context.env }
    const contexts = this.#context.stepContexts(this.#context.env)
    for (const [name, text] of Object.entries(step.env ?? {})) {
      env[name] = interpolate(text, contexts)
    }
    return env
  }

  #stillHolds(step: Step): boolean {
    try {
      return this.#holds(step)
    } catch {
      return false
    }
  }

  #holds(step: Step): boolean {
    if (this.#shutDown) return false
    const { status } = this.#context
    const functions: Functions = {
      always: () => true,
      cancelled: () => status === 'cancelled',
      failure: () => status === 'failure',
      success: () => status === 'success',
    }
    return holds(step.condition, this.#context.stepContexts(this.#stepEnvironment(step)), functions)
  }
}

/** Removes what is in it; what cannot be removed stays, as the runner lets it. */
function emptyDirectory(directory: string): void {
  for (const name of readdirSync(directory)) {
    try {
      rmSync(path.join(directory, name), { recursive: true, force: true })
    } catch {
      // Left by a container as root, say: the runner only writes a line to its own log.
    }
  }
}
