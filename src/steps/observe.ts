import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Occupancy, OwnerSight, Self } from '../plan/evidence.ts'
import { judgeOwner } from '../plan/evidence.ts'
import type { LeaseRecord } from '../plan/lease.ts'
import { isSlotPath, leaseIdOfSlot, runnerPrefix } from '../plan/naming.ts'
import { occupancyOf } from '../plan/occupancy.ts'
import type { Place } from '../plan/occupancy.ts'
import type { ForeignDirectory, FormerPath, Moment, ObservedLease } from '../plan/reclaim.ts'
import { readMoment } from '../host/boot.ts'
import { probeCargoLocks } from '../host/cargo-locks.ts'
import { listContainers } from '../host/docker.ts'
import { scanProcesses } from '../host/inhabitants.ts'
import { heirOf } from '../host/former-paths.ts'
import { findKeepers } from '../host/keeper-lock.ts'
import { findLease, readLeases } from '../host/leases.ts'
import { listUnfinished } from '../host/leftovers.ts'
import { mountsWithin, readMounts } from '../host/mounts.ts'
import type { Mount } from '../host/mounts.ts'
import { isNamespaceGone, stateOf } from '../host/processes.ts'
import type { Root } from '../host/root.ts'
import { findSlot, listSlots } from '../host/slots.ts'
import type { Inventory } from '../host/slots.ts'
import { isInTrash } from '../host/trash.ts'

/** `own`: the slots of one runner, by the ids of their leases. `host`: everything in the root. */
export type Scope = 'own' | 'host'

/** The root as one plain value. */
export interface View {
  moment: Moment
  leases: ObservedLease[]
  foreign: ForeignDirectory[]
  /** former paths of slots whose heir is gone */
  orphanedLinks: FormerPath[]
  /** left-over files, by their paths in the root's own folder */
  leftovers: string[]
}

/**
 * Reads the root, without looking into any slot.
 *
 * @param adopted paths relative to the root that an administrator gives up for deletion
 */
export function observe(
  root: Root,
  self: Self,
  scope: Scope,
  adopted: readonly string[] = [],
): View {
  // After the leases: a slot that is made meanwhile has its lease before.
  const { inventory, ...seen } = observeLeases(root, self, scope)
  const { moment, leases, leftovers } = seen
  const unfinished = [
    ...leftovers.map((name) => `leases/${name}`),
    ...listUnfinished(root, moment.wallMs),
  ]
  if (scope !== 'host') {
    return { moment, leases, foreign: [], orphanedLinks: [], leftovers: unfinished }
  }
  const all = inventory ?? listSlots(root)
  const former = sortFormer(root, all.slots)
  const slots = all.slots.filter((slot) => !former.known.has(slot))
  const foreign = findForeign(root, { ...all, slots }, leases, adopted)
  return { moment, leases, foreign, orphanedLinks: former.orphaned, leftovers: unfinished }
}

interface FormerPaths {
  known: Set<string>
  orphaned: FormerPath[]
}

/** What leases tell. */
export interface LeaseView {
  moment: Moment
  leases: ObservedLease[]
  /** names of left-over files among the leases */
  leftovers: string[]
  /** what lies in the root, null where no lease made it necessary to look */
  inventory: Inventory | null
}

/** Reads the leases alone: all of the root's, or those of one runner. */
export function observeLeases(root: Root, self: Self, scope: Scope): LeaseView {
  const moment = readMoment()
  const prefix = scope === 'own' ? runnerPrefix(self.runnerKey ?? '') : ''
  const { records, leftovers } = readLeases(root, prefix, moment.wallMs)
  // A lease that cannot be read does not say where its slot is.
  const inventory = records.some((record) => record.slot === null) ? listSlots(root) : null
  const byId = new Map((inventory?.slots ?? []).map((slot) => [idOf(slot), slot]))
  const mounts = readMounts()
  const ended = rememberEnded()
  const leases = records.map((record) => {
    const slot = record.slot ?? byId.get(record.id) ?? null
    return observeLease(root, { ...record, slot }, self, mounts, ended)
  })
  return { moment, leases, leftovers, inventory }
}

/** Which of these are former paths of slots that were handed down, and which of them lead nowhere. */
function sortFormer(root: Root, slots: readonly string[]): FormerPaths {
  const found: FormerPaths = { known: new Set(), orphaned: [] }
  for (const slot of slots) {
    const heir = heirOf(root, slot)
    // A link to anything but a slot of this root is somebody else’s, and is reported as foreign.
    if (heir === null || !isSlotPath(heir)) continue
    found.known.add(slot)
    if (findSlot(root, heir) === 'missing') found.orphaned.push({ path: slot, heir })
  }
  return found
}

function idOf(slot: string): string {
  return leaseIdOfSlot(slot.slice(slot.lastIndexOf('/') + 1)) ?? ''
}

export function observeLease(
  root: Root,
  record: LeaseRecord,
  self: Self,
  mounts: readonly Mount[],
  ended: (namespace: string) => boolean,
): ObservedLease {
  const { slot } = record
  return {
    record,
    owner: judgeOwner(record, sightOf(record, self, ended), self),
    slot: slot === null ? 'missing' : findSlot(root, slot),
    mounts: slot === null ? [] : mountsWithin(`${root.realPath}/${slot}`, mounts),
  }
}

/** Remembers the answers for the length of one pass: each is a look at every process. */
export function rememberEnded(): (namespace: string) => boolean {
  const known = new Map<string, boolean>()
  return (namespace) => {
    const answer = known.get(namespace) ?? isNamespaceGone(namespace)
    known.set(namespace, answer)
    return answer
  }
}

/** How the owner is found; a process can be looked for in this boot and pid namespace only. */
function sightOf(
  { lease, state }: LeaseRecord,
  self: Self,
  ended: (namespace: string) => boolean,
): OwnerSight {
  const unseen: OwnerSight = { worker: null, namespaceIsGone: false }
  const owner = lease?.owner
  if (owner === undefined || state === 'ended' || owner.bootId !== self.bootId) return unseen
  if (owner.pidNamespace !== self.pidNamespace) {
    return { worker: null, namespaceIsGone: ended(owner.pidNamespace) }
  }
  return { worker: owner.worker === null ? null : stateOf(owner.worker), namespaceIsGone: false }
}

function findForeign(
  root: Root,
  inventory: Inventory,
  leases: readonly ObservedLease[],
  adopted: readonly string[],
): ForeignDirectory[] {
  const leased = new Set(leases.map((each) => each.record.id))
  // A slot that was made after the leases were read has a lease by now; one in the trash is gone.
  const without = inventory.slots.filter((slot) => {
    const id = idOf(slot)
    return !leased.has(id) && !isInTrash(root, id) && findLease(root, id) === null
  })
  return [
    ...without.map((path) => ({
      path,
      why: 'it looks like a slot, but has no lease',
      adopted: adopted.includes(path),
    })),
    ...inventory.odd.map((path) => ({
      path,
      why: 'it is not target-guard’s: it has no slot’s name',
      adopted: false,
    })),
  ]
}

/** Looks who lives in these slots; only those that would go are worth the look. */
export async function lookInto(
  root: Root,
  places: readonly Place[],
  self: Self,
  environment: NodeJS.ProcessEnv,
): Promise<Map<string, Occupancy>> {
  if (places.length === 0) return new Map()
  const slots = places.map((place) => place.slot)
  // Docker and the program that tries the locks answer while this process reads /proc.
  const asked = listContainers(environment)
  const tried = probeCargoLocks(slots.map((slot) => `${root.realPath}/${slot}`))
  const keepers = findKeepers(
    root,
    places.flatMap(({ lease = null }) => (lease === null ? [] : [lease])),
  )
  await nextTurn()
  const processes = scanProcesses(root.realPath, slots)
  const [answer, locks, kept] = await Promise.all([asked, tried, keepers])
  const searches = {
    rootPaths: [...new Set([root.path, root.realPath])],
    cargoLocks: new Map(
      [...locks].map(([path, found]) => [path.slice(root.realPath.length + 1), found]),
    ),
    processes,
    kept,
    containers: {
      // The container this process runs in has every mount of its job: no news of other jobs.
      list:
        answer.kind === 'answered'
          ? answer.containers.filter((each) => !isSame(each.id, self.container))
          : [],
      failure: answer.kind === 'silent' ? `docker does not answer (${answer.why})` : null,
    },
  }
  return new Map(places.map((place) => [place.slot, occupancyOf(place, searches)]))
}

/** A container knows itself by its full id or by its hostname, which is the beginning of it. */
function isSame(id: string, own: string | null): boolean {
  return own !== null && own !== '' && id.startsWith(own)
}
