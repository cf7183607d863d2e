import { readInputs } from '../github/inputs.ts'
import { saveState } from '../github/state.ts'
import type { State } from '../github/state.ts'
import { handOver } from '../github/workflow-commands.ts'
import { messageOf } from '../plan/guard-error.ts'
import { OUTER, withOuterLease } from '../plan/outer-leases.ts'
import { passLines } from '../report/actions.ts'
import { prepare, rememberEmergency } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import type { Runtime } from './runtime.ts'
import { startCloneAhead } from './start-clone-ahead.ts'

/** Before the checkout: gets the job its slot, and has what that will be seeded with made meanwhile. */
export async function pre(runtime: Runtime): Promise<void> {
  startCloneAhead(await prepareStep(runtime), runtime)
}

/** Gets the job its slot and exports it; main does the same where the runner skips pre. */
export async function prepareStep(runtime: Runtime): Promise<State> {
  const { environment, voice } = runtime
  const settings = readInputs(environment)
  const prepared = await prepare(settings, 'step', runtime, (root, lease) =>
    keepState({ root, lease, prepared: null }, runtime),
  )
  const state = stateOf(prepared)
  keepState(state, runtime)
  rememberEmergency(prepared, environment)
  if (prepared.slot === null) return state
  const { lease, targetDirectory } = prepared.slot
  handOver(environment, 'GITHUB_ENV', 'CARGO_TARGET_DIR', targetDirectory)
  handOver(environment, 'GITHUB_ENV', OUTER, withOuterLease(environment, lease.id))
  voice.info(`CARGO_TARGET_DIR is ${targetDirectory}`)
  return state
}

/** Without its state post cannot end the lease; then the end of the job’s Worker does. */
function keepState(state: State, { environment, voice }: Runtime): void {
  try {
    saveState(environment, state)
  } catch (error) {
    voice.warning(`${messageOf(error)} The slot will be given back when the runner’s job is over.`)
  }
}

function stateOf(prepared: Prepared): State {
  const { root, slot, retired, reclaimedBytes, disk } = prepared
  return {
    root,
    lease: slot?.lease.id ?? null,
    prepared: {
      slot:
        slot === null
          ? null
          : {
              targetDirectory: slot.targetDirectory,
              runDirectory: slot.runDirectory,
              takenOver: slot.takenOver,
            },
      retired,
      reclaimedBytes,
      diskStatus: disk.level,
      freeBytes: disk.freeBytes,
      actions: passLines(prepared.actions),
    },
  }
}
