import type { JobEvent } from './events.ts'

/** A job as a workflow would describe it, and the run it belongs to. All but `steps` has a default. */
export interface JobRequest {
  /** `owner/name`; default `octo-org/demo`. */
  readonly repository?: string
  /** Default: a push to `main`. See events.ts. */
  readonly event?: JobEvent
  /** Digits; default `1001`. Re-runs keep it. */
  readonly runId?: string
  /** Default 1; a re-run has one more. */
  readonly attempt?: number
  /** The key under `jobs:`, the same for all legs of a matrix; default `build`. */
  readonly job?: string
  readonly workflow?: string
  readonly actor?: string
  /** Job-level `env:`. */
  readonly env?: Readonly<Record<string, string>>
  /** This leg's matrix values; `null` in expressions when absent. */
  readonly matrix?: Readonly<Record<string, unknown>>
  /** `job.check_run_id`, the only number that tells all jobs apart. */
  readonly checkRunId?: number
  readonly container?: ContainerRequest
  /** What actions (not hooks, not `run:` steps) get besides, such as `ACTIONS_RESULTS_URL`. */
  readonly actionsEnv?: Readonly<Record<string, string>>
  readonly steps: readonly StepRequest[]
}

/** `container:` of a job. */
export interface ContainerRequest {
  /** A local image; nothing is pulled. */
  readonly image: string
  /** `source:target[:ro]`, passed on as they are. */
  readonly volumes?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Further words for `docker create`, separated by spaces. */
  readonly options?: string
  /** A network of that name instead of one made for the job, such as `none` or `host`. */
  readonly network?: string
}

export type StepRequest = ActionStepRequest | RunStepRequest

interface StepBase {
  /** Shown name; default `Run …`. Pre and post have it behind `Pre ` and `Post `. */
  readonly name?: string
  readonly id?: string
  readonly env?: Readonly<Record<string, string>>
  /** An expression without `${{ }}`; `success()` is implied as it is in a workflow. */
  readonly if?: string
  /** For each of pre, main and post by itself; 0 or absent is none. */
  readonly timeoutMs?: number
}

export interface ActionStepRequest extends StepBase {
  /** A folder of this machine with an action.yml for node. It is copied to where the runner keeps actions. */
  readonly uses: string
  readonly with?: Readonly<Record<string, string>>
  /** `remote` (the default), or a path in the workspace such as `./`: then `pre` does not run. */
  readonly viaPath?: 'remote' | `./${string}`
}

export interface RunStepRequest extends StepBase {
  readonly run: string
  /** Absent: `bash -e`; in a container `sh -e`. `bash`: `--noprofile --norc -e -o pipefail`. */
  readonly shell?: 'bash' | 'sh'
  /** Relative to the workspace. */
  readonly workingDirectory?: string
}
