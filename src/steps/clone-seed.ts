import { renameSync } from 'node:fs'
import type { Told } from '../plan/ahead.ts'
import type { Self } from '../plan/evidence.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import type { Job } from '../plan/job.ts'
import type { Lease } from '../plan/lease.ts'
import { joinRecords } from '../plan/linked-file.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import type { Settings } from '../plan/settings.ts'
import type { UnusedUnits } from '../plan/unused-units.ts'
import type { AheadClone } from '../host/ahead.ts'
import { CloneError } from '../host/clone.ts'
import { at } from '../host/folders.ts'
import { whileFileLocked, whileLocked } from '../host/kernel-lock.ts'
import { readInputs, writeRecord } from '../host/lease-companions.ts'
import { endedLeasePath } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { idIn, inputsIn, noteLinked, noteUse, treeIn } from '../host/snapshots.ts'
import type { CloneSource } from './clone-sources.ts'
import { dropSeed } from './drop-seed.ts'
import { giveUpHybrid } from './give-up-hybrid.ts'
import { lookUntilLeft, whyOccupied } from './look-until-left.ts'
import { GONE, inspectSource, makeClone, makingText } from './make-clone.ts'
import type { Cloneable, Made, Open } from './make-clone.ts'
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
  /** what was made while the checkout was; null for nothing */
  ahead: AheadClone | null
}

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

async function cloneLocked(
  request: CloneRequest,
  { folder, tree }: Open,
  runtime: Runtime,
): Promise<Filled | string> {
  const { root, lease, place, source, ahead } = request
  const isSnapshot = 'snapshot' in source.place
  const cloneable = await inspectSource(request, { folder, tree }, runtime)
  if (typeof cloneable === 'string') return cloneable
  if ('spoilt' in cloneable) return giveUpHybrid(root, cloneable.spoilt, runtime)
  const { filled, same, making, why } = cloneable
  const made = ahead === null ? null : takeAhead(ahead, cloneable, place)
  const { linked, judged } = made ?? (await makeClone(cloneable, tree, place))
  if (isSnapshot) tryToNoteUse(folder)
  try {
    // Before anything is built in the clone: nobody must find the two without this note then.
    if (linked.length > 0) noteShared(request, folder, same, linked)
    const inputs = isSnapshot ? inputsIn(folder) : readInputs(root, source.id)
    if (inputs !== null) writeRecord(root, lease.id, '.inputs', inputs)
  } catch (error) {
    dropSeed(root, lease, filled.record)
    throw error
  }
  const when = made === null ? '' : ', while the checkout was made'
  runtime.voice.info(`cloned (${making.way}${when}): ${why}`)
  if (made === null) return { ...filled, judged }
  for (const { text, isWarning } of made.told) runtime.voice[isWarning ? 'warning' : 'info'](text)
  return { ...filled, record: { ...filled.record, unused: made.unused }, isFitted: true }
}

/** A clone that was made ahead, and is fit for its slot. */
interface Taken extends Made {
  unused: UnusedUnits | null
  told: readonly Told[]
}

/** Takes the clone that was made ahead; null where it is another one than would be made now. */
function takeAhead(
  { place: from, note }: AheadClone,
  cloneable: Cloneable,
  to: string,
): Taken | null {
  if (note.making !== makingText(cloneable)) return null
  renameSync(from, to)
  const { linked, told, record } = note
  return { linked, judged: null, told, unused: record.unused }
}

/** Notes on both sides what the source and its clone share: either may be written into. */
function noteShared(
  { root, lease, source }: CloneRequest,
  folder: number,
  before: readonly LinkedFile[],
  linked: readonly LinkedFile[],
): void {
  noteOnSource({ root, source }, folder, before, linked)
  writeRecord(root, lease.id, '.linked', JSON.stringify(linked))
}

/** Notes what a source shares with one clone more. */
export function noteOnSource(
  { root, source }: Pick<CloneRequest, 'root' | 'source'>,
  folder: number,
  before: readonly LinkedFile[],
  linked: readonly LinkedFile[],
): void {
  const joined = joinRecords(before, linked)
  if (joined.length === before.length) return
  if ('snapshot' in source.place) noteLinked(folder, joined)
  else writeRecord(root, source.id, '.linked', JSON.stringify(joined))
}

/** Without it the snapshot is evicted somewhat sooner. */
function tryToNoteUse(folder: number): void {
  try {
    noteUse(folder, new Date())
  } catch {
    return
  }
}
