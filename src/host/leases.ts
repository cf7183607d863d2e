import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { encodeEnd, encodeLease, parseEnd, parseLease } from '../plan/lease.ts'
import type { End, Lease, LeaseRecord } from '../plan/lease.ts'
import { isLeaseId } from '../plan/naming.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'

/** A lease is well below 2 KiB; what is larger was not written by us. */
const LARGEST = 16_384

const LIVE = '.json'
const ENDED = '.ended'

/** What is learned of a lease after it was written, each in a file of its own. */
const COMPANIONS = ['.end', '.taken', '.blocked'] as const

function leasePath(root: Root, name: string): string {
  return controlPath(root, 'leases', name)
}

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
  try {
    writeFileSync(leasePath(root, `${id}.end`), encodeEnd(end), { mode: 0o644 })
  } catch {
    // A full disk: the lease ends all the same, by a rename that needs no space; without its end
    // record it counts as expired, and is not inherited.
  }
  try {
    renameSync(leasePath(root, `${id}${LIVE}`), leasePath(root, `${id}${ENDED}`))
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Marks a hook's lease as taken by a step; false where another step was first. */
export function takeLease(root: Root, id: string): boolean {
  try {
    writeFileSync(leasePath(root, `${id}.taken`), '', { flag: 'wx', mode: 0o644 })
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * Since when a lease's slot has been kept from going: noted at the first time, in a file of its own,
 * which goes with the lease.
 *
 * @returns milliseconds since the epoch
 */
export function blockedSince(root: Root, id: string, nowMs: number): number {
  const path = leasePath(root, `${id}.blocked`)
  try {
    writeFileSync(path, String(nowMs), { flag: 'wx', mode: 0o644 })
    return nowMs
  } catch {
    // Noted before; or not to be noted on this disk, and then the next pass tries again.
    const noted = Number(readSmall(path))
    return Number.isFinite(noted) && noted > 0 ? noted : nowMs
  }
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
  const text = readSmall(leasePath(root, `${id}${state === 'live' ? LIVE : ENDED}`))
  if (text === null) return null
  const parsed = typeof text === 'string' ? parseLease(text, id) : text.problem
  const lease = typeof parsed === 'string' ? null : parsed
  const end = state === 'ended' ? readSmall(leasePath(root, `${id}.end`)) : null
  return {
    id,
    state,
    lease,
    problem: typeof parsed === 'string' ? parsed : null,
    end: typeof end === 'string' ? parseEnd(end) : null,
    slot: lease?.slot ?? null,
  }
}

/** The text of a small regular file; null where there is none, or why it could not be read. */
function readSmall(path: string): string | { problem: string } | null {
  let file: number
  try {
    // A planted FIFO must not block, nor a planted link lead elsewhere.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? null : { problem: messageOf(error) }
  }
  try {
    const { size } = fstatSync(file)
    if (!fstatSync(file).isFile()) return { problem: 'it is not a regular file' }
    if (size > LARGEST) return { problem: `it has ${size} bytes` }
    const buffer = Buffer.alloc(size)
    return buffer.subarray(0, readSync(file, buffer)).toString('utf8')
  } catch (error) {
    return { problem: messageOf(error) }
  } finally {
    closeSync(file)
  }
}

function isOld(path: string, nowMs: number): boolean {
  try {
    return Math.abs(nowMs - lstatSync(path).mtimeMs) > 3_600_000
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
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

/** Removes a file that no lease owns any more. */
export function discardLeftover(root: Root, name: string): void {
  removeFile(leasePath(root, name))
}

function moveFile(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOSPC') return false
    throw error
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}
