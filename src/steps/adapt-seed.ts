import type { Lease } from '../plan/lease.ts'
import type { SeedWish } from '../plan/seed.ts'
import { leaveBehind } from '../host/left-behind.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { Root } from '../host/root.ts'
import { findPlantedLink } from '../host/planted-links.ts'
import { discardSeeding, makeSeeding } from '../host/seeding.ts'
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
  /** of the slot that was filled */
  lease: Lease
  wish: SeedWish
}

/**
 * Makes the content of a slot fit for its new place: nothing that Cargo takes for fresh may see a path
 * of another slot or workspace. What builds have not used for long goes.
 *
 * @returns why it must not be used, in words; else the record of the seed
 */
export async function adaptSeed(
  request: AdaptRequest,
  runtime: Runtime,
): Promise<SeedRecord | string> {
  const { root, lease, record, origin } = request
  const target = `${root.realPath}/${lease.slot}`
  try {
    const planted = findPlantedLink(target)
    if (planted !== null) return `${planted} is a link, through which Cargo would write`
    if (record.kind === 'inherit') {
      const incremental = runtime.environment['CARGO_INCREMENTAL'] === '0'
      leaveBehind(root, target, lease.id, { incremental })
    }
    const problem = forgetPaths(request, runtime)
    if (problem !== null) return `it cannot be judged: ${problem}`
    const unrestored = await restoreSeedTimes(request, runtime)
    if (unrestored !== null) return unrestored
    dropUnused(request, target)
    const isMarked = await markUnits(target)
    return { ...record, unused: isMarked ? stillCounted(origin.unused) : null }
  } catch (error) {
    return `it is not as Cargo leaves it: ${messageOf(error)}`
  }
}

function forgetPaths(
  { root, lease, origin, formerTargets, linked }: AdaptRequest,
  { environment, voice }: Runtime,
): string | null {
  const workspace = environment['GITHUB_WORKSPACE'] ?? ''
  const formerWorkspaces =
    origin.workspace === '' || origin.workspace === workspace ? [] : [origin.workspace]
  if (formerTargets.length === 0 && formerWorkspaces.length === 0) return null
  const [target = '', ...aliases] = pathsOf(root, lease.slot)
  const { units, whole } = forgetMovedUnits({
    target,
    aliases: [...linked, ...aliases],
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

function dropUnused({ root, lease, origin }: AdaptRequest, target: string): void {
  const gone = outOfUse(origin.unused)
  if (gone.length === 0) return
  moveUnitsOut(target, gone, `${makeSeeding(root, lease.id)}/unused`)
  discardSeeding(root, lease.id)
}
