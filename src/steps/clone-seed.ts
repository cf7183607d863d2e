import { fstatSync, lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SeedRecord } from '../plan/build-record.ts'
import { chooseWay } from '../plan/clone.ts'
import type { Choice, Way } from '../plan/clone.ts'
import type { Self } from '../plan/evidence.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { incrementalUse } from '../plan/incremental.ts'
import type { Job } from '../plan/job.ts'
import type { Lease } from '../plan/lease.ts'
import { joinRecords } from '../plan/linked-file.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import type { Settings } from '../plan/settings.ts'
import { CloneError, cloneTree } from '../host/clone.ts'
import { at } from '../host/folders.ts'
import { hybridRefusal } from '../host/hybrid-mark.ts'
import { whileFileLocked, whileLocked } from '../host/kernel-lock.ts'
import { readInputs, readLinked, writeRecord } from '../host/lease-companions.ts'
import { endedLeasePath, findLease } from '../host/leases.ts'
import { lookAtShared } from '../host/linked-files.ts'
import { canReflink } from '../host/reflink.ts'
import type { Root } from '../host/root.ts'
import { pathsOf } from '../host/slots.ts'
import { idIn, inputsIn, linkedIn, noteLinked, noteUse, treeIn } from '../host/snapshots.ts'
import { movedTargetOf } from './adapt-seed.ts'
import type { CloneSource } from './clone-sources.ts'
import { readDiskRoom } from './disk-room.ts'
import type { DiskRoom } from './disk-room.ts'
import { dropSeed } from './drop-seed.ts'
import { judgeMovedUnits } from './forget-units.ts'
import type { Judged } from './forget-units.ts'
import { giveUpHybrid } from './give-up-hybrid.ts'
import { lookUntilLeft, whyOccupied } from './look-until-left.ts'
import type { Runtime } from './runtime.ts'
import type { Filled } from './seed.ts'
import { ownerRefusal } from './slot-owner.ts'

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
          return living ?? (await cloneLocked(request, { folder, tree: at(folder, '.') }, runtime))
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
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) return GONE
    throw error
  }
}

const GONE = 'it is gone'

/** Who is in the source, in words; null where nobody is. */
async function findLiving(
  root: Root,
  self: Self,
  { place }: CloneSource,
  runtime: Runtime,
): Promise<string | null> {
  if (!('slot' in place)) return null
  return whyOccupied(await lookUntilLeft(root, place, self, runtime))
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
  if (!isStillThere(request, folder)) return GONE
  const { same, written, others } = lookAtShared(tree, known ?? [])
  if (written.length > 0) {
    const { id, label } = source
    const spoilt =
      'snapshot' in source.place ? { name: source.place.snapshot, snapshot: { id } } : { lease: id }
    return giveUpHybrid(root, { label, place: spoilt, written, record: known ?? [] }, runtime)
  }
  // A slot may have been built in since it was handed down.
  if (isSnapshot && others[0] !== undefined) return `it has changed since: ${others[0]}`
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
    skipIncremental: !isIncrementalOfUse(request, way, runtime.environment),
    sharesPrograms: hybridRefusal(root, 'programs') === null,
    waitMs: WAIT_MS,
    copyAtMostBytes: way === 'reflink' ? null : disk.room,
    // What was read lately is in memory; of the clone, whose blocks are the same, nothing is.
    meanwhile: (opened) => {
      if (moved !== null) judged = judgeMovedUnits({ ...moved, place: opened })
    },
  })
  if (isSnapshot) tryToNoteUse(folder)
  try {
    // Before anything is built in the clone: nobody must find the two without this note then.
    if (linked.length > 0) noteShared(request, folder, same, linked)
    const inputs = isSnapshot ? inputsIn(folder) : readInputs(root, source.id)
    if (inputs !== null) writeRecord(root, lease.id, '.inputs', inputs)
  } catch (error) {
    dropSeed(root, lease, record)
    throw error
  }
  runtime.voice.info(`cloned (${way}): ${choice.why}`)
  return { ...filled, judged }
}

/** Where blocks are shared even a part of it is worth more than the time it takes; to copy it is not. */
function isIncrementalOfUse(
  { settings: { constantPaths }, source }: CloneRequest,
  way: Way,
  environment: NodeJS.ProcessEnv,
): boolean {
  const use = incrementalUse(source.origin, { constantPaths, environment })
  return use === 'all' || (use === 'some' && way === 'reflink')
}

/**
 * Whether a slot is what lies at its path, and still has its end: who deletes it where it lies takes
 * that away before. A snapshot stays whole for as long as it is locked.
 */
function isStillThere({ root, source }: CloneRequest, folder: number): boolean {
  if ('snapshot' in source.place) return true
  const [open, there] = [fstatSync(folder), lstatSync(source.folder, { throwIfNoEntry: false })]
  const isThere = there?.ino === open.ino && there.dev === open.dev
  return isThere && (findLease(root, source.id)?.end ?? null) !== null
}

/** Notes on both sides what the source and its clone share: either may be written into. */
function noteShared(
  { root, lease, source }: CloneRequest,
  folder: number,
  before: readonly LinkedFile[],
  linked: readonly LinkedFile[],
): void {
  const joined = joinRecords(before, linked)
  if ('snapshot' in source.place) noteLinked(folder, joined)
  else writeRecord(root, source.id, '.linked', JSON.stringify(joined))
  writeRecord(root, lease.id, '.linked', JSON.stringify(linked))
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

/** Hard links are a way from one build into the other: to what is published none may lead from strangers. */
function trustRefusal(job: Job, { trusted }: CloneSource): string | null {
  return trusted && !job.trusted
    ? 'what cannot publish a snapshot (a pull request, another branch, a schedule) may not share files with what can'
    : null
}
