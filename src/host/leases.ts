import { closeSync, openSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import {
  encodeEnd,
  encodeLease,
  encodeTaken,
  parseEnd,
  parseLease,
  parseTaken,
} from '../plan/lease.ts'
import type { End, Lease, LeaseRecord, Taken } from '../plan/lease.ts'
import { isLeaseId } from '../plan/naming.ts'
import { isKept } from './kept-slots.ts'
import { COMPANIONS, leasePath, moveFile } from './lease-companions.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { UNFINISHED, isOld, readSmallFile, readTextOrNull, removeFile } from './small-file.ts'

/** What the name of a live lease ends with. */
export const LIVE = '.json'
const ENDED = '.ended'

/**
 * Writes a lease, once and whole: a name of its own, then one rename.
 *
 * It is not flushed to the disk: only a power loss could undo it, and then its boot is over, which
 * the id in its name still tells.
 */
export function writeLease(root: Root, lease: Lease): void {
  const temporary = leasePath(root, `.${lease.id}.tmp`)
  try {
    writeFileSync(temporary, encodeLease(lease), { flag: 'wx', mode: 0o644 })
    renameSync(temporary, leasePath(root, `${lease.id}${LIVE}`))
  } catch (error) {
    removeFile(temporary)
    throw error
  }
}

/**
 * Ends a live lease; only its own job does that.
 *
 * @returns false where it was not live: ended already, or never written
 */
export function endLease(root: Root, id: string, end: End): boolean {
  // A second end must not overwrite the first, nor leave its record where the lease is gone.
  if (readSmallFile(leasePath(root, `${id}${LIVE}`)) === null) return false
  try {
    // Left by an end that was cut short, if it is there.
    removeFile(leasePath(root, `${id}.end`))
    writeFileSync(leasePath(root, `${id}.end`), encodeEnd(end), { flag: 'wx', mode: 0o644 })
  } catch {
    // A full disk: the lease ends all the same, by a rename that needs no space; without its end
    // record it counts as expired, and is not inherited.
  }
  if (markEnded(root, id)) return true
  // A pass ended it at this moment, whose slot it deletes: it is none that ended well.
  spoilEnd(root, id)
  return false
}

/** Makes a live lease an ended one; without an end record nobody inherits its slot. False where it is not live. */
export function markEnded(root: Root, id: string): boolean {
  try {
    renameSync(leasePath(root, `${id}${LIVE}`), leasePath(root, `${id}${ENDED}`))
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/**
 * Takes an ended lease's worth away: without its end record nobody inherits the slot, which is about
 * to be deleted where it is.
 */
export function spoilEnd(root: Root, id: string): void {
  removeFile(leasePath(root, `${id}.end`))
}

/**
 * Marks a hook's lease as taken by a step, and of which job.
 *
 * @returns null where another step was first; else why the job could not be noted, '' where it was: on a
 *   full disk the lease is taken all the same, and is of the job that the hook knew
 */
export function takeLease(root: Root, id: string, taken: Taken): string | null {
  let file: number
  try {
    file = openSync(leasePath(root, `${id}.taken`), 'wx', 0o644)
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return null
    throw error
  }
  try {
    writeFileSync(file, encodeTaken(taken))
    return ''
  } catch (error) {
    return messageOf(error)
  } finally {
    closeSync(file)
  }
}

/**
 * Since when a lease's slot has been kept from going: noted at the first time, in a file of its own,
 * which goes with the lease.
 *
 * @param notes false where nothing may be written (a dry run)
 * @returns milliseconds since the epoch
 */
export function blockedSince(root: Root, id: string, nowMs: number, notes = true): number {
  const path = leasePath(root, `${id}.blocked`)
  const noted = Number(readSmallFile(path))
  if (Number.isFinite(noted) && noted > 0) return noted
  if (!notes) return nowMs
  try {
    // An empty one was left by a full disk.
    removeFile(path)
    writeFileSync(path, String(nowMs), { flag: 'wx', mode: 0o644 })
  } catch {
    // Not to be noted on this disk: the next pass tries again.
    return nowMs
  }
  return nowMs
}

/** The ended leases, whatever their runner: names tell them, so that no live one is read. */
export function readEndedLeases(root: Root): LeaseRecord[] {
  return readdirSync(controlPath(root, 'leases')).flatMap((name) => {
    const id = name.slice(0, name.indexOf('.'))
    if (name !== `${id}${ENDED}` || !isLeaseId(id)) return []
    const record = readLease(root, id, 'ended')
    return record === null ? [] : [record]
  })
}

/** What lies in the folder of leases. */
export interface LeaseFolder {
  records: LeaseRecord[]
  /** unfinished files that may be discarded */
  leftovers: string[]
}

/**
 * Reads leases.
 *
 * @param prefix only ids that begin with it; '' for all
 * @param nowMs the wall clock: an unfinished file of others is left alone for an hour. Taking one
 *   away early harms nobody: its writer notices, and fails before there is a slot.
 */
export function readLeases(root: Root, prefix: string, nowMs: number): LeaseFolder {
  const names = readdirSync(controlPath(root, 'leases'))
  const records = new Map<string, LeaseRecord>()
  const leftovers: string[] = []
  const withLease = new Set<string>()
  const companions: { id: string; name: string }[] = []
  for (const name of names) {
    const dot = name.indexOf('.', 1)
    const id = name.startsWith('.') ? name.slice(1, dot) : name.slice(0, dot)
    if (!isLeaseId(id) || !id.startsWith(prefix)) continue
    const ending = name.slice(dot)
    if (name.startsWith('.')) {
      if (prefix !== '' || isOld(leasePath(root, name), nowMs)) leftovers.push(name)
    } else if (ending === LIVE || ending === ENDED) {
      withLease.add(id)
      const record = readLease(root, id, ending === ENDED ? 'ended' : 'live')
      // Seen under both names, it ended while the folder was being read.
      if (record !== null && (ending === ENDED || !records.has(id))) records.set(id, record)
    } else if (UNFINISHED.test(name)) {
      // Its writer was killed; whether the lease is there says nothing.
      if (isOld(leasePath(root, name), nowMs)) leftovers.push(name)
    } else companions.push({ id, name })
  }
  for (const { id, name } of companions) {
    if (!withLease.has(id) && isOld(leasePath(root, name), nowMs)) leftovers.push(name)
  }
  return { records: [...records.values()], leftovers }
}

/** Reads one lease by its id, whatever its state; null where there is none. */
export function findLease(root: Root, id: string): LeaseRecord | null {
  return readLease(root, id, 'live') ?? readLease(root, id, 'ended')
}

function readLease(root: Root, id: string, state: 'live' | 'ended'): LeaseRecord | null {
  const text = readSmallFile(leasePath(root, `${id}${state === 'live' ? LIVE : ENDED}`))
  if (text === null) return null
  const parsed = typeof text === 'string' ? parseLease(text, id) : text.problem
  const lease = typeof parsed === 'string' ? null : asTaken(root, parsed)
  const end = state === 'ended' ? readSmallFile(leasePath(root, `${id}.end`)) : null
  return {
    id,
    state,
    lease,
    problem: typeof parsed === 'string' ? parsed : null,
    end: typeof end === 'string' ? parseEnd(end) : null,
    isKept: state === 'ended' && isKept(root, id),
    slot: lease?.slot ?? null,
  }
}

/** The lease as the step has it that took it over. */
function asTaken(root: Root, lease: Lease): Lease {
  const text = lease.madeBy === 'hook' ? readTextOrNull(leasePath(root, `${lease.id}.taken`)) : null
  return text === null ? lease : { ...lease, ...parseTaken(text) }
}

/**
 * Takes the lease of a retired slot out of the folder: beside the slot in the trash, where it tells
 * whose it was until the slot is gone, or away altogether where there is no room for that.
 */
export function dropLease(root: Root, id: string, keepInTrash: boolean): void {
  for (const ending of [LIVE, ENDED]) {
    const path = leasePath(root, `${id}${ending}`)
    if (!keepInTrash || !moveFile(path, controlPath(root, 'trash', `${id}.lease`))) removeFile(path)
  }
  for (const ending of COMPANIONS) removeFile(leasePath(root, `${id}${ending}`))
}

/** The file of an ended lease: who takes its slot, clones it, or deletes it where it lies, locks that before. */
export function endedLeasePath(root: Root, id: string): string {
  return leasePath(root, `${id}${ENDED}`)
}
