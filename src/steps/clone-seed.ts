import { dirname } from 'node:path'
import type { SeedRecord } from '../plan/build-record.ts'
import { chooseWay } from '../plan/clone.ts'
import type { Choice } from '../plan/clone.ts'
import type { Self } from '../plan/evidence.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import type { Job } from '../plan/job.ts'
import type { Lease } from '../plan/lease.ts'
import { joinRecords } from '../plan/linked-file.ts'
import { ageHours } from '../plan/reclaim.ts'
import type { JudgedSlot, Origin } from '../plan/seed.ts'
import type { Settings } from '../plan/settings.ts'
import { snapshotsFor } from '../plan/snapshot.ts'
import type { SnapshotName, StoredSnapshot } from '../plan/snapshot.ts'
import { CloneError, cloneTree } from '../host/clone.ts'
import { hybridRefusal } from '../host/hybrid-mark.ts'
import { whileFileLocked, whileLocked } from '../host/kernel-lock.ts'
import { readInputs, readLinked, writeRecord } from '../host/lease-companions.ts'
import { endedLeasePath } from '../host/leases.ts'
import { findWrittenThrough } from '../host/linked-files.ts'
import { canReflink } from '../host/reflink.ts'
import type { Root } from '../host/root.ts'
import { pathsOf } from '../host/slots.ts'
import {
  folderOf,
  idIn,
  inputsIn,
  linkedIn,
  noteLinked,
  noteUse,
  treeIn,
} from '../host/snapshots.ts'
import { movedTargetOf } from './adapt-seed.ts'
import { readDiskRoom } from './disk-room.ts'
import type { DiskRoom } from './disk-room.ts'
import { judgeMovedUnits } from './forget-units.ts'
import type { Judged } from './forget-units.ts'
import { giveUpHybrid } from './give-up-hybrid.ts'
import { lookUntilLeft } from './look-until-left.ts'
import type { Runtime } from './runtime.ts'
import type { Filled } from './seed.ts'
import { ownerRefusal } from './slot-owner.ts'

/** A build that a slot may be cloned from. */
export interface CloneSource {
  label: string
  /** the lease whose build it is */
  id: string
  /** absolute path of the slot, or of the snapshot’s folder: who reads it locks that */
  folder: string
  /** null where nobody has measured it */
  bytes: number | null
  ageHours: number | null
  origin: Origin
  /** slots whose paths may be compiled in, relative to the root */
  former: readonly string[]
  /** an ended slot (relative to the root), in which somebody may still be, or a snapshot */
  place: { slot: string; container: string | null } | { snapshot: SnapshotName }
}

export interface CloneRequest {
  root: Root
  self: Self
  job: Job
  settings: Settings
  /** the lease of the new slot, which is empty */
  lease: Lease
  /** absolute path at which the seed is to lie until it is fit for the slot; nothing is there yet */
  place: string
  source: CloneSource
}

/** What an ended slot of the same job and PR is as a source; none where nothing is known of its build. */
export function slotSource(
  root: Root,
  { source, slot, origin, refusal }: JudgedSlot,
): CloneSource[] {
  const { record, build, moment } = source
  if (origin === null || build === null || refusal !== null) return []
  const path = `${root.realPath}/${slot}`
  const hours = ageHours(record, moment)
  return [
    {
      label: `a clone of ${slot}`,
      id: record.id,
      folder: path,
      bytes: null,
      ageHours: Number.isFinite(hours) ? hours : null,
      origin,
      former: [slot, ...build.former],
      place: { slot, container: record.lease?.owner.container ?? null },
    },
  ]
}

/** The snapshots for a job, the newest first. */
export function snapshotSources(
  root: Root,
  job: Job,
  stored: readonly StoredSnapshot[],
  environment: string,
): CloneSource[] {
  return snapshotsFor(stored, job, null, environment).map(({ name, snapshot, bytes }) => ({
    label: `snapshot ${name.repository}/${name.key}`,
    id: snapshot.id,
    folder: folderOf(root, name),
    bytes,
    ageHours: Math.max(0, Date.now() - snapshot.publishedMs) / 3_600_000,
    origin: snapshot,
    former: snapshot.former,
    place: { snapshot: name },
  }))
}

/** A clone takes seconds; one that takes longer is no gain. */
const WAIT_MS = 120_000

/**
 * Makes a clone of a build, which stays as it is, as the seed of a slot.
 *
 * @returns why there is none, in words
 * @throws as the file system does: the slot stays empty, and what was made goes
 */
export async function cloneSeed(request: CloneRequest, runtime: Runtime): Promise<Filled | string> {
  const { root, self, source, lease } = request
  const isSnapshot = 'snapshot' in source.place
  const slot = `${root.realPath}/${lease.slot}`
  try {
    // Who may not take it may not even be able to open it.
    const refusal = isSnapshot ? null : ownerRefusal(source.folder, slot)
    if (refusal !== null) return refusal
    const work = async (): Promise<Filled | string> => {
      const locked = await whileLocked(source.folder, 'shared', async (folder) => {
        if (!isSnapshot) {
          const living = await findLiving(root, self, source, runtime)
          return living ?? (await cloneLocked(request, { folder, tree: source.folder }, runtime))
        }
        // Another one may lie at its path by now, and what is known of it is not true of that one.
        if (idIn(folder) !== source.id) return 'it was replaced meanwhile'
        const open = { folder, tree: treeIn(folder) }
        return ownerRefusal(open.tree, slot) ?? (await cloneLocked(request, open, runtime))
      })
      return 'refused' in locked ? locked.refused : locked.value
    }
    if (isSnapshot) return await work()
    // As in inherit: who takes the slot over looks who is in it.
    const held = await whileFileLocked(endedLeasePath(root, source.id), 'shared', work)
    return 'refused' in held ? held.refused : held.value
  } catch (error) {
    if (error instanceof CloneError && !error.isFault) return messageOf(error)
    // Another job, or this one, has taken it; a pass may have.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) return 'it is gone'
    throw error
  }
}

/** Who is in the source, in words; null where nobody is. */
async function findLiving(
  root: Root,
  self: Self,
  { place }: CloneSource,
  runtime: Runtime,
): Promise<string | null> {
  if (!('slot' in place)) return null
  const occupancy = await lookUntilLeft(root, place, self, runtime)
  if (occupancy === undefined) return 'nobody could look into it'
  const [living] = occupancy.inhabitants
  return living === undefined ? (occupancy.unknown[0] ?? null) : `it is in use: ${living.what}`
}

/** What is locked. */
interface Open {
  folder: number
  /** path of the target dir */
  tree: string
}

async function cloneLocked(
  request: CloneRequest,
  { folder, tree }: Open,
  runtime: Runtime,
): Promise<Filled | string> {
  const { root, lease, place, source } = request
  const isSnapshot = 'snapshot' in source.place
  const known = isSnapshot ? linkedIn(folder) : readLinked(root, source.id)
  const disk = await readDiskRoom(root, request.settings)
  const choice = choose(request, disk, known)
  const { way } = choice
  if (way === null) return choice.why
  const written = findWrittenThrough(tree, known ?? [])
  if (written.length > 0) {
    const spoilt = 'snapshot' in source.place ? source.place.snapshot : { lease: source.id }
    return giveUpHybrid(root, { label: source.label, place: spoilt, written }, runtime)
  }
  const record: SeedRecord = {
    version: 1,
    kind: way === 'copy' ? 'copy' : 'clone',
    source: source.id,
    ageHours: source.ageHours,
    generation: source.origin.generation + 1,
    former: [],
    environment: '',
    unused: null,
  }
  const formerTargets = source.former.flatMap((each) => pathsOf(root, each))
  const filled = { record, origin: source.origin, formerTargets, linked: [] }
  const moved = movedTargetOf({ ...request, ...filled }, runtime.environment)
  let judged: Judged | null = null
  const { linked } = await cloneTree({
    source: tree,
    destination: place,
    way,
    skipIncremental: !isIncrementalOfUse(request, runtime.environment),
    waitMs: WAIT_MS,
    copyAtMostBytes: way === 'reflink' ? null : disk.room,
    // What was read lately is in memory; of the clone, whose blocks are the same, nothing is.
    meanwhile: (opened) => {
      if (moved !== null) judged = judgeMovedUnits({ ...moved, place: opened })
    },
  })
  const inputs = isSnapshot ? inputsIn(folder) : readInputs(root, source.id)
  if (inputs !== null) writeRecord(root, lease.id, '.inputs', inputs)
  if (isSnapshot) tryToNoteUse(folder)
  if (linked.length > 0) {
    // Before anything is built in the clone: nobody must find the source without this note then.
    const joined = joinRecords(known ?? [], linked)
    if (isSnapshot) noteLinked(folder, joined)
    else writeRecord(root, source.id, '.linked', JSON.stringify(joined))
  }
  runtime.voice.info(`cloned (${way}): ${choice.why}`)
  return { ...filled, judged }
}

/** At another path rustc takes nothing from it: the paths of a unit’s dependencies are part of its options. */
function isIncrementalOfUse(
  { settings, source }: CloneRequest,
  environment: NodeJS.ProcessEnv,
): boolean {
  const isSamePath = settings.constantPaths.target !== null && source.origin.isElsewhere !== true
  return isSamePath && environment['CARGO_INCREMENTAL'] !== '0'
}

/** Without it the snapshot is evicted somewhat sooner. */
function tryToNoteUse(folder: number): void {
  try {
    noteUse(folder, new Date())
  } catch {
    return
  }
}

function choose(
  { root, job, settings, source, place }: CloneRequest,
  disk: DiskRoom,
  known: unknown,
): Choice {
  return chooseWay({
    wanted: settings.warm,
    // Tried where the seed will lie: what a killed process leaves of it goes with the rest.
    canReflink: canReflink(dirname(place)),
    hybridRefusal:
      known === null
        ? 'what is shared with others is not known any more'
        : (trustRefusal(job, source) ?? hybridRefusal(root)),
    level: disk.level,
    freeBytes: disk.freeBytes,
    keepFreeBytes: disk.freeBytes - disk.room,
    sourceBytes: source.bytes,
  })
}

/**
 * Hard links are a way from one build into the other: only a job that might have published the
 * snapshot itself may have them.
 */
function trustRefusal(job: Job, { place }: CloneSource): string | null {
  return 'snapshot' in place && !job.trusted
    ? 'what a pull request builds may not share files with a snapshot'
    : null
}
