import { randomBytes } from 'node:crypto'
import { lstatSync, readdirSync, renameSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { parseObject } from '../plan/lease.ts'
import { isLeaseId } from '../plan/naming.ts'
import { renameFolder } from './folders.ts'
import { isHandedDown } from './former-paths.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { atSlot } from './slots.ts'
import { readTextOrNull, removeFile, replaceFile } from './small-file.ts'

/** Something in the trash that could not be deleted, and what would delete it. */
export interface Quarantine {
  reason: string
  /** the command an administrator would give */
  command: string
  /** milliseconds since the epoch, when it was first found undeletable */
  since: number
}

/** A slot out of service. */
export interface TrashEntry {
  id: string
  quarantine: Quarantine | null
  /** the slot's former path, where its lease is still beside it */
  slot: string | null
}

/** The path by which to use an entry of the trash, or the trash itself. */
export function trashPath(root: Root, name = ''): string {
  return name === '' ? controlPath(root, 'trash') : controlPath(root, 'trash', name)
}

/** A name in the trash that nothing there has. */
export function freshName(): string {
  return randomBytes(12).toString('hex')
}

/**
 * Takes a slot out of service: one rename, which no link on the way can lead astray. A link in its place
 * goes, too, but for the one that who has inherited the slot at this moment has left there.
 *
 * @returns false where somebody else was faster
 * @throws as renameSync does: EACCES or EPERM where the slot is another user's, ENOSPC, EXDEV, …
 */
export function moveToTrash(root: Root, slot: string, id: string): boolean {
  try {
    return atSlot(root, slot, (path) => {
      if (renameFolder(path, trashPath(root, id))) return true
      if (isHandedDown(root, slot)) return false
      renameSync(path, trashPath(root, id))
      return true
    })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/** What is in the trash, with what is known of each entry. */
export function listTrash(root: Root): TrashEntry[] {
  const names = new Set(readdirSync(trashPath(root)))
  const ids = new Set([...names].filter(isLeaseId))
  removeNotes(root, names, ids)
  return [...ids].map((id) => ({
    id,
    quarantine: names.has(`${id}.quarantine`) ? readQuarantine(root, id) : null,
    slot: readFormerSlot(root, id),
  }))
}

/** Whether a reaper has work: what is in quarantine already waits for a sweep, or a person. */
export function hasTrash(root: Root): boolean {
  const names = new Set(readdirSync(trashPath(root)))
  return [...names].some((name) => isLeaseId(name) && !names.has(`${name}.quarantine`))
}

/** A note outlives its entry when a reaper is killed between the two. */
function removeNotes(root: Root, names: ReadonlySet<string>, ids: ReadonlySet<string>): void {
  for (const name of names) {
    const id = name.slice(0, name.indexOf('.'))
    if (!isLeaseId(id) || ids.has(id) || isInTrash(root, id)) continue
    if (name.endsWith(ADOPTED)) continue
    try {
      removeFile(trashPath(root, name))
    } catch {
      // It harms nobody: whoever looks next tries again.
      continue
    }
  }
}

export function isInTrash(root: Root, id: string): boolean {
  try {
    lstatSync(trashPath(root, id))
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Ending of the notes of `noteAdopted`, which outlive their entries. */
const ADOPTED = '.adopted'

/**
 * Notes where a slot without a lease lies, before it goes to the trash: else nothing would tell which
 * directories above it are left to remove.
 */
export function noteAdopted(root: Root, id: string, slot: string): void {
  replaceFile(trashPath(root, `${id}${ADOPTED}`), JSON.stringify({ slot }))
}

/** Takes the note away: nothing is left above that slot. */
export function forgetAdopted(root: Root, id: string): void {
  removeFile(trashPath(root, `${id}${ADOPTED}`))
}

/** What is noted; a slot is null where the note cannot be read. */
export function listAdopted(root: Root): { id: string; slot: string | null }[] {
  return readdirSync(trashPath(root))
    .filter((name) => name.endsWith(ADOPTED))
    .map((name) => name.slice(0, -ADOPTED.length))
    .filter(isLeaseId)
    .map((id) => ({ id, slot: slotIn(readNote(root, `${id}${ADOPTED}`)) }))
}

/** Removes what was noted of an entry that is gone. */
export function forgetEntry(root: Root, id: string): void {
  for (const ending of ['lease', 'quarantine']) removeFile(trashPath(root, `${id}.${ending}`))
}

/** Notes that an entry cannot be deleted; the first time stays. */
export function quarantine(root: Root, id: string, found: Omit<Quarantine, 'since'>): Quarantine {
  const since = readQuarantine(root, id)?.since ?? Date.now()
  const noted = { ...found, since }
  replaceFile(trashPath(root, `${id}.quarantine`), `${JSON.stringify(noted)}\n`)
  return noted
}

function readQuarantine(root: Root, id: string): Quarantine | null {
  const noted = readNote(root, `${id}.quarantine`)
  if (noted === null) return null
  const { reason, command, since } = noted
  return {
    reason: typeof reason === 'string' ? reason : 'it could not be deleted',
    command: typeof command === 'string' ? command : '',
    since: typeof since === 'number' ? since : 0,
  }
}

function readFormerSlot(root: Root, id: string): string | null {
  return slotIn(readNote(root, `${id}.lease`))
}

function slotIn(note: Record<string, unknown> | null): string | null {
  const slot = note?.['slot']
  return typeof slot === 'string' ? slot : null
}

function readNote(root: Root, name: string): Record<string, unknown> | null {
  const text = readTextOrNull(trashPath(root, name))
  return text === null ? null : parseObject(text)
}
