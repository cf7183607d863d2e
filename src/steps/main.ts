import { readInputs } from '../github/inputs.ts'
import { readJob } from '../github/job.ts'
import { readState } from '../github/state.ts'
import type { State } from '../github/state.ts'
import { addSummary, handOver } from '../github/workflow-commands.ts'
import { describeLastSaved } from '../report/saved.ts'
import { jobSummary } from '../report/summary.ts'
import { lastSavedSeconds } from '../plan/saved.ts'
import { forecastKey } from '../plan/forecast.ts'
import { MATRIX_AT_MOST, maxParallelOf } from '../plan/cap.ts'
import { messageOf } from '../plan/guard-error.ts'
import { findRoot } from '../host/root.ts'
import { cap } from './cap.ts'
import { prepareStep } from './pre.ts'
import { preciousOf } from './runtime.ts'
import { describeSeed, seed } from './seed.ts'
import type { Seeded } from './seed.ts'
import { seedRequestOf } from './seed-request.ts'
import { readToldAndUntold } from './tell-history.ts'
import type { Runtime } from './runtime.ts'

/** Sets the outputs and writes the job summary; does all of pre first where pre did not run. */
export async function main(runtime: Runtime): Promise<void> {
  const { environment, voice } = runtime
  const before = readState(environment)
  const state = before?.prepared === null || before === null ? await prepareStep(runtime) : before
  const seeded = await seedSlot(state, runtime)
  const outputs = {
    ...outputsOf(state),
    ...(seeded === null ? {} : { seed: seeded.record.kind }),
    ...(await capOutput(state, runtime)),
  }
  for (const [name, value] of Object.entries(outputs)) {
    handOver(environment, 'GITHUB_OUTPUT', name, value)
  }
  const { prepared, lease } = state
  if (prepared === null) return
  try {
    const { dryRun } = readInputs(environment)
    addSummary(
      environment,
      jobSummary({
        ...prepared,
        lease,
        dryRun,
        seed: seeded === null ? '' : `${describeSeed(seeded)}${worthOf(seeded, state, runtime)}`,
      }),
    )
  } catch (error) {
    // A summary is for people to read; no build is stopped for the lack of one.
    voice.warning(`The job summary was not written: ${messageOf(error)}`)
  }
}

/** Fills the slot, now that the checkout is there; null where there is none. */
async function seedSlot(state: State, runtime: Runtime): Promise<Seeded | null> {
  const request = seedRequestOf(state, runtime)
  return request === null ? null : seed(request, runtime)
}

/** What such seeds are worth, by the last one of this job; '' where nobody knows. */
function worthOf({ record }: Seeded, { root: path }: State, { environment }: Runtime): string {
  const root = record.kind === 'cold' ? null : findRoot(path, preciousOf(environment))
  if (root === null) return ''
  const key = forecastKey(readJob(environment, readInputs(environment).leg))
  return describeLastSaved(lastSavedSeconds(key, readToldAndUntold(root)))
}

/** How many jobs of this repository the disk has room for. */
async function capOutput(
  { root: path }: State,
  { environment, voice }: Runtime,
): Promise<Record<string, string>> {
  const root = findRoot(path, preciousOf(environment))
  if (root === null) return {}
  const settings = readInputs(environment)
  const job = readJob(environment, settings.leg)
  try {
    const found = await cap(root, settings)
    const most =
      found === null ? MATRIX_AT_MOST : maxParallelOf(found, `${job.owner}/${job.repository}`)
    return { 'max-parallel': String(most) }
  } catch (error) {
    voice.warning(`How many jobs there is room for is not known: ${messageOf(error)}`)
    return { 'max-parallel': String(MATRIX_AT_MOST) }
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
