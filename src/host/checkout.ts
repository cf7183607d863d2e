import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Proven } from '../plan/build-inputs.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { isWorkTree, readWorkTree } from './git.ts'

/** Every file and link of a checkout that is not ignored, in repositories, submodules and beside them. */
export interface Checkout {
  /** by path, relative to the workspace: what git proves it to hold, null where that takes reading */
  sources: ReadonlyMap<string, Proven | null>
  /** of these, what no git lists */
  untracked: ReadonlySet<string>
  /** what could not be listed */
  gaps: readonly string[]
}

const SOURCES_AT_MOST = 400_000
const REPOSITORIES_AT_MOST = 500

/**
 * Lists a checkout: git’s view of each repository in it, everything where there is no git.
 *
 * @param excluded folders to pass over, relative to the workspace
 */
export async function readCheckout(
  workspace: string,
  excluded: readonly string[],
): Promise<Checkout> {
  const begun = excluded.length === 0 ? begunReadings.get(workspace) : undefined
  const isFresh = begun !== undefined && performance.now() - begun.atMs < FRESH_MS
  return isFresh ? begun.checkout : list(workspace, excluded)
}

async function list(workspace: string, excluded: readonly string[]): Promise<Checkout> {
  const listing = new Listing(workspace, excluded)
  await listing.add('')
  return listing
}

/** What is being read for who will ask for it, by workspace, and since when. */
const begunReadings = new Map<string, { checkout: Promise<Checkout>; atMs: number }>()

/** git takes as long for a large checkout; who asks later has it read anew. */
const FRESH_MS = 1000

/**
 * Does work in which somebody may soon ask for a checkout, which is read meanwhile: what `readCheckout`
 * then answers may be as old as the beginning of the work, and nothing may build before its end.
 *
 * @param workspace absolute, without links
 */
export async function readingAhead<Value>(
  workspace: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const checkout = list(workspace, [])
  // It may fail before anybody asks for it: who does is told.
  checkout.catch(() => {})
  begunReadings.set(workspace, { checkout, atMs: performance.now() })
  try {
    return await work()
  } finally {
    begunReadings.delete(workspace)
    await Promise.allSettled([checkout])
  }
}

class Listing implements Checkout {
  sources = new Map<string, Proven | null>()
  readonly untracked = new Set<string>()
  readonly gaps: string[] = []
  readonly #workspace: string
  readonly #excluded: ReadonlySet<string>
  #repositories = 0

  constructor(workspace: string, excluded: readonly string[]) {
    this.#workspace = workspace
    this.#excluded = new Set(excluded)
  }

  /** Adds a folder with everything below; `''` is the workspace. */
  async add(folder: string): Promise<void> {
    if (this.#excluded.has(folder)) return
    if (this.sources.size > SOURCES_AT_MOST) {
      if (!this.gaps.includes(TOO_MANY)) this.gaps.push(TOO_MANY)
      return
    }
    const isRepository = isWorkTree(join(this.#workspace, folder))
    if (isRepository && (await this.#addRepository(folder))) return
    await this.#addFolder(folder)
  }

  async #addRepository(folder: string): Promise<boolean> {
    this.#repositories += 1
    if (this.#repositories > REPOSITORIES_AT_MOST) return false
    const path = join(this.#workspace, folder)
    const prefix = folder === '' ? '' : `${folder}/`
    const below = [...this.#excluded].filter((each) => each.startsWith(prefix))
    const tree = await readWorkTree(
      path,
      below.map((each) => each.slice(prefix.length)),
    )
    // Then every file of it is read instead: slower, and as good.
    if (typeof tree === 'string') return false
    if (tree.unnamed > 0) this.gaps.push(`${tree.unnamed} file names in ${path} are not UTF-8`)
    // The first, of which nothing is known yet, may be large.
    if (folder === '') this.sources = tree.tracked
    else for (const [name, content] of tree.tracked) this.sources.set(`${prefix}${name}`, content)
    for (const name of tree.untracked) {
      if (name.endsWith('/')) await this.add(`${prefix}${name.slice(0, -1)}`)
      else this.#addUntracked(`${prefix}${name}`)
    }
    for (const name of tree.submodules) {
      if (isFolder(join(path, name))) await this.add(`${prefix}${name}`)
    }
    return true
  }

  async #addFolder(folder: string): Promise<void> {
    const path = join(this.#workspace, folder)
    let entries
    try {
      entries = readdirSync(path, { withFileTypes: true })
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') this.gaps.push(`${path}: ${messageOf(error)}`)
      return
    }
    // A target directory of Cargo’s is no source.
    if (entries.some(({ name }) => name === '.rustc_info.json')) return
    for (const entry of entries) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.name === '.git') continue
      if (entry.name.includes('\uFFFD')) this.gaps.push(`a file name in ${path} is not UTF-8`)
      else if (entry.isDirectory()) await this.add(name)
      else this.#addUntracked(name)
    }
  }

  #addUntracked(path: string): void {
    this.sources.set(path, null)
    this.untracked.add(path)
  }
}

const TOO_MANY = `there are more than ${SOURCES_AT_MOST} files`

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
