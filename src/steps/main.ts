import { readInputs } from '../github/inputs.ts'
import { readState } from '../github/state.ts'
import type { State } from '../github/state.ts'
import { addSummary, handOver } from '../github/workflow-commands.ts'
import { jobSummary } from '../report/summary.ts'
import { messageOf } from '../plan/guard-error.ts'
import { pre } from './pre.ts'
import type { Runtime } from './runtime.ts'

/** Sets the outputs and writes the job summary; does all of pre first where pre did not run. */
export async function main(runtime: Runtime): Promise<void> {
  const { environment, voice } = runtime
  const before = readState(environment)
  const state = before?.prepared === null || before === null ? await pre(runtime) : before
  for (const [name, value] of Object.entries(outputsOf(state))) {
    handOver(environment, 'GITHUB_OUTPUT', name, value)
  }
  const { prepared, lease } = state
  if (prepared === null) return
  try {
    const { dryRun } = readInputs(environment)
    addSummary(environment, jobSummary({ ...prepared, lease, dryRun }))
  } catch (error) {
    // A summary is for people to read; no build is stopped for the lack of one.
    voice.warning(`The job summary was not written: ${messageOf(error)}`)
  }
}

function outputsOf({ prepared, lease }: State): Record<string, string> {
  if (prepared === null) return {}
  const disk = {
    'disk-status': prepared.diskStatus,
    'free-bytes': prepared.freeBytes === null ? '' : String(prepared.freeBytes),
    retired: String(prepared.retired),
    'reclaimed-bytes': String(prepared.reclaimedBytes),
  }
  if (prepared.slot === null) return { ...disk, proceed: 'false' }
  return {
    ...disk,
    proceed: 'true',
    'target-dir': prepared.slot.targetDirectory,
    'run-dir': prepared.slot.runDirectory,
    lease: lease ?? '',
  }
}
