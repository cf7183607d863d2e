import { fstatSync, lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SeedRecord } from '../plan/build-record.ts'
import { chooseWay } from '../plan/clone.ts'
import type { Choice, Way } from '../plan/clone.ts'
import { incrementalUse } from '../plan/incremental.ts'
import type { Self } from '../plan/evidence.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import type { Job } from '../plan/job.ts'
import type { Lease } from '../plan/lease.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import type { Settings } from '../plan/settings.ts'
import { CloneError, cloneTree } from '../host/clone.ts'
import { hybridRefusal } from '../host/hybrid-mark.ts'
import { whileLocked } from '../host/kernel-lock.ts'
import { readLinked } from '../host/lease-companions.ts'
import { findLease } from '../host/leases.ts'
import { lookAtShared } from '../host/linked-files.ts'
import { canReflink } from '../host/reflink.ts'
import type { Root } from '../host/root.ts'
import { pathsOf } from '../host/slots.ts'
import { idIn, linkedIn, treeIn } from '../host/snapshots.ts'
import { movedTargetOf } from './adapt-seed.ts'
import type { CloneSource } from './clone-sources.ts'
import { readDiskRoom } from './disk-room.ts'
import type { DiskRoom } from './disk-room.ts'
import { judgeMovedUnits } from './forget-units.ts'
import type { Judged, MovedTarget } from './forget-units.ts'
import type { Spoilt } from './give-up-hybrid.ts'
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

const GONE = 'it is gone'

/** A source that is locked. */
export interface Open {
  folder: number
  /** path of the target dir */
  tree: string
}

/**
 * Does work with a snapshot while it is locked, if it is the one that was chosen.
 *
 * @returns what the work did, or in words why there was none
 */
export async function withSnapshot<Value>(
  { root, lease, source }: CloneRequest,
  work: (open: Open) => Promise<Value>,
): Promise<Value | string> {
  const locked = await whileLocked(source.folder, 'shared', async (folder) => {
    // Another one may lie at its path by now, and what is known of it is not true of that one.
    if (idIn(folder) !== source.id) return 'it was replaced meanwhile'
    const open = { folder, tree: treeIn(folder) }
    return ownerRefusal(open.tree, `${root.realPath}/${lease.slot}`) ?? work(open)
  })
  return 'refused' in locked ? locked.refused : locked.value
}

/** What an error says of the source, in words, where that speaks against a clone; null of any other. */
export function reasonIn(error: unknown): string | null {
  if (error instanceof CloneError && !error.isFault) return messageOf(error)
  // Another job, or this one, has taken it; a pass may have.
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error)) ? GONE : null
}

/** What a clone of a source would be, as long as that is locked. */
export interface Cloneable {
  filled: Filled
  why: string
  /** what the source shares already, unchanged */
  same: readonly LinkedFile[]
  /** which clone it is, of what and for which paths */
  making: Making
  copyAtMostBytes: number | null
}

interface Making {
  source: string
  way: Way
  skipIncremental: boolean
  sharesPrograms: boolean
  /** where builds see the target dir; null for its own path */
  constantTarget: string | null
  moved: MovedTarget | null
}

/**
 * Looks at a source that is locked.
 *
 * @returns what a clone of it would be, in words why there is none, or that it is no source any more
 */
export async function inspectSource(
  request: CloneRequest,
  { folder, tree }: Open,
  { environment }: Runtime,
): Promise<Cloneable | { spoilt: Spoilt } | string> {
  const { root, source, settings } = request
  const isSnapshot = 'snapshot' in source.place
  const known = isSnapshot ? linkedIn(folder) : readLinked(root, source.id)
  const disk = await readDiskRoom(root, settings)
  const { way, why } = choose(request, disk, known)
  if (way === null) return why
  if (!isStillThere(request, folder)) return GONE
  const { same, written, others } = lookAtShared(tree, known ?? [])
  if (written.length > 0) {
    const { id, label } = source
    const place =
      'snapshot' in source.place ? { name: source.place.snapshot, snapshot: { id } } : { lease: id }
    return { spoilt: { label, place, written, record: known ?? [] } }
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
  const making = {
    source: source.id,
    way,
    skipIncremental: !isIncrementalOfUse(request, way, environment),
    sharesPrograms: hybridRefusal(root, 'programs') === null,
    constantTarget: settings.constantPaths.target,
    moved: movedTargetOf({ ...request, ...filled }, environment),
  }
  return { filled, why, same, making, copyAtMostBytes: way === 'reflink' ? null : disk.room }
}

/** What tells one clone from another: two with the same text are alike. */
export function makingText({ making }: Cloneable): string {
  return JSON.stringify(making)
}

/** A clone that lies beside its slot. */
export interface Made {
  /** what it shares with its source */
  linked: readonly LinkedFile[]
  /** what is to be built again in it; null where nothing has a former path, or that is done */
  judged: Judged | null
}

/**
 * Makes the clone.
 *
 * @throws CloneError
 */
export async function makeClone(
  { making, copyAtMostBytes }: Cloneable,
  tree: string,
  destination: string,
): Promise<Made> {
  const { way, skipIncremental, sharesPrograms, moved } = making
  let judged: Judged | null = null
  const { linked } = await cloneTree({
    source: tree,
    destination,
    way,
    skipIncremental,
    sharesPrograms,
    waitMs: WAIT_MS,
    copyAtMostBytes,
    // What was read lately is in memory; of the clone, whose blocks are the same, nothing is.
    meanwhile: (opened) => {
      if (moved !== null) judged = judgeMovedUnits({ ...moved, place: opened })
    },
  })
  return { linked, judged }
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
