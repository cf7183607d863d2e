import type { ContainerRequest } from './request.ts'

/** What the test tells the Worker. */
export type ToWorker =
  | { readonly type: 'run'; readonly plan: JobPlan }
  | { readonly type: 'cancel' }
  | { readonly type: 'shutdown' }

/** What the Worker tells the test; `step` counts the steps in the order in which they start. */
export type FromWorker =
  | {
      readonly type: 'started'
      readonly step: number
      readonly phase: Phase
      readonly name: string
    }
  | { readonly type: 'process'; readonly step: number; readonly pid: number }
  | {
      readonly type: 'output'
      readonly step: number
      readonly stream: Stream
      readonly text: string
    }
  | { readonly type: 'finished'; readonly step: number; readonly end: StepEnd }
  | { readonly type: 'container'; readonly id: string; readonly network: string | null }
  | { readonly type: 'done'; readonly conclusion: Conclusion; readonly orphans: readonly Orphan[] }

export type Phase = 'started-hook' | 'containers' | 'pre' | 'main' | 'post' | 'completed-hook'

export type Stream = 'stdout' | 'stderr'

export type Conclusion = 'success' | 'failure' | 'cancelled'

/** `::error title=…::message`, a file command that failed, or an error of the runner itself. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly properties: Readonly<Record<string, string>>
}

/** A process of the job that was still there in "Complete job", and was killed. */
export interface Orphan {
  readonly pid: number
  readonly command: string
}

/** How a step ended, and what it left in its file commands. */
export interface StepEnd {
  readonly outcome: Conclusion | 'skipped'
  /** 128 + signal number when a signal ended it; null when no process ran. */
  readonly exitCode: number | null
  readonly annotations: readonly Annotation[]
  /** GITHUB_OUTPUT as written; only those of main reach other steps. */
  readonly outputs: Readonly<Record<string, string>>
  /** GITHUB_ENV. */
  readonly exports: Readonly<Record<string, string>>
  /** GITHUB_STATE. */
  readonly state: Readonly<Record<string, string>>
  /** GITHUB_PATH. */
  readonly paths: readonly string[]
  /** GITHUB_STEP_SUMMARY. */
  readonly summary: string
  readonly durationMs: number
}

/** Milliseconds between the signals of a cancel, and to wait for output after a process has ended. */
export interface Grace {
  readonly interruptMs: number
  readonly terminateMs: number
  readonly outputMs: number
}

/** Everything that the Worker needs to run one job. Paths are absolute paths of the host. */
export interface JobPlan {
  readonly runner: {
    readonly root: string
    readonly work: string
    readonly externals: string
    readonly toolCache: string
    readonly temp: string
    readonly actions: string
    readonly name: string
    /** `_work/<repo>`, the workspace's parent. */
    readonly workspace: string
  }
  /** The github context without what changes from step to step: key as in expressions. */
  readonly github: Readonly<Record<string, string>>
  readonly event: unknown
  /** Environment of the Worker that only its children shall have (NODE_OPTIONS and its kin). */
  readonly childEnv: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly matrix: Readonly<Record<string, unknown>> | null
  readonly checkRunId: number | null
  readonly container: ContainerRequest | null
  readonly actionsEnv: Readonly<Record<string, string>>
  readonly grace: Grace
  readonly steps: readonly PlannedStep[]
}

export type PlannedStep = PlannedAction | PlannedScript

interface PlannedBase {
  /** GITHUB_ACTION: the id, or the runner's own `__run`, `__owner_name`, `__self`. */
  readonly contextName: string
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly condition: string
  readonly timeoutMs: number
}

export interface PlannedScript extends PlannedBase {
  readonly kind: 'run'
  readonly script: string
  readonly shell: 'bash' | 'sh' | null
  readonly workingDirectory: string
}

export interface PlannedAction extends PlannedBase {
  readonly kind: 'uses'
  readonly directory: string
  /** The path behind `./`, null for a remote action. */
  readonly localPath: string | null
  readonly repository: string
  readonly ref: string
  readonly with: Readonly<Record<string, string>>
  readonly manifest: ActionManifest
}

/** The parts of an action.yml that the runner acts on. */
export interface ActionManifest {
  /** Folder below externals/ whose node runs it, such as `node24`. */
  readonly node: string
  /** Default per input, empty when it has none. */
  readonly inputs: Readonly<Record<string, string>>
  readonly main: string
  readonly pre: string | null
  readonly preIf: string
  readonly post: string | null
  readonly postIf: string
}
