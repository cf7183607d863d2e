import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { errnoOf, isNoSpace } from '../plan/guard-error.ts'
import { COLD, parseBuildRecord, parseSeedRecord } from '../plan/build-record.ts'
import type { BuildRecord, SeedRecord } from '../plan/build-record.ts'
import { encodeEnd, encodeLease, parseEnd, parseLease } from '../plan/lease.ts'
import type { End, Lease, LeaseRecord } from '../plan/lease.ts'
import type { SizeSample } from '../plan/size-sample.ts'
import { isLeaseId } from '../plan/naming.ts'
import { NOTHING_RESTORED, parseRestored } from '../plan/restored.ts'
import type { Restored } from '../plan/restored.ts'
import { isKept } from './kept-slots.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { readSizeSample } from './size-samples.ts'
import {
  LARGE,
  UNFINISHED,
  isOld,
  readSmallFile,
  readTextOrNull,
  removeFile,
  replaceFile,
} from './small-file.ts'

const LIVE = '.json'
const ENDED = '.ended'

/** What is learned of a lease after it was written, each in a file of its own. */
const COMPANIONS = [
  '.end',
  '.taken',
  '.blocked',
  '.seed',
  '.build',
  '.inputs',
  '.restored',
  '.keeper',
  '.size',
  '.events',
  '.kept',
] as const

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

/** Writes what a slot was seeded with, or what its build was; once, whole. */
export function writeRecord(
  root: Root,
  id: string,
  ending: '.seed' | '.build' | '.inputs' | '.restored',
  text: string,
): void {
  replaceFile(leasePath(root, `${id}${ending}`), text)
}

/** What a slot was seeded with; a cold start where nothing is noted. */
export function readSeedRecord(root: Root, id: string): SeedRecord {
  const text = readTextOrNull(leasePath(root, `${id}.seed`))
  return (text === null ? null : parseSeedRecord(text)) ?? COLD
}

/** What a job left of its build; null where it left nothing that can be understood. */
export function readBuildRecord(root: Root, id: string): BuildRecord | null {
  const text = readTextOrNull(leasePath(root, `${id}.build`))
  return text === null ? null : parseBuildRecord(text)
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

/** The live leases, whoever has them, with the size of each slot when it was last sampled. */
export function readLiveLeases(root: Root): { record: LeaseRecord; sample: SizeSample | null }[] {
  return readdirSync(controlPath(root, 'leases')).flatMap((name) => {
    const id = name.slice(0, name.indexOf('.'))
    if (name !== `${id}${LIVE}` || !isLeaseId(id)) return []
    const record = readLease(root, id, 'live')
    return record === null ? [] : [{ record, sample: readSizeSample(root, id) }]
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
  const lease = typeof parsed === 'string' ? null : parsed
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

/** Moves a file where there is one; false where there is no room for it. */
function moveFile(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (isNoSpace(error)) return false
    if (errnoOf(error) === 'ENOENT') return true
    throw error
  }
}

/** The file of an ended lease, which whoever takes its slot, or clones it, locks before it looks there. */
export function endedLeasePath(root: Root, id: string): string {
  return leasePath(root, `${id}${ENDED}`)
}

/** What was recorded of the inputs of a build, as it was written; null where nothing was. */
export function readInputs(root: Root, id: string): string | null {
  return readTextOrNull(leasePath(root, `${id}.inputs`), LARGE)
}

/** Has what was recorded of a build's inputs go along with its content to another lease. */
export function handDownInputs(root: Root, from: string, to: string): void {
  try {
    renameSync(leasePath(root, `${from}.inputs`), leasePath(root, `${to}.inputs`))
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

/** Has the last known size of a slot go along with its content to another lease. */
export function handDownSize(root: Root, from: string, to: string): void {
  moveFile(leasePath(root, `${from}.size`), leasePath(root, `${to}.size`))
}

/** Forgets what was recorded of a build's inputs. */
export function dropInputs(root: Root, id: string): void {
  removeFile(leasePath(root, `${id}.inputs`))
}

/** What was restored for a job’s build; nothing where that was not noted. */
export function readRestored(root: Root, id: string): Restored {
  const text = readTextOrNull(leasePath(root, `${id}.restored`), LARGE)
  return (text === null ? null : parseRestored(text)) ?? NOTHING_RESTORED
}
