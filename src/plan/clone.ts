import type { Level } from './pressure.ts'
import { gigabytes } from './pressure.ts'

/**
 * How a Cargo target directory is cloned: what of it may be shared with its source, what is copied,
 * and what stays behind.
 */

/** `reflink` shares blocks until they are written; `hybrid` hard-links what Cargo and rustc replace. */
export type Way = 'reflink' | 'hybrid' | 'copy'

/**
 * What becomes of one entry of the tree:
 *
 * - `replaced`: rustc or Cargo writes a new file and renames it, or removes the old one first
 * - `relinked`: written by the linker; some replace the file, others (mold) write into it
 * - `uplifted`: where people find a program: Cargo makes it another name of what the linker wrote, and
 *   people may write into it (`strip`)
 * - `copied`: rewritten in place, or nobody knows
 * - `emptied`: the directory must be there, what is in it is scratch
 * - `left out`: with all that is in it
 */
export type Treatment = 'replaced' | 'relinked' | 'uplifted' | 'copied' | 'emptied' | 'left out'

export type EntryKind = 'file' | 'directory' | 'link' | 'special'

/** Cargo holds these open while it builds; a lock shared by hard links would be one lock for all. */
const LOCK = /^\.cargo(-[a-z]+)?-lock$/

export function isCargoLock(name: string): boolean {
  return LOCK.test(name)
}

/** What instrumented programs wrote as they ran: a report adds up all that it finds (cargo-llvm-cov, grcov). */
export function isRunProfile(name: string): boolean {
  return name.endsWith('.profraw')
}

/** A profile’s or a target triple’s directory; nothing else that Cargo has beside them. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/
const NO_PROFILE = new Set(['build', 'deps', 'doc', 'examples', 'incremental', 'package', 'tmp'])

const LIBRARY = /^lib[A-Za-z0-9_]+-[0-9a-f]{16}\.(rlib|rmeta)$/
const UPLIFTED_LIBRARY = /^lib[A-Za-z0-9_]+\.rlib$/
const PROGRAM_OUTPUT = /^[A-Za-z0-9_-]+-[0-9a-f]{16}$/
const LINKER_OUTPUT = /^lib[A-Za-z0-9_]+-[0-9a-f]{16}\.so$/
const PROGRAM = /^[A-Za-z0-9_-]+$/

/** What Cargo leaves at the top of each target directory. */
const TARGET_MARKS = ['CACHEDIR.TAG', '.rustc_info.json']

/** Whether a directory with these names in it is a target directory, be it in another one. */
export function isTargetWith(names: readonly string[]): boolean {
  return TARGET_MARKS.some((mark) => names.includes(mark))
}

/**
 * @param path relative to the target directory, with `/`
 * @param skipIncremental whether the state of incremental compilation stays behind
 * @param isInTarget whether it lies at the top of a target directory in this one, as of `--target-dir`
 */
export function treatmentOf(
  path: string,
  kind: EntryKind,
  { skipIncremental, isInTarget = false }: { skipIncremental: boolean; isInTarget?: boolean },
): Treatment {
  // What waits at a FIFO waits for ever, and a device is none of Cargo’s.
  if (kind === 'special') return 'left out'
  const components = path.split('/')
  const name = components.at(-1) ?? ''
  const folders = components.slice(0, -1)
  // One that a build script has made for itself is its own.
  if (folders.length === 0 || (isInTarget && !folders.includes('build'))) {
    if (name === 'package') return 'left out'
    if (name === 'tmp') return kind === 'directory' ? 'emptied' : 'copied'
  }
  if (folders.length <= 2 && isCargoLock(name)) return 'left out'
  if (kind === 'file' && isRunProfile(name) && !folders.includes('build')) return 'left out'
  if (kind === 'directory') return directoryTreatment(folders, name, skipIncremental)
  return kind === 'file' ? fileTreatment(folders, name) : 'copied'
}

function directoryTreatment(
  folders: readonly string[],
  name: string,
  skipIncremental: boolean,
): Treatment {
  if (name === 'incremental' && skipIncremental && isProfile(folders)) return 'left out'
  const [only = ''] = folders
  const isOfTriple = folders.length === 1 && only.includes('-') && isProfile(folders)
  return name === 'tmp' && isOfTriple ? 'emptied' : 'copied'
}

function fileTreatment(folders: readonly string[], name: string): Treatment {
  if (isProfile(folders)) {
    if (UPLIFTED_LIBRARY.test(name)) return 'replaced'
    return PROGRAM.test(name) ? 'uplifted' : 'copied'
  }
  const last = folders.at(-1) ?? ''
  if (!isProfile(folders.slice(0, -1)) || !['deps', 'examples'].includes(last)) return 'copied'
  if (PROGRAM_OUTPUT.test(name)) return 'relinked'
  if (last === 'examples') return PROGRAM.test(name) ? 'uplifted' : 'copied'
  if (LIBRARY.test(name)) return 'replaced'
  return LINKER_OUTPUT.test(name) ? 'relinked' : 'copied'
}

/** `<profile>` or `<triple>/<profile>`. */
function isProfile(folders: readonly string[]): boolean {
  if (folders.length !== 1 && folders.length !== 2) return false
  return folders.every((each) => PLAIN.test(each) && !NO_PROFILE.has(each))
}

/**
 * Whether a linker that leaves this note in `.comment` replaces its output by a new file.
 *
 * mold renames what is there and writes into it. GNU ld and gold leave no note of their own beside
 * the compiler’s; without any note nobody knows.
 */
export function replacesOutput(comment: string | null): boolean {
  if (comment === null || comment === '') return false
  if (/\b(mold|sold|wild)\b/i.test(comment)) return false
  // Distributions put their name before it: `Linker: Debian LLD 14.0.6`.
  return !comment.includes('Linker:') || /Linker: ([A-Za-z]+ )?LLD /.test(comment)
}

/** What `chooseWay` decides by. */
export interface CloneQuestion {
  /** the input `warm` */
  wanted: 'auto' | 'inherit' | 'clone' | 'copy' | 'off'
  canReflink: boolean
  /** why the hybrid may not be used here, null where it may */
  hybridRefusal: string | null
  /** of the root’s disk */
  level: Level
  freeBytes: number
  /** what must stay free after a copy, for this job’s own growth and the reserve */
  keepFreeBytes: number
  /** null where nobody has measured it: it is found out before anything is copied */
  sourceBytes: number | null
}

/** The way, or null for none, with the reason in words. */
export interface Choice {
  way: Way | null
  why: string
}

/** A hybrid copies this share of its source, at most; a tree of another shape is refused in time. */
const HYBRID_SHARE = 0.1

/**
 * Decides how a slot is cloned. A clone shares nearly all it has, so a low disk is no reason against
 * it: built cold, the same slot would take more. A plain copy is the first thing to go.
 */
export function chooseWay(question: CloneQuestion): Choice {
  const { wanted, canReflink, hybridRefusal } = question
  if (wanted === 'off' || wanted === 'inherit') return { way: null, why: `warm is ${wanted}` }
  if (wanted === 'copy') return copyOr(question, '')
  if (canReflink) return { way: 'reflink', why: 'the file system shares blocks between files' }
  const without = 'the file system cannot reflink'
  const noRoom = roomFor(question, HYBRID_SHARE)
  const refusal = hybridRefusal ?? noRoom
  if (refusal === null) {
    return { way: 'hybrid', why: `${without}: hard links for what a build replaces` }
  }
  const why = `${without}; no hard links: ${refusal}`
  return wanted === 'clone' ? { way: null, why: `${why}; warm is clone` } : copyOr(question, why)
}

function copyOr(question: CloneQuestion, before: string): Choice {
  const prefix = before === '' ? '' : `${before}; `
  if (question.level !== 'ok') return { way: null, why: `${prefix}no copy: disk ${question.level}` }
  const refusal = roomFor(question, 1)
  if (refusal !== null) return { way: null, why: `${prefix}no copy: ${refusal}` }
  const { sourceBytes, freeBytes, keepFreeBytes } = question
  const room = gigabytes(Math.max(0, freeBytes - keepFreeBytes))
  const what = sourceBytes === null ? `at most ${room}` : gigabytes(sourceBytes)
  return { way: 'copy', why: `${prefix}a copy of ${what} fits` }
}

/** Why this share of the source does not fit; null where it does, or where nobody knows its size. */
function roomFor(
  { freeBytes, keepFreeBytes, sourceBytes }: CloneQuestion,
  share: number,
): string | null {
  if (sourceBytes === null) return null
  const needed = sourceBytes * share
  // Built cold, the slot would take more than its hybrid: only what does not fit at all is refused.
  const kept = share === 1 ? keepFreeBytes : 0
  if (needed <= freeBytes - kept) return null
  const beside = kept === 0 ? '' : ` beside ${gigabytes(kept)} to keep`
  return `${gigabytes(needed)}${beside} of ${gigabytes(freeBytes)} free`
}
