import {
  appendFileSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
} from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { encodeLine, parseLine, parseLines } from '../plan/history.ts'
import type { HistoryLine } from '../plan/history.ts'
import { isLeaseId } from '../plan/naming.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { giveFresh, readTextOrNull, removeFile, replaceFile } from './small-file.ts'

/**
 * What ended jobs left: `history/<owner>--<repo>.jsonl`. A job's end only notes what it knows in
 * `ending/<lease id>`; the reaper measures, and makes that a line.
 */

const LINES_AT_MOST = 2000
const TRIM_AT = 2500

/** What a job's end knows; the sizes come later. */
export interface Ending {
  line: HistoryLine
  /** relative to the root */
  slot: string
}

/** Notes that a job has ended; once: a second end says nothing. @throws as writeFileSync does */
export function noteEnding(root: Root, { line, slot }: Ending): void {
  if (readEnding(root, line.id) !== null) return
  replaceFile(controlPath(root, 'ending', line.id), `${slot}\n${encodeLine(line)}`)
}

/** The ends that are not told yet; what is damaged goes. */
export function readEndings(root: Root): Ending[] {
  return list(root, 'ending').flatMap((id) => {
    if (!isLeaseId(id)) return []
    const ending = readEnding(root, id)
    if (ending !== null) return [ending]
    removeFile(controlPath(root, 'ending', id))
    return []
  })
}

/** The end of one lease; null where it is told already, or damaged. */
export function readEnding(root: Root, id: string): Ending | null {
  const [slot = '', text = ''] = (readTextOrNull(controlPath(root, 'ending', id)) ?? '').split('\n')
  const line = parseLine(text)
  return line?.id === id ? { line, slot } : null
}

/** When the oldest end that is not told yet was noted, in ms since the epoch; null without any. */
export function oldestEndingMs(root: Root): number | null {
  const times = list(root, 'ending')
    .filter(isLeaseId)
    .map((id) => lstatSync(controlPath(root, 'ending', id), { throwIfNoEntry: false })?.mtimeMs)
    .filter((time) => time !== undefined)
  return times.length === 0 ? null : Math.min(...times)
}

export function hasEndings(root: Root): boolean {
  return list(root, 'ending').some(isLeaseId)
}

/**
 * Adds a line, once for each lease, and forgets its ending; to be done by one at a time.
 *
 * @throws as the file system does: the next reaper tells it then
 */
export function addLine(root: Root, line: HistoryLine): void {
  const path = fileOf(root, line.repository)
  const lines = parseLines(readTextOrNull(path) ?? '')
  if (lines.every(({ id }) => id !== line.id)) {
    if (lines.length >= TRIM_AT || !mayAppend(root, path)) {
      const kept = [...lines.slice(1 - LINES_AT_MOST), line]
      replaceFile(path, kept.map(encodeLine).join(''), root)
    } else append(root, path, encodeLine(line))
  }
  removeFile(controlPath(root, 'ending', line.id))
}

/**
 * Whether it is absent, or a file whose owner is the root's. Another's (root's, of a step in a job container)
 * is replaced, and so are a link and a FIFO: nobody else could append to it, and as root nothing is written
 * to a link to a file elsewhere.
 */
function mayAppend({ uid }: Root, path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return true
  // A directory is no place for a line, which opening it tells.
  return (found.isFile() || found.isDirectory()) && found.uid === uid
}

/** In one write, after the end of a line that a full disk may have cut short. */
function append(root: Root, path: string, text: string): void {
  const file = openToAppend(root, path)
  try {
    const isWhole = fstatSync(file).size === 0 || (readTextOrNull(path)?.endsWith('\n') ?? true)
    appendFileSync(file, isWhole ? text : `\n${text}`)
  } finally {
    closeSync(file)
  }
}

/** What root has just made in another user's root is given to that user, and nothing else. */
function openToAppend(owner: Root, path: string): number {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK
  try {
    const file = openSync(path, flags | constants.O_CREAT | constants.O_EXCL, 0o644)
    giveFresh(file, owner)
    return file
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
    return openSync(path, flags)
  }
}

/** All lines of the host, oldest first; those of each repository as they were written, by any clock. */
export function readHistory(root: Root): HistoryLine[] {
  return names(root)
    .flatMap((name) => dated(parseLines(readTextOrNull(controlPath(root, 'history', name)) ?? '')))
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ line }) => line)
}

/** A line is no newer than those after it: a clock that was wrong for a day must not tell for ever. */
function dated(lines: readonly HistoryLine[]): { line: HistoryLine; atMs: number }[] {
  let atMs = Number.POSITIVE_INFINITY
  return lines
    .toReversed()
    .map((line) => {
      atMs = Math.min(atMs, line.wallMs)
      return { line, atMs }
    })
    .toReversed()
}

function names(root: Root): string[] {
  return list(root, 'history').filter((name) => name.endsWith('.jsonl'))
}

/** A root of an earlier version has no such folder. */
function list(root: Root, folder: 'history' | 'ending'): string[] {
  try {
    return readdirSync(controlPath(root, folder))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}

function fileOf(root: Root, repository: string): string {
  return controlPath(root, 'history', `${repository.replaceAll('/', '--')}.jsonl`)
}
