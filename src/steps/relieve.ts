import { performance } from 'node:perf_hooks'
import type { Self } from '../plan/evidence.ts'
import { messageOf } from '../plan/guard-error.ts'
import { assess, usedPercent } from '../plan/pressure.ts'
import type { Assessment, Reading } from '../plan/pressure.ts'
import { planPass } from '../plan/reclaim.ts'
import type { Action, Candidate, ObservedLease } from '../plan/reclaim.ts'
import { outOfReach, reliefOrder, untilRelieved } from '../plan/relief.ts'
import type { Extent, Goal, OutOfReach } from '../plan/relief.ts'
import { leastRecentlyUsed } from '../plan/snapshot.ts'
import type { StoredSnapshot } from '../plan/snapshot.ts'
import type { Settings } from '../plan/settings.ts'
import { deleteEntry } from '../host/deletion.ts'
import { probeDisks, settle } from '../host/disk.ts'
import { helpers } from '../host/privilege.ts'
import { releaseReserve } from '../host/reserve.ts'
import { evict, listSnapshots, identify } from '../host/snapshots.ts'
import type { Root } from '../host/root.ts'
import { forgetEntry, hasTrash, listTrash, quarantine } from '../host/trash.ts'
import { apply, finishInPlace } from './apply.ts'
import type { Failure } from './apply.ts'
import { lookInto, observeLeases } from './observe.ts'
import { tell } from './reap.ts'
import { weighAll } from './relief-weights.ts'
import type { Runtime } from './runtime.ts'

/** What relief may take and when it is enough. */
export interface ReliefRequest {
  root: Root
  self: Self
  settings: Settings
  extent: Extent
  /** without it the disk is to be relieved, see untilRelieved */
  goal?: Goal
}

/** What relief did. */
export interface Relieved {
  before: Reading
  after: Assessment
  /** slots, relative to the root */
  retired: string[]
  /** snapshots, as `<repository>/<key>` */
  evicted: string[]
  /** entries of the trash that were deleted, those of `retired` and `evicted` among them */
  deleted: number
  failures: Failure[]
  /** what was kept although the disk needs room, with the reason */
  kept: Action[]
  /** whether the reserve was given back */
  gaveReserve: boolean
  /** the floor for which no slot and no snapshot was taken: all of them could not reach it */
  outOfReach: OutOfReach | null
}

/** A reaper that is at an entry already frees the same space: it is waited for. */
const AT_ONCE = { waitSeconds: 120, inParts: true }

/** So long the room may wait for the history of jobs that have ended to be told, in all. */
const TELL_MS = 10_000

/** Less than this is full: the reserve is for such a disk. */
const FULL_BYTES = 1024 * 1024
const FULL_INODES = 16

/**
 * Makes room on the root's disk: the trash, the reserve when the disk is full, then slot after slot,
 * deleted at once, with a look at the disk after each, until the low watermark is reached.
 *
 * What goes is measured for the history first. On a critical disk nothing waits for that: such jobs are
 * told as their keepers have last sampled them, which may be less than they came to.
 *
 * @returns null where the disk cannot be read: no number, no deletion
 */
export async function relieve(request: ReliefRequest, runtime: Runtime): Promise<Relieved | null> {
  const { root, settings } = request
  const look = async (): Promise<Assessment | null> => {
    const [reading] = (await probeDisks(root.path, [])).readings
    return reading === undefined ? null : assess(reading, settings.floors)
  }
  const goal = goalOf(request)
  const first = await look()
  if (first === null) return null
  const done: Relieved = {
    before: first.reading,
    after: first,
    retired: [],
    evicted: [],
    deleted: 0,
    failures: [],
    kept: [],
    gaveReserve: false,
    outOfReach: null,
  }
  const isEnough = async (): Promise<boolean> => {
    settle(root.path)
    const again = await look()
    // No number any more: nothing further goes.
    if (again === null) return true
    done.after = again
    return goal.isReached(done.after)
  }
  const tellUntil = performance.now() + TELL_MS
  const empty = async (): Promise<boolean> => {
    // What could not be told stays noted for the reaper, which says why.
    if (done.after.level !== 'critical') await tell(root, 'trash', tellUntil - performance.now())
    return emptyTrash(request, done, isEnough)
  }
  if (goal.isReached(first)) return done
  // Also what others have just deleted may not be counted yet: no slot goes for that.
  if ((hasTrash(root) && (await empty())) || (await isEnough())) return done
  const wasFull = isFull(done.after.reading)
  if (wasFull) {
    done.gaveReserve = releaseReserve(root)
    if (await isEnough()) return done
  }
  const { leases, candidates, actions } = await choose(request, runtime)
  done.kept = actions.filter((action) => action.kind === 'keep')
  // Where nothing works any more, whatever is freed is of use.
  if (!wasFull) {
    done.outOfReach = judgeReach(request, done.after.reading, { candidates, actions })
    if (done.outOfReach !== null) return done
  }
  for (const candidate of candidates) {
    const isIt = (each: Action): boolean =>
      each.kind === 'retire' && each.id === candidate.lease.record.id
    if (!actions.some(isIt)) continue
    // To delete the ones before may have taken minutes: somebody may live in it by now.
    const action = (await judge(leases, [candidate], request, runtime)).find(isIt)
    if (action === undefined) continue
    const applied = await finishInPlace(root, apply(root, [action], helpers(settings)))
    done.retired.push(...applied.retired)
    done.failures.push(...applied.failures)
    if (await empty()) return done
  }
  const seen = new Set<string>()
  // Anew each time: to delete one takes minutes, in which others are published, and used.
  const next = (): StoredSnapshot | undefined =>
    leastRecentlyUsed(listSnapshots(root)).find((each) => !seen.has(identify(each)))
  for (let oldest = next(); oldest !== undefined; oldest = next()) {
    seen.add(identify(oldest))
    if (!tryToEvict(root, oldest, runtime)) continue
    done.evicted.push(`${oldest.name.repository}/${oldest.name.key}`)
    if (await empty()) return done
  }
  return done
}

function goalOf({ goal, settings: { floors, watermarks } }: ReliefRequest): Goal {
  return goal ?? untilRelieved(floors, watermarks)
}

/** How much more is free than before, whoever made it so. */
export function reclaimed({ before, after }: Relieved): number {
  return Math.max(0, after.reading.freeBytes - before.freeBytes)
}

/** One that cannot be taken away keeps no other from going. */
function tryToEvict(root: Root, snapshot: StoredSnapshot, { voice }: Runtime): boolean {
  try {
    return evict(root, snapshot)
  } catch (error) {
    const { repository, key } = snapshot.name
    voice.warning(`The snapshot ${repository}/${key} could not be evicted (${messageOf(error)}).`)
    return false
  }
}

/** Deletes what is in the trash, one by one; true as soon as it is enough. */
async function emptyTrash(
  { root, settings }: ReliefRequest,
  done: Relieved,
  isEnough: () => Promise<boolean>,
): Promise<boolean> {
  const entries = listTrash(root).filter((entry) => entry.quarantine === null)
  for (const { id } of entries) {
    try {
      const outcome = await deleteEntry(root, id, helpers(settings), AT_ONCE)
      if (outcome.kind === 'deleted') {
        done.deleted += 1
        forgetEntry(root, id)
      } else if (outcome.kind === 'stuck') note(root, id, outcome)
    } catch {
      // What is left of it is the reaper’s, which tells why; the next entry may go all the same.
    }
    if (await isEnough()) return true
  }
  return entries.length === 0 && isEnough()
}

/** A note needs room too; without it the next reaper finds out again. */
function note(root: Root, id: string, { why, command }: { why: string; command: string }): void {
  try {
    quarantine(root, id, { reason: why, command })
  } catch {
    return
  }
}

function isFull({ freeBytes, freeInodes }: Reading): boolean {
  return freeBytes < FULL_BYTES || (freeInodes !== null && freeInodes < FULL_INODES)
}

/** Which floor stays out of reach, were all of this taken, and all snapshots. */
function judgeReach(
  request: ReliefRequest,
  reading: Reading,
  { candidates, actions }: Pick<Chosen, 'candidates' | 'actions'>,
): OutOfReach | null {
  const missed = goalOf(request).missed(reading)
  if (missed.length === 0) return null
  const ids = new Set(actions.flatMap((each) => (each.kind === 'retire' ? [each.id] : [])))
  const slots = candidates.map(({ lease }) => lease.record).filter(({ id }) => ids.has(id))
  return outOfReach(missed, weighAll(request.root, slots))
}

/** What relief would take, in its order, and the floor for which it would take nothing; touches nothing. */
export async function planRelief(
  request: ReliefRequest,
  reading: Reading,
  runtime: Runtime,
): Promise<{ actions: Action[]; outOfReach: OutOfReach | null }> {
  const chosen = await choose(request, runtime)
  // How much of what is missing the trash holds is not known before it is empty.
  const mayHelp = isFull(reading) || hasTrash(request.root)
  const floor = mayHelp ? null : judgeReach(request, reading, chosen)
  const isTight = usedPercent(reading) >= request.settings.watermarks.high
  const candidates = floor === null || isTight ? chosen.candidates : []
  const actions = candidates.flatMap(({ lease }) =>
    chosen.actions.flatMap((action): Action[] =>
      action.kind === 'retire' && action.id === lease.record.id
        ? [{ ...action, asFarAsNeeded: true }]
        : [],
    ),
  )
  return { actions, outOfReach: floor }
}

interface Chosen {
  leases: ObservedLease[]
  candidates: Candidate[]
  actions: Action[]
}

/** What may go, in order, and what of it would be retired now that its slots were looked into. */
async function choose(request: Omit<ReliefRequest, 'settings'>, runtime: Runtime): Promise<Chosen> {
  const { root, self, extent } = request
  const { leases, moment } = observeLeases(root, self, extent)
  const candidates = reliefOrder(leases, self, extent, moment)
  return { leases, candidates, actions: await judge(leases, candidates, request, runtime) }
}

/** What becomes of candidates, now that their slots are looked into. */
async function judge(
  leases: ObservedLease[],
  candidates: readonly Candidate[],
  { root, self }: Omit<ReliefRequest, 'settings'>,
  runtime: Runtime,
): Promise<Action[]> {
  const places = candidates.flatMap(({ lease: { record, mounts } }) =>
    record.slot === null || mounts.length > 0
      ? []
      : [
          {
            id: record.id,
            slot: record.slot,
            container: record.lease?.owner.container ?? null,
            lease: record.state === 'live' ? record.id : null,
          },
        ],
  )
  const bySlot = await lookInto(root, places, self, runtime.environment)
  const occupancies = new Map(
    places.flatMap(({ id, slot }) => {
      const occupancy = bySlot.get(slot)
      return occupancy === undefined ? [] : [[id, occupancy] as const]
    }),
  )
  const seen = { leases, foreign: [], orphanedLinks: [], leftovers: [] }
  return planPass(seen, candidates, occupancies)
}
