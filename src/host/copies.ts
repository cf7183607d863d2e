import { linkSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { Way } from '../plan/clone.ts'
import { messageOf } from '../plan/guard-error.ts'
import { folderOf, inodeOf } from './clone-recipe.ts'
import { inTree, textOf } from './entries.ts'
import type { Entry } from './entries.ts'
import { isUnknownOption, runProgram } from './program.ts'

/** From where to where, and until when. */
export interface Passage {
  base: string
  destination: string
  deadline: number
}

/** Copies entries with cp, several at once; a second name of the same file becomes one again. */
export async function copy(
  passage: Passage,
  entries: readonly Entry[],
  tied: ReadonlySet<string>,
  way: Way,
): Promise<void> {
  const firsts = new Map<bigint, string>()
  const others: [string, string][] = []
  const batches = new Map<string, Batch>()
  const laneOf = lanes(entries, way)
  for (const entry of entries) {
    const { path, kind, stat } = entry
    const first = firsts.get(inodeOf(entry))
    if (first !== undefined) others.push([first, path])
    else {
      if (kind === 'file' && stat.nlink > 1n) firsts.set(inodeOf(entry), path)
      const folder = folderOf(path)
      const key = `${tied.has(path)} ${laneOf(entry)} ${folder}`
      const batch = batches.get(key) ?? { folder, names: [] }
      batches.set(key, batch)
      batch.names.push(path.slice(folder === '' ? 0 : folder.length + 1))
    }
  }
  await inTurns([...batches.values()], async (batch) => copyNames(passage, batch, way))
  const { destination } = passage
  for (const [first, other] of others) {
    linkSync(inTree(destination, first), inTree(destination, other))
  }
}

/**
 * Shares large files that are copied byte by byte out among two, each about as much: one cp does not keep
 * a disk and two cores busy. Sharing blocks is the same work for two as for one. A file that may have
 * another name in a directory that is copied as a whole goes with that.
 */
function lanes(entries: readonly Entry[], way: Way): (entry: Entry) => number {
  const names = new Map<bigint, bigint>()
  for (const entry of entries) {
    const inode = inodeOf(entry)
    if (entry.kind === 'file') names.set(inode, (names.get(inode) ?? 0n) + 1n)
  }
  const loads: [bigint, bigint] = [0n, 0n]
  return (entry) => {
    const { kind, stat } = entry
    if (way === 'reflink' || kind !== 'file' || stat.size < LARGE) return 0
    if (names.get(inodeOf(entry)) !== stat.nlink) return 0
    const lane = loads[0] <= loads[1] ? 0 : 1
    loads[lane] += stat.size
    return lane
  }
}

/** Another process takes longer to start than less takes to copy. */
const LARGE = 4_000_000n

/** Names in one directory. */
interface Batch {
  folder: string
  names: string[]
}

/** All, mostly: what is started later waits until this process has a moment. */
const AT_ONCE = 8

/** Works through batches, some at once; throws the first error, when all have ended. */
async function inTurns(batches: Batch[], work: (batch: Batch) => Promise<void>): Promise<void> {
  const left = batches.values()
  let hasFailed = false
  const turns = Array.from({ length: AT_ONCE }, async () => {
    for (const batch of left) {
      if (hasFailed) return
      try {
        await work(batch)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  })
  const failed = (await Promise.allSettled(turns)).find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Only root can give files to their owners. */
export const isRoot = (): boolean => process.geteuid?.() === 0

// The names go by xargs: they need not be UTF-8, and there may be more than one command line holds.
async function copyNames(
  { base, destination, deadline }: Passage,
  { folder, names }: Batch,
  way: Way,
): Promise<void> {
  const inside = textOf(folder)
  const preserved = `--preserve=mode,timestamps,links${isRoot() ? ',ownership' : ''}`
  const reflink = `--reflink=${way === 'reflink' ? 'always' : 'auto'}`
  const words = ['-RPx', preserved, reflink, '-t', `${destination}/${inside}`, '--']
  try {
    await runProgram('xargs', ['-0', '-r', 'cp', ...words], {
      cwd: `${base}/${inside}`,
      input: Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1'),
      waitMs: deadline - performance.now(),
    })
  } catch (error) {
    if (!isUnknownOption(messageOf(error))) throw error
    throw new Error(NO_COREUTILS, { cause: error })
  }
}

const NO_COREUTILS =
  'this cp, perhaps busybox’s, keeps neither links nor times: install coreutils, or nothing is cloned'
