import { twinsOf } from '../github/inputs.ts'
import type { State } from '../github/state.ts'
import { messageOf } from '../plan/guard-error.ts'
import { compilingVariables } from '../plan/remote-key.ts'
import { startAhead } from '../host/ahead.ts'
import type { Runtime } from './runtime.ts'
import { seedRequestOf } from './seed-request.ts'
import { sourceAhead } from './source-ahead.ts'

/**
 * Has the clone be made that this job will most likely be seeded with, while its checkout is. What the
 * job then takes is decided when the checkout is there: a clone that does not fit goes unused. A job
 * of which nothing is made ahead makes its clone itself.
 */
export function startCloneAhead({ root, lease, prepared }: State, runtime: Runtime): void {
  const { voice, script, environment } = runtime
  const slot = prepared?.slot ?? null
  if (slot === null || slot.takenOver || lease === null) return
  try {
    const request = seedRequestOf({ root, lease }, runtime)
    const source = request === null ? null : sourceAhead(request, runtime)
    if (request === null || source === null) return
    if (startAhead(request.root, lease, script, variablesOf(environment))) {
      voice.info(`${source.label} is cloned while the checkout is made, unless it would be copied`)
    }
  } catch (error) {
    voice.info(`nothing is cloned while the checkout is made: ${messageOf(error)}`)
  }
}

/** What tells the job; none of its secrets, and none of the files by which it speaks to its runner. */
const OF_JOB = [
  'GITHUB_EVENT_NAME',
  'GITHUB_EVENT_PATH',
  'GITHUB_JOB',
  'GITHUB_REF',
  'GITHUB_REPOSITORY',
  'GITHUB_RUN_ATTEMPT',
  'GITHUB_RUN_ID',
  'GITHUB_WORKFLOW',
  'GITHUB_WORKFLOW_REF',
  'GITHUB_WORKSPACE',
]

function variablesOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ofJob = Object.fromEntries(OF_JOB.map((name) => [name, environment[name]]))
  return { ...ofJob, ...compilingVariables(environment), ...twinsOf(environment) }
}
