import { readInputs } from '../github/inputs.ts'
import { readState } from '../github/state.ts'
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
  const { prepared } = state
  if (prepared === null) return
  const outputs = {
    'target-dir': prepared.targetDirectory,
    'run-dir': prepared.runDirectory,
    lease: state.lease,
    retired: String(prepared.retired),
    'reclaimed-bytes': String(prepared.reclaimedBytes),
  }
  for (const [name, value] of Object.entries(outputs)) {
    handOver(environment, 'GITHUB_OUTPUT', name, value)
  }
  try {
    const { dryRun } = readInputs(environment)
    addSummary(environment, jobSummary({ ...prepared, lease: state.lease, dryRun }))
  } catch (error) {
    // A summary is for people to read; no build is stopped for the lack of one.
    voice.warning(`The job summary was not written: ${messageOf(error)}`)
  }
}
