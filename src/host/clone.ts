import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
} from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { Way } from '../plan/clone.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { isWritten } from '../plan/linked-file.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import { PRIVILEGES, recipeFor } from './clone-recipe.ts'
import type { Recipe } from './clone-recipe.ts'
import { copy, isRoot } from './copies.ts'
import type { Passage } from './copies.ts'
import { findChanged, inTree, listEntries, textOf } from './entries.ts'
import type { Entry } from './entries.ts'
import { openFolder } from './folders.ts'
import { asLinkedFile, seeLinked } from './linked-files.ts'
import { mountsWithin, readMounts } from './mounts.ts'
import { runProgram } from './program.ts'
import { rm } from './rm.ts'

export interface CloneOrder {
  /** a Cargo target directory in which nothing builds */
  source: string
  /** absolute path on the same file system, where nothing is yet */
  destination: string
  way: Way
  /** whether the state of incremental compilation stays behind */
  skipIncremental: boolean
  /** whether the hybrid shares programs that people find, as long as nobody wrote into them */
  sharesPrograms: boolean
  /** for the whole work, in ms */
  waitMs: number
  /** refuse, before anything is made, what would copy more; null for any amount */
  copyAtMostBytes: number | null
  entriesAtMost?: number
  /**
   * reads the source while it is copied: what it saw is what the clone holds, or there is no clone
   *
   * @param source a path of its folder, which is open
   */
  meanwhile?: (source: string) => void
}

export interface Cloned {
  /** files, directories and links that were looked at */
  entries: number
  /** allocated bytes of what was copied (by reflink: shared) */
  copiedBytes: number
  linkedBytes: number
  /** what the source and the clone share by hard link, to be checked before the source is used again */
  linked: LinkedFile[]
}

/** A target directory of 100 GB has some hundred thousand. */
const ENTRIES_AT_MOST = 1_000_000

/** Why there is no clone; nothing was left, or `remains` says where. */
export class CloneError extends Error {
  override readonly name = 'CloneError'
  readonly remains: string | null
  /** whether something failed; else the source is of a kind, or in a state, that is not cloned */
  readonly isFault: boolean

  constructor(message: string, remains: string | null, cause: unknown) {
    super(message, { cause })
    this.remains = remains
    this.isFault = !(cause instanceof Refusal)
  }
}

class Refusal extends Error {}

/**
 * Clones a target directory: all of it, as it was at one moment, or nothing. Times are exact; modes
 * are kept but for setuid and setgid of files; links are copied as links; FIFOs, sockets and devices
 * stay behind. As root, everything belongs to whom it belongs in the source.
 *
 * Whatever ends this process leaves the destination alone to be removed.
 *
 * @throws CloneError
 */
export async function cloneTree(order: CloneOrder): Promise<Cloned> {
  const deadline = performance.now() + order.waitMs
  let source: number | null = null
  let isMade = false
  try {
    source = openFolder(order.source)
    const base = `/proc/self/fd/${source}`
    const { entries, recipe } = look(base, order, deadline)
    mkdirSync(order.destination, 0o700)
    isMade = true
    const passage = { base, destination: order.destination, deadline }
    const linked = await fill(passage, recipe, order)
    await besides(finish(passage, recipe.made), () => {
      const changed = findChanged(base, entries, deadline)
      if (changed !== null) throw new Refusal(`it changed meanwhile: ${shown(changed)}`)
    })
    const { copiedBytes, linkedBytes } = recipe
    return { entries: entries.length, copiedBytes, linkedBytes, linked }
  } catch (error) {
    const remains = isMade ? await remove(order.destination) : null
    throw new CloneError(messageOf(error), remains, error)
  } finally {
    if (source !== null) closeSync(source)
  }
}

function look(
  base: string,
  order: CloneOrder,
  deadline: number,
): { entries: Entry[]; recipe: Recipe } {
  const { way, skipIncremental, copyAtMostBytes, entriesAtMost = ENTRIES_AT_MOST } = order
  // A bind mount of the same file system has its device number: only the mount table knows it.
  const mounted = mountsWithin(realpathSync(base), readMounts())
  if (mounted.length > 0) throw new Refusal(`something is mounted in it: ${mounted.join(', ')}`)
  const entries = listEntries(base, { skipIncremental, deadline, entries: entriesAtMost })
  const recipe = recipeFor(base, entries, order)
  if (copyAtMostBytes !== null && way !== 'reflink' && recipe.copiedBytes > copyAtMostBytes) {
    throw new Refusal(`${recipe.copiedBytes} bytes to copy, more than ${copyAtMostBytes}`)
  }
  return { entries, recipe }
}

async function fill(
  passage: Passage,
  recipe: Recipe,
  { way, meanwhile }: CloneOrder,
): Promise<LinkedFile[]> {
  const { base, destination } = passage
  for (const { path } of recipe.made.slice(1)) mkdirSync(inTree(destination, path), 0o700)
  const copies = copy(passage, recipe.copied, recipe.tied, way)
  const refused: Entry[] = []
  const linked = await besides(copies, () => {
    const shared: Entry[] = []
    for (const entry of recipe.linked) (link(passage, entry) ? shared : refused).push(entry)
    const confirmedOnes = shared.map((entry) => confirmed(base, entry))
    meanwhile?.(`${base}/.`)
    return confirmedOnes
  })
  await copy(passage, refused, new Set(), way)
  for (const entry of recipe.privileged) dropPrivileges(inTree(destination, entry.path))
  return linked
}

/** Does something while others work, and waits for them in any case: nothing may be at it afterwards. */
async function besides<Value>(others: Promise<void>, work: () => Value): Promise<Value> {
  try {
    const value = work()
    await others
    return value
  } catch (error) {
    await Promise.allSettled([others])
    throw error
  }
}

/** A path for people, whatever its bytes. */
function shown(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8')
}

/** Whether the file got its second name; false where the kernel lets this user not do that. */
function link({ base, destination }: Passage, { path }: Entry): boolean {
  try {
    linkSync(inTree(base, path), inTree(destination, path))
    return true
  } catch (error) {
    if (['EPERM', 'EACCES', 'EMLINK'].includes(errnoOf(error))) return false
    throw error
  }
}

/** What was linked, once it has all its names; throws where it is not what was seen before. */
function confirmed(base: string, { path, stat }: Entry): LinkedFile {
  const linked = asLinkedFile(path, stat)
  if (isWritten(linked, seeLinked(base, path))) {
    throw new Refusal(`it changed meanwhile: ${shown(path)}`)
  }
  return linked
}

/** open(2) flag that node does not name: a descriptor on something that may not be read. */
const O_PATH = 0o10_000_000

function dropPrivileges(path: string | Buffer): void {
  const file = openSync(path, O_PATH | constants.O_NOFOLLOW)
  try {
    const mode = BigInt(fstatSync(file).mode)
    chmodSync(`/proc/self/fd/${file}`, Number(mode & 0o7777n & ~PRIVILEGES))
  } finally {
    closeSync(file)
  }
}

/** Node sets times as a double, which has no room for nanoseconds; touch takes them all. */
const TOUCH = ['touch', '-c', '-m', '-d']

/** Gives the directories that were made here the owner, mode and time of their originals. */
async function finish({ destination, deadline }: Passage, made: readonly Entry[]): Promise<void> {
  const words: string[] = []
  for (const { path, stat } of made.toReversed()) {
    const folder = inTree(destination, path)
    if (isRoot()) chownSync(folder, Number(stat.uid), Number(stat.gid))
    words.push(`@${inSeconds(stat.mtimeNs)}`, '--', `${destination}/${textOf(path)}`)
  }
  // What belongs together stays so: a fixed number of words, and an end (-x) where these are too long.
  await runProgram('xargs', ['-0', '-r', '-x', '-n', '3', ...TOUCH], {
    cwd: '/',
    input: Buffer.from(words.map((word) => `${word}\0`).join('')),
    waitMs: deadline - performance.now(),
  })
  for (const { path, stat } of made.toReversed()) {
    chmodSync(inTree(destination, path), Number(stat.mode & 0o3777n))
  }
}

/** Nanoseconds as seconds with nine decimals. */
function inSeconds(nanoseconds: bigint): string {
  const digits = (nanoseconds < 0n ? -nanoseconds : nanoseconds).toString().padStart(10, '0')
  return `${nanoseconds < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
}

/** Removes what was made; its path where that fails. */
async function remove(path: string): Promise<string | null> {
  const removal = await rm([path], [])
  return removal.kind === 'tried' && removal.why === '' ? null : path
}
