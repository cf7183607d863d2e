import { parseBuildInputs } from '../plan/build-inputs.ts'
import type { Lease } from '../plan/lease.ts'
import { encodeRestored } from '../plan/restored.ts'
import { isOwnWorkspace } from '../plan/seed.ts'
import type { Origin, SeedWish } from '../plan/seed.ts'
import { readInputs, writeRecord } from '../host/lease-companions.ts'
import type { Root } from '../host/root.ts'
import { keepsBuildElsewhere } from '../host/build-dir.ts'
import { hasOtherBuild } from '../host/other-builds.ts'
import { noteSetTimes } from '../host/set-times.ts'
import { pathsOf } from '../host/slots.ts'
import { restoreTimes } from './restore-times.ts'
import type { Runtime } from './runtime.ts'

/** A seed for a slot, and the checkout that is there now. */
export interface SeedTimes {
  root: Root
  lease: Lease
  origin: Origin
  wish: SeedWish
  /** absolute path at which it lies now */
  place: string
}

/**
 * Gives unchanged inputs the times they had when the seed was built, and all others now.
 *
 * @returns why the seed must not be used, in words; null where it may be
 */
export async function restoreSeedTimes(
  { root, lease, origin, wish, place }: SeedTimes,
  { voice, environment }: Runtime,
): Promise<string | null> {
  // In its own workspace a seed does without, as long as nobody has set times there.
  if (!wish.restoresMtimes || !origin.inputs || wish.workspace === null) return null
  const text = readInputs(root, lease.id)
  const inputs = text === null ? 'they are gone' : parseBuildInputs(text)
  if (typeof inputs === 'string') return `its inputs cannot be read: ${inputs}`
  // Before the first time is set: what else was built in this workspace then needs its own restored.
  noteSetTimes(root, wish.runnerKey, lease.repository)
  const [slot = ''] = pathsOf(root, lease.slot)
  const { workspace } = wish
  const whyShared = (sources: Iterable<string>): string | null => {
    if (keepsBuildElsewhere({ workspace, sources, target: slot, environment })) {
      return 'Cargo’s build-dir may hold another build of this checkout'
    }
    return hasOtherBuild(root, lease) ? 'another build of this checkout is in use' : null
  }
  const { restored, forgotten, kept, changed, shared, problem } = await restoreTimes({
    target: place,
    workspace,
    inputs,
    isOwnWorkspace: isOwnWorkspace(origin, wish) && origin.times === wish.times,
    whyShared,
  })
  if (problem !== null) return problem
  writeRecord(root, lease.id, '.restored', encodeRestored(restored))
  const lost = forgotten.length === 0 ? '' : `; ${forgotten.length} unit(s) are built again`
  if (shared !== null) voice.info(`times: none goes back, for ${shared}`)
  voice.info(`times: ${kept} input(s) as the seed had them, ${changed} changed${lost}`)
  return null
}
