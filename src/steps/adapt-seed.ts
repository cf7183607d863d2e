import { isLocal } from '../plan/lease.ts'
import type { Lease } from '../plan/lease.ts'
import type { SeedWish } from '../plan/seed.ts'
import type { Settings } from '../plan/settings.ts'
import { leaveBehind } from '../host/left-behind.ts'
import type { Root } from '../host/root.ts'
import { makeFolder } from '../host/folders.ts'
import { findPlantedLink } from '../host/planted-links.ts'
import { pathsOf } from '../host/slots.ts'
import { markUnits, moveUnitsOut } from '../host/unit-marks.ts'
import type { SeedRecord } from '../plan/build-record.ts'
import { outOfUse, stillCounted } from '../plan/unused-units.ts'
import { forgetMovedUnits } from './forget-units.ts'
import { restoreSeedTimes } from './restore-seed-times.ts'
import type { Runtime } from './runtime.ts'
import type { Filled } from './seed.ts'

export interface AdaptRequest extends Filled {
  root: Root
  /** of the slot that it is for */
  lease: Lease
  wish: SeedWish
  settings: Settings
  /** absolute path at which it lies until it is fit for its slot */
  place: string
}

/**
 * Makes a seed fit for its slot, before it comes there: nothing that Cargo takes for fresh may see a
 * path of another slot or workspace. What builds have not used for long goes.
 *
 * @returns why it must not be used, in words; else the record of the seed
 * @throws Error where it is not as Cargo leaves one, or as the file system does
 */
export async function adaptSeed(
  request: AdaptRequest,
  runtime: Runtime,
): Promise<SeedRecord | string> {
  const { lease, place, record, origin } = request
  const aside = `${place}.aside`
  const planted = findPlantedLink(place)
  if (planted !== null) return `${planted} is a link, through which Cargo would write`
  makeFolder(aside)
  if (record.kind === 'inherit') {
    const incremental = runtime.environment['CARGO_INCREMENTAL'] === '0'
    leaveBehind(place, aside, { incremental })
  }
  const problem = forgetPaths(request, runtime)
  if (problem !== null) throw new Error(`it cannot be judged: ${problem}`)
  const unrestored = await restoreSeedTimes(request, runtime)
  if (unrestored !== null) return unrestored
  // One command uses this, the next one that: what one leaves alone is still wanted.
  if (isLocal(lease.madeBy)) return { ...record, unused: null }
  moveUnitsOut(place, outOfUse(origin.unused), aside)
  const isMarked = await markUnits(place)
  return { ...record, unused: isMarked ? stillCounted(origin.unused) : null }
}

function forgetPaths(
  { root, lease, settings, place, origin, formerTargets, linked }: AdaptRequest,
  { environment, voice }: Runtime,
): string | null {
  const workspace = environment['GITHUB_WORKSPACE'] ?? ''
  const formerWorkspaces =
    origin.workspace === '' || origin.workspace === workspace ? [] : [origin.workspace]
  if (formerTargets.length === 0 && formerWorkspaces.length === 0) return null
  const [target = '', ...aliases] = pathsOf(root, lease.slot)
  const constant = settings.constantPaths.target
  const { units, whole } = forgetMovedUnits({
    target,
    place,
    aliases: [...linked, ...aliases, ...(constant === null ? [] : [constant])],
    formerTargets,
    formerWorkspaces,
  })
  if (units.length > 0 && whole === null) {
    voice.info(`${units.length} units had a former path compiled in and are built again`)
    for (const { unit, why } of units.slice(0, SHOWN)) voice.info(`  ${unit}: ${why}`)
  }
  return whole
}

const SHOWN = 10
