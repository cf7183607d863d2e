import { linkSync, renameSync } from 'node:fs'
import { errnoOf, isNoSpace } from '../plan/guard-error.ts'
import { COLD, parseBuildRecord, parseSeedRecord } from '../plan/build-record.ts'
import type { BuildRecord, SeedRecord } from '../plan/build-record.ts'
import { parseLinked } from '../plan/linked-file.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import { NOTHING_RESTORED, parseRestored } from '../plan/restored.ts'
import type { Restored } from '../plan/restored.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { LARGE, readTextOrNull, removeFile, replaceFile } from './small-file.ts'

/** What is learned of a lease after it was written, each in a file of its own. */
export const COMPANIONS = [
  '.end',
  '.taken',
  '.blocked',
  '.seed',
  '.build',
  '.inputs',
  '.restored',
  '.linked',
  '.keeper',
  '.size',
  '.events',
  '.kept',
] as const

/** Where a lease, or a companion of it, lies. */
export function leasePath(root: Root, name: string): string {
  return controlPath(root, 'leases', name)
}

/** Moves a file where there is one; false where there is no room for it. */
export function moveFile(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (isNoSpace(error)) return false
    if (errnoOf(error) === 'ENOENT') return true
    throw error
  }
}

/** Writes what a slot was seeded with, or what its build was; once, whole. */
export function writeRecord(
  root: Root,
  id: string,
  ending: '.seed' | '.build' | '.inputs' | '.restored' | '.linked',
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

/** What was recorded of the inputs of a build, as it was written; null where nothing was. */
export function readInputs(root: Root, id: string): string | null {
  return readTextOrNull(leasePath(root, `${id}.inputs`), LARGE)
}

/**
 * Gives what was recorded of a build's inputs to another lease, too, which is about to take its slot over:
 * where that comes to nothing, it is with the first one still. Files that cannot have two names are moved.
 */
export function handDownInputs(root: Root, from: string, to: string): void {
  const [before, after] = [from, to].map((id) => leasePath(root, `${id}.inputs`)) as [
    string,
    string,
  ]
  try {
    linkSync(before, after)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return
    renameSync(before, after)
  }
}

/** Takes it back from a lease that did not take the slot over. */
export function takeInputsBack(root: Root, from: string, to: string): void {
  try {
    handDownInputs(root, from, to)
  } finally {
    dropInputs(root, from)
  }
}

/** Forgets what is known of a seed that is not there. */
export function dropSeedRecords(root: Root, id: string): void {
  for (const ending of ['.linked', '.inputs']) removeFile(leasePath(root, `${id}${ending}`))
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

/**
 * What a slot shares by hard link, with its clones and with what it was cloned from (see
 * host/linked-files.ts); null where the record is damaged.
 */
export function readLinked(root: Root, id: string): LinkedFile[] | null {
  const text = readTextOrNull(leasePath(root, `${id}.linked`), LARGE)
  return text === null ? [] : parseLinked(text)
}
