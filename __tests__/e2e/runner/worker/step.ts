import type { Grace, Phase, StepEnd, Stream } from '../messages.ts'
import type { JobContainer } from './job-container.ts'
import type { JobContext } from './job-context.ts'
import type { WorkflowCommands } from './workflow-commands.ts'

/** Something to run in a job, when its turn comes and its condition holds. */
export interface Step {
  readonly phase: Phase
  readonly name: string
  /** An expression; `always()` runs after failures and a cancel, and is not cancelled itself. */
  readonly condition: string
  /** Milliseconds; 0 is no limit. */
  readonly timeoutMs: number
  /** GITHUB_ACTION, for the steps of the workflow. */
  readonly contextName?: string
  readonly env?: Readonly<Record<string, string>>
  /** Does the work; the exit code, or null where no process ran. Throwing fails the step. */
  run(running: RunningStep): Promise<number | null>
}

/** What a step that runs has at hand. */
export interface RunningStep {
  readonly context: JobContext
  readonly container: JobContainer | null
  readonly grace: Grace
  readonly cancelled: AbortSignal
  readonly commands: WorkflowCommands
  /** Job-level variables and the step's own. */
  readonly env: Readonly<Record<string, string>>
  /** Filled from the command files when the work is done. */
  readonly left: Left
  say(stream: Stream, text: string): void
  started(pid: number): void
}

/** What a step wrote to its command files. */
export type Left = {
  -readonly [K in 'outputs' | 'exports' | 'state' | 'paths' | 'summary']: StepEnd[K]
}
