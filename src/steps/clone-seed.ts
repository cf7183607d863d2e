import { renameSync } from 'node:fs'
import type { Told } from '../plan/ahead.ts'
import type { Self } from '../plan/evidence.ts'
import { joinRecords } from '../plan/linked-file.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import type { UnusedUnits } from '../plan/unused-units.ts'
import type { AheadClone } from '../host/ahead.ts'
import { at } from '../host/folders.ts'
import { whileFileLocked, whileLocked } from '../host/kernel-lock.ts'
import { readInputs, writeRecord } from '../host/lease-companions.ts'
import { endedLeasePath } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { inputsIn, noteLinked, noteUse } from '../host/snapshots.ts'
import type { CloneSource } from './clone-sources.ts'
import { dropSeed } from './drop-seed.ts'
import { giveUpHybrid } from './give-up-hybrid.ts'
import { lookUntilLeft, whyOccupied } from './look-until-left.ts'
import { inspectSource, makeClone, makingText, reasonIn, withSnapshot } from './make-clone.ts'
import type { CloneRequest, Cloneable, Made, Open } from './make-clone.ts'
import type { Runtime } from './runtime.ts'
import type { Filled } from './seed.ts'
import { ownerRefusal } from './slot-owner.ts'

/**
 * Makes a clone of a build, which stays as it is, as the seed of a slot.
 *
 * @param ahead what was made of a snapshot while the checkout was; null for nothing
 * @returns why there is none, in words
 * @throws as the file system does: the slot stays empty, and what was made goes
 */
export async function cloneSeed(
  request: CloneRequest,
  ahead: AheadClone | null,
  runtime: Runtime,
): Promise<Filled | string> {
  const { root, self, source, lease } = request
  try {
    if ('snapshot' in source.place) {
      return await withSnapshot(request, async (open) => cloneLocked(request, ahead, open, runtime))
    }
    // Who may not take it may not even be able to open it.
    const refusal = ownerRefusal(source.folder, `${root.realPath}/${lease.slot}`)
    if (refusal !== null) return refusal
    // As in inherit: who takes the slot over looks who is in it.
    const held = await whileFileLocked(endedLeasePath(root, source.id), 'shared', async () =>
      whileLocked(source.folder, 'shared', async (folder) => {
        const living = await findLiving(root, self, source, runtime)
        if (living !== null) return living
        return cloneLocked(request, null, { folder, tree: at(folder, '.') }, runtime)
      }),
    )
    if ('refused' in held) return held.refused
    return 'refused' in held.value ? held.value.refused : held.value.value
  } catch (error) {
    const reason = reasonIn(error)
    if (reason === null) throw error
    return reason
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
  ahead: AheadClone | null,
  { folder, tree }: Open,
  runtime: Runtime,
): Promise<Filled | string> {
  const { root, lease, place, source } = request
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
