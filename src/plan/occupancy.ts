import type { Inhabitant, Occupancy } from './evidence.ts'

/** A slot to look into: its path in the root, and the container its lease records. */
export interface Place {
  /** relative to the root */
  slot: string
  container: string | null
  /** id of its lease where that has not ended, and its keeper is evidence; null elsewhere */
  lease?: string | null
}

/** What each of the searches found, over all places. */
export interface Searches {
  /** the root's path as it was set and without links, both without a closing slash */
  rootPaths: readonly string[]
  cargoLocks: ReadonlyMap<string, { held: readonly string[]; unknown: readonly string[] }>
  processes: { bySlot: ReadonlyMap<string, readonly Inhabitant[]>; failure: string | null }
  containers: { list: readonly RunningContainer[]; failure: string | null }
  /** leases whose keeper holds their lock */
  kept: ReadonlySet<string>
}

export interface RunningContainer {
  id: string
  name: string
  /** host paths of its bind mounts */
  sources: readonly string[]
}

/** What the lock of a lease proves, whatever has become of everything else of its job. */
export const KEPT_ALIVE =
  'its keeper is running, or what its command started (the lease’s lock is held)'

/** Who lives in one slot, from all that was found. */
export function occupancyOf(place: Place, searches: Searches): Occupancy {
  const locks = searches.cargoLocks.get(place.slot)
  const held = (locks?.held ?? []).map((path): Inhabitant => ({
    kind: 'cargo-lock',
    what: `Cargo’s lock ${path} is held`,
  }))
  const inside = searches.processes.bySlot.get(place.slot) ?? []
  const using = searches.containers.list
    .filter((container) => uses(container, place, searches.rootPaths))
    .map((container): Inhabitant => ({
      kind: 'container',
      what: `container ${container.name} (${container.id.slice(0, 12)}) ${container.id === place.container ? 'of its job is running' : 'mounts it'}`,
    }))
  const { lease = null } = place
  const keeper: Inhabitant[] =
    lease !== null && searches.kept.has(lease) ? [{ kind: 'keeper', what: KEPT_ALIVE }] : []
  const { failure: unread } = searches.processes
  const { failure: unasked } = searches.containers
  return {
    inhabitants: [...keeper, ...held, ...inside, ...using],
    unknown: [...(locks?.unknown ?? []), ...[unread, unasked].filter((each) => each !== null)],
  }
}

/**
 * Whether a container uses a slot: it is the job's own, or it mounts the slot, a part of it, or its
 * run dir. One that mounts the whole root proves nothing: it would hold every slot for ever.
 */
function uses(container: RunningContainer, place: Place, rootPaths: readonly string[]): boolean {
  if (container.id === place.container) return true
  return rootPaths.some((root) => {
    const slot = `${root}/${place.slot}`
    const runDirectory = slot.slice(0, slot.lastIndexOf('/'))
    return container.sources.some(
      (source) => source === runDirectory || source === slot || source.startsWith(`${slot}/`),
    )
  })
}
