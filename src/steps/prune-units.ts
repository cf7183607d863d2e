import { encodeRecord } from '../plan/build-record.ts'
import type { BuildRecord } from '../plan/build-record.ts'
import type { Self } from '../plan/evidence.ts'
import { messageOf } from '../plan/guard-error.ts'
import { outOfUse, outOfUseNow, overweight, withoutUnits } from '../plan/unused-units.ts'
import type { UnusedUnits } from '../plan/unused-units.ts'
import { at } from '../host/folders.ts'
import { whileFileLocked, whileLocked } from '../host/kernel-lock.ts'
import { readBuildRecord, writeRecord } from '../host/lease-companions.ts'
import { endedLeasePath, findLease } from '../host/leases.ts'
import { withinRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { fillForTrash } from '../host/seeding.ts'
import { moveUnitsOut } from '../host/unit-marks.ts'
import { weighUnits } from '../host/unit-weights.ts'
import { size } from '../report/texts.ts'
import { dropStates } from './drop-states.ts'
import { lookUntilLeft, whyOccupied } from './look-until-left.ts'
import type { Runtime } from './runtime.ts'

export interface PruneRequest {
  root: Root
  self: Self
  /** the lease that has just ended, of a job that succeeded */
  id: string
}

/** Far longer than a disk that works takes to weigh the units of any target dir. */
const WAIT_MS = 20_000

/**
 * Takes units that builds no longer use out of the slot of a job that has just ended, before anybody is
 * seeded from it. Where that cannot be done they stay, and go when the slot is handed down.
 */
export async function pruneUnits(request: PruneRequest, runtime: Runtime): Promise<void> {
  const { root, id } = request
  try {
    const build = readBuildRecord(root, id)
    const slot = findLease(root, id)?.slot ?? null
    if (build === null || slot === null || Object.keys(build.unused).length === 0) return
    const weights = await weighUnits(`${root.realPath}/${slot}`, WAIT_MS)
    const old = outOfUse(build.unused)
    const rest = withoutUnits(build.unused, old)
    const units = [...old, ...(weights === null ? [] : overweight(rest, weights))]
    if (units.length === 0) return
    const refusal = await take(request, { build, slot, units }, runtime)
    if (refusal === null) tell(units, weights ?? new Map<string, number>(), runtime)
    else runtime.voice.info(`${units.length} unused units stay in ${slot}: ${refusal}`)
  } catch (error) {
    runtime.voice.warning(`unused units stay in the slot of lease ${id} (${messageOf(error)})`)
  }
}

interface Pruning {
  build: BuildRecord
  slot: string
  units: readonly string[]
}

/** Under the locks by which a slot is handed down: who is in it, or takes it over, is not disturbed. */
async function take(
  request: PruneRequest,
  pruning: Pruning,
  runtime: Runtime,
): Promise<string | null> {
  const { root, self, id } = request
  const { slot } = pruning
  const work = async (): Promise<string | null> => {
    const occupancy = await lookUntilLeft(root, { slot, container: null }, self, runtime)
    const occupied = whyOccupied(occupancy)
    if (occupied !== null) return occupied
    // Its lock may be that of a file which was there a moment ago.
    if (findLease(root, id)?.state !== 'ended') return 'it has been handed down'
    return moveOut(request, pruning, runtime)
  }
  const locked = await whileFileLocked(endedLeasePath(root, id), 'exclusive', async () =>
    whileLocked(`${root.realPath}/${slot}`, 'exclusive', work),
  )
  if ('refused' in locked) return locked.refused
  return 'refused' in locked.value ? locked.value.refused : locked.value.value
}

async function moveOut(
  { root, id }: PruneRequest,
  { build, slot, units }: Pruning,
  runtime: Runtime,
): Promise<string | null> {
  const note = (unused: UnusedUnits): void =>
    writeRecord(root, id, '.build', encodeRecord({ ...build, unused }))
  // Noted first: what a process that is killed here leaves of them goes when the slot is handed down.
  note({ ...build.unused, ...outOfUseNow(units) })
  const moved = await fillForTrash(root, id, (aside) =>
    withinRoot(root, slot.split('/'), (folder) => {
      moveUnitsOut(at(folder, '.'), units, aside)
      dropStates(at(folder, '.'), aside, runtime)
    }),
  )
  if ('refused' in moved) return moved.refused
  note(withoutUnits(build.unused, units))
  return null
}

function tell(
  units: readonly string[],
  weights: ReadonlyMap<string, number>,
  { voice }: Runtime,
): void {
  const bytes = units.reduce((sum, unit) => sum + (weights.get(unit) ?? 0), 0)
  voice.info(`${units.length} units that builds no longer use are gone (${size(bytes)})`)
}
