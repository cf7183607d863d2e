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
      voice.info(`${source.label} is cloned while the checkout is made`)
    }
  } catch (error) {
    voice.info(`nothing is cloned while the checkout is made: ${messageOf(error)}`)
  }
}

/** What tells the job, and what it builds for; none of its secrets, and none of the files it speaks by. */
const OF_JOB = /^(GITHUB|RUNNER)_/
const NOT_HANDED_ON = /TOKEN|SECRET|^GITHUB_(ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$/

function variablesOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ofJob = Object.entries(environment).filter(
    ([name]) => OF_JOB.test(name) && !NOT_HANDED_ON.test(name),
  )
  return {
    ...Object.fromEntries(ofJob),
    ...compilingVariables(environment),
    ...twinsOf(environment),
  }
}
