import { readInputs } from '../github/inputs.ts'
import { saveState } from '../github/state.ts'
import type { State } from '../github/state.ts'
import { handOver } from '../github/workflow-commands.ts'
import { describeAction } from '../report/actions.ts'
import { prepare } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import type { Runtime } from './runtime.ts'

/** Gets the job its slot and exports it; main does the same where the runner skips pre. */
export async function pre(runtime: Runtime): Promise<State> {
  const { environment, voice } = runtime
  const settings = readInputs(environment)
  const prepared = await prepare(settings, 'step', runtime, (root, lease) =>
    saveState(environment, { root, lease, prepared: null }),
  )
  const state = stateOf(prepared)
  saveState(environment, state)
  handOver(environment, 'GITHUB_ENV', 'CARGO_TARGET_DIR', prepared.targetDirectory)
  voice.info(`CARGO_TARGET_DIR is ${prepared.targetDirectory}`)
  return state
}

function stateOf(prepared: Prepared): State {
  const { lease, root, targetDirectory, runDirectory, retired, reclaimedBytes, takenOver } =
    prepared
  const actions = prepared.actions.map(describeAction)
  return {
    root,
    lease: lease.id,
    prepared: { targetDirectory, runDirectory, retired, reclaimedBytes, takenOver, actions },
  }
}
