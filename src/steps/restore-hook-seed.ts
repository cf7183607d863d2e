import { realpathSync } from 'node:fs'
import { parseBuildInputs } from '../plan/build-inputs.ts'
import type { SeedRecord } from '../plan/build-record.ts'
import type { Lease } from '../plan/lease.ts'
import type { SeedWish } from '../plan/seed.ts'
import type { Settings } from '../plan/settings.ts'
import { readInputs } from '../host/lease-companions.ts'
import type { Root } from '../host/root.ts'
import { hasBeenBuiltIn } from '../host/left-behind.ts'
import { restoreSeedTimes } from './restore-seed-times.ts'
import type { Runtime } from './runtime.ts'

export interface HookSeed {
  root: Root
  /** of the slot that the hook seeded, for the same runner and workspace */
  lease: Lease
  record: SeedRecord
  wish: SeedWish
  /** of the step */
  settings: Pick<Settings, 'warm' | 'dryRun'>
}

/**
 * Restores the times of unchanged inputs for a seed of the runner’s hook: that came before the checkout,
 * which is there now. Only where nothing has been built in it yet: what was built since may be of other
 * contents than the seed. Without it the seed is as good as it was, and Cargo builds more.
 *
 * @returns what was done, in words
 */
export async function restoreHookSeed(hookSeed: HookSeed, runtime: Runtime): Promise<string> {
  const { root, lease, record, wish } = hookSeed
  const why = refusalOf(hookSeed)
  if (why !== null) return `${SEEDED}; times are not restored: ${why}`
  const origin = {
    workspace: wish.workspace ?? '',
    runnerKey: wish.runnerKey,
    toolchain: null,
    inputs: true,
    times: wish.times,
    generation: record.generation,
    unused: {},
  }
  const place = `${root.realPath}/${lease.slot}`
  const problem = await restoreSeedTimes({ root, lease, origin, wish, place }, runtime)
  return problem === null ? SEEDED : `${SEEDED}; times are not restored: ${problem}`
}

const SEEDED = 'seeded by the runner’s hook'

function refusalOf({ root, lease, wish, settings }: HookSeed): string | null {
  if (settings.dryRun) return 'dry-run is on'
  if (settings.warm === 'off')
    return 'warm is off, which the hook was not told: set TARGET_GUARD_WARM'
  if (!wish.restoresMtimes) return 'restore-mtimes is off'
  if (wish.workspace === null) return 'there is no checkout'
  if (hasBeenBuiltIn(`${root.realPath}/${lease.slot}`)) return 'it has been built in since'
  const text = readInputs(root, lease.id)
  const inputs = text === null ? 'they are gone' : parseBuildInputs(text)
  if (typeof inputs === 'string') return `its inputs cannot be read: ${inputs}`
  return realpathSync(wish.workspace) === inputs.workspace
    ? null
    : 'the checkout lies at another path than the hook knew'
}
