import { dirname } from 'node:path'
import type { SeedRecord } from '../plan/build-record.ts'
import { chooseWay } from '../plan/clone.ts'
import type { Choice } from '../plan/clone.ts'
import type { Self } from '../plan/evidence.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { assess, room } from '../plan/pressure.ts'
import type { Level } from '../plan/pressure.ts'
import type { Job } from '../plan/job.ts'
import type { Lease } from '../plan/lease.ts'
import { joinRecords } from '../plan/linked-file.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import { ageHours } from '../plan/reclaim.ts'
import type { JudgedSlot, Origin } from '../plan/seed.ts'
import type { Settings } from '../plan/settings.ts'
import { snapshotsFor } from '../plan/snapshot.ts'
import type { SnapshotName, StoredSnapshot } from '../plan/snapshot.ts'
import { CloneError, cloneTree } from '../host/clone.ts'
import { probeDisks } from '../host/disk.ts'
import { hybridRefusal, takeHybridOut } from '../host/hybrid-mark.ts'
import { whileFileLocked, whileLocked } from '../host/kernel-lock.ts'
import { readInputs, writeRecord } from '../host/lease-companions.ts'
import { endedLeasePath } from '../host/leases.ts'
import { findWrittenThrough } from '../host/linked-files.ts'
import { canReflink } from '../host/reflink.ts'
import type { Root } from '../host/root.ts'
import { pathsOf } from '../host/slots.ts'
import {
  evict,
  folderOf,
  noteLinked,
  noteUse,
  readLinked,
  readSnapshotInputs,
  treeOf,
} from '../host/snapshots.ts'
import { movedTargetOf } from './adapt-seed.ts'
import { judgeMovedUnits } from './forget-units.ts'
import type { Judged } from './forget-units.ts'
import { lookUntilLeft } from './look-until-left.ts'
import type { Runtime } from './runtime.ts'
import type { Filled } from './seed.ts'
import { ownerRefusal } from './slot-owner.ts'

/** A build that a slot may be cloned from. */
export interface CloneSource {
  label: string
  /** the lease whose build it is */
  id: string
  /** absolute path of the target dir */
  tree: string
  /** who reads it locks this folder, so that it is not deleted meanwhile */
  locked: string
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
      tree: path,
      locked: path,
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
    tree: treeOf(root, name),
    locked: folderOf(root, name),
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
  try {
    const refusal = ownerRefusal(source.tree, `${root.realPath}/${lease.slot}`)
    if (refusal !== null) return refusal
    const work = async (): Promise<Filled | string> => {
      const locked = await whileLocked(source.locked, 'shared', async () => {
        const living = await findLiving(root, self, source, runtime)
        return living ?? (await cloneLocked(request, runtime))
      })
      return 'refused' in locked ? locked.refused : locked.value
    }
    if ('snapshot' in source.place) return await work()
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

async function cloneLocked(request: CloneRequest, runtime: Runtime): Promise<Filled | string> {
  const { root, lease, place, source } = request
  const known = linkedOf(root, source)
  const disk = await diskOf(root, request.settings)
  const choice = choose(request, disk, known)
  const { way } = choice
  if (way === null) return choice.why
  if (way === 'hybrid' && known !== null && 'snapshot' in source.place) {
    const { written } = findWrittenThrough(source.tree, known)
    if (written.length > 0) return giveUpHybrid(request, source.place.snapshot, written, runtime)
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
    source: source.tree,
    destination: place,
    way,
    // At another path rustc makes no use of it.
    skipIncremental:
      source.origin.isElsewhere === true || runtime.environment['CARGO_INCREMENTAL'] === '0',
    waitMs: WAIT_MS,
    copyAtMostBytes: way === 'reflink' ? null : disk.room,
    // What was read lately is in memory; of the clone, whose blocks are the same, nothing is.
    meanwhile: (tree) => {
      if (moved !== null) judged = judgeMovedUnits({ ...moved, place: tree })
    },
  })
  const inputs = inputsOf(root, source)
  if (inputs !== null) writeRecord(root, lease.id, '.inputs', inputs)
  if ('snapshot' in source.place) {
    tryToNoteUse(root, source.place.snapshot)
    // Before anything is built in the clone: nobody must find the snapshot without this note then.
    if (linked.length > 0) noteLinked(root, source.place.snapshot, joined(known ?? [], linked))
  }
  runtime.voice.info(`cloned (${way}): ${choice.why}`)
  return { ...filled, judged }
}

/** Without it the snapshot is evicted somewhat sooner. */
function tryToNoteUse(root: Root, name: SnapshotName): void {
  try {
    noteUse(root, name, new Date())
  } catch {
    return
  }
}

function inputsOf(root: Root, { place, id }: CloneSource): string | null {
  return 'snapshot' in place ? readSnapshotInputs(root, place.snapshot) : readInputs(root, id)
}

function linkedOf(root: Root, { place }: CloneSource): LinkedFile[] | null {
  return 'snapshot' in place ? readLinked(root, place.snapshot) : []
}

function joined(known: readonly LinkedFile[], fresh: readonly LinkedFile[]): LinkedFile[] {
  return joinRecords(known, fresh).record
}

/** The root’s disk as far as it decides what may be copied. */
interface Disk {
  level: Level
  freeBytes: number
  /** bytes that may be written before it is low or at its high watermark */
  room: number
}

/** One that cannot be read has no room: nothing is copied to it. */
async function diskOf(root: Root, { floors, watermarks }: Settings): Promise<Disk> {
  const [reading] = (await probeDisks(root.path, [])).readings
  if (reading === undefined) return { level: 'low', freeBytes: 0, room: 0 }
  const { level } = assess(reading, floors)
  return { level, freeBytes: reading.freeBytes, room: room(reading, floors, watermarks) }
}

function choose(
  { root, job, settings, source, place }: CloneRequest,
  disk: Disk,
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

/** Somebody wrote through a link: the snapshot is no longer what was built, and no other will be shared. */
function giveUpHybrid(
  { root, source }: CloneRequest,
  name: SnapshotName,
  written: readonly string[],
  { voice }: Runtime,
): string {
  takeHybridOut(root, source.label, written)
  evict(root, name)
  const why = `a build wrote into ${written[0] ?? ''}, which it shared with the snapshot`
  voice.warning(
    `${why}. The snapshot is gone, and clones of this root share no files by hard link any more.`,
  )
  return why
}
