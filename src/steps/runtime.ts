import type { Self } from '../plan/evidence.ts'
import type { Job, Owner } from '../plan/job.ts'
import { secretsIn } from '../github/inputs.ts'
import { annotation, mask } from '../github/workflow-commands.ts'
import { TAG, printable, printableLines } from '../report/voice.ts'
import type { Voice } from '../report/voice.ts'

/** What a step is started with; nothing in steps/ reads `process` for these. */
export interface Runtime {
  environment: NodeJS.ProcessEnv
  /** the running entry point, `dist/<entry>/index.js` */
  script: string
  voice: Voice
}

/** This process as the other side of every comparison. */
export function selfOf(owner: Owner, job: Job | null): Self {
  return {
    bootId: owner.bootId,
    pidNamespace: owner.pidNamespace,
    runnerKey: job === null ? null : owner.runner.key,
    worker: owner.worker,
    container: owner.container,
    job: job === null ? null : { runId: job.runId, attempt: job.attempt, job: job.job },
  }
}

/** Paths that may not be a root, from the environment of a job or a terminal. */
export function preciousOf(environment: NodeJS.ProcessEnv): {
  home: string
  workspace: string | null
} {
  return { home: environment['HOME'] ?? '', workspace: environment['GITHUB_WORKSPACE'] ?? null }
}

/**
 * The runtime of what the runner starts: a phase of the action, or a hook. Secrets are masked before
 * anything else is written: an error of anybody's may hold them.
 */
export function workflowRuntime(
  environment: NodeJS.ProcessEnv,
  script: string,
  write: (text: string) => void,
): Runtime {
  // Before anything else can say them, even where they are refused.
  for (const secret of secretsIn(environment)) write(mask(secret))
  return { environment, script, voice: workflowVoice(write) }
}

/** Speaks in a workflow's log: lines for facts, annotations for what matters. */
function workflowVoice(write: (text: string) => void): Voice {
  return {
    info: (text) => write(`${TAG} ${printable(text)}\n`),
    notice: (text) => write(annotation('notice', 'target-guard', printable(text))),
    warning: (text, title = 'target-guard') => write(annotation('warning', title, printable(text))),
    error: (text, title = 'target-guard') =>
      write(annotation('error', title, printableLines(text))),
  }
}
