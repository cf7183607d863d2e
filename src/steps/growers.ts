import { byRate, growthOf, remember } from '../plan/growth.ts'
import type { SizeAt } from '../plan/growth.ts'
import type { Lease } from '../plan/lease.ts'
import { GROWERS_AT_MOST } from '../plan/watch-event.ts'
import type { Grower } from '../plan/watch-event.ts'
import { readLeases } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { readSizeSample } from '../host/size-samples.ts'

interface Followed {
  lease: Lease
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
      // A slot begins empty, with its lease.
      const sizes = this.#followed.get(id)?.sizes ?? [
        { bytes: 0, uptimeMs: Math.round(lease.uptimeS * 1000) },
      ]
      const sample = readSizeSample(this.#root, id)
      seen.set(id, { lease, sizes: sample === null ? sizes : remember(sizes, sample) })
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
