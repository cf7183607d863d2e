import { byRate, growthOf, remember } from '../plan/growth.ts'
import type { SizeAt } from '../plan/growth.ts'
import type { Lease } from '../plan/lease.ts'
import { GROWERS_AT_MOST } from '../plan/watch-event.ts'
import type { Grower } from '../plan/watch-event.ts'
import { readSeedRecord } from '../host/lease-companions.ts'
import { readLeases } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { isSampledSinceSeed, readSizeSample } from '../host/size-samples.ts'

interface Followed {
  lease: Lease
  isSeeded: boolean
  sizes: readonly SizeAt[]
}

/** Follows the sizes of all live slots, as their keepers measure them. */
export class Growers {
  readonly #root: Root
  #followed = new Map<string, Followed>()

  constructor(root: Root) {
    this.#root = root
  }

  /** Reads the newest sizes. */
  look(): void {
    const { records } = readLeases(this.#root, '', Date.now())
    const seen = new Map<string, Followed>()
    for (const { id, state, lease } of records) {
      if (state !== 'live' || lease === null) continue
      const before = this.#followed.get(id)
      const isSeeded = readSeedRecord(this.#root, id).kind !== 'cold'
      // The seed comes after the lease: what was seen before it is of an empty slot.
      const sizes = before?.isSeeded === isSeeded ? before.sizes : beginning(lease, isSeeded)
      const isOfBuild = !isSeeded || isSampledSinceSeed(this.#root, id)
      const sample = isOfBuild ? readSizeSample(this.#root, id) : null
      seen.set(id, { lease, isSeeded, sizes: sample === null ? sizes : remember(sizes, sample) })
    }
    this.#followed = seen
  }

  /** Those that grew of late, the fastest first. */
  fastest(): Grower[] {
    const growers = [...this.#followed].flatMap(([id, { lease, sizes }]): Grower[] => {
      const growth = growthOf(sizes)
      const { slot, owner } = lease
      return growth === null ? [] : [{ id, slot, runner: owner.runner.name, ...growth }]
    })
    return byRate(growers).slice(0, GROWERS_AT_MOST)
  }
}

/** A cold slot begins empty, with its lease; what was seeded is nothing that its job wrote. */
function beginning({ uptimeS }: Lease, isSeeded: boolean): SizeAt[] {
  return isSeeded ? [] : [{ bytes: 0, uptimeMs: Math.round(uptimeS * 1000) }]
}
