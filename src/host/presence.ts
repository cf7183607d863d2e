import { dirname } from 'node:path'
import { UNPROVEN, isSameContent, isSettable } from '../plan/build-inputs.ts'
import type { Content, Input, Present, Proven } from '../plan/build-inputs.ts'
import type { RestoredFile } from '../plan/restored.ts'
import type { WholeFolders } from '../plan/whole-folders.ts'
import { foundAs, statOrNull } from './contents.ts'
import type { Found } from './contents.ts'
import { newestIn, readFolder } from './folder-contents.ts'
import { follow } from './way.ts'
import type { WorkspaceReader } from './workspace-reader.ts'

/** What is there of what was recorded, and what is there beside it. */
export interface Presence {
  /** in the workspace: what lies there now */
  present: readonly Present[]
  /** of these, what gets now, whatever it holds */
  touched: ReadonlySet<string>
  /** fingerprints of units that see something else where times are not ours to set */
  stale: ReadonlySet<string>
  /** what was recorded in the workspace and is not there, by its path there */
  missing: ReadonlySet<string>
  /** outside: files that hold what they were recorded with */
  unchanged: readonly RestoredFile[]
  /** in words, why that cannot be told; else null */
  problem: string | null
}

/** What was recorded, and how to treat the rest. */
export interface Sought {
  recorded: ReadonlyMap<string, Input>
  /** in these, what was not recorded counts, too */
  whole: WholeFolders
  /** whether the rest, which no unit names, may stay as it is */
  mayStay: (path: string, known: Proven | null) => boolean
}

/** @param sources of the checkout, with what git proves them to hold */
export function readPresence(
  reader: WorkspaceReader,
  sources: ReadonlyMap<string, Proven | null>,
  { recorded, whole, mayStay }: Sought,
): Presence {
  const search = new Search(reader, recorded, sources)
  for (const [path, known] of sources) {
    if (recorded.has(path) || whole.has(path)) search.lookAtSource(path, known)
    else if (!mayStay(path, known)) search.addUnnamed(path)
  }
  // A folder comes before what lies in it.
  const others = [...recorded.values()].filter(({ path }) => !sources.has(path))
  for (const input of others.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (isSettable(input.path)) search.lookAtOther(input)
    else search.compareOutside(input)
  }
  search.addTouched()
  return search
}

class Search implements Presence {
  readonly present: Present[] = []
  readonly touched = new Set<string>()
  readonly stale = new Set<string>()
  readonly missing = new Set<string>()
  readonly unchanged: RestoredFile[] = []
  problem: string | null = null
  readonly #reader: WorkspaceReader
  readonly #recorded: ReadonlyMap<string, Input>
  readonly #sources: ReadonlyMap<string, Proven | null>
  /** folders that are read as a whole, and what lies in them, by absolute path */
  readonly #folders = new Map<string, Found>()

  constructor(
    reader: WorkspaceReader,
    recorded: ReadonlyMap<string, Input>,
    sources: ReadonlyMap<string, Proven | null>,
  ) {
    this.#reader = reader
    this.#recorded = recorded
    this.#sources = sources
  }

  lookAtSource(path: string, known: Content | null): void {
    const before = this.#recorded.get(path)
    const isEnough = before === undefined || before.id === UNPROVEN || before.id.startsWith('git:')
    const content = known !== null && isEnough ? known : this.#contentAt(path, before)
    if (content === null) this.#missFile(path)
    else this.#add(path, before, content)
  }

  addUnnamed(path: string): void {
    const content = this.#contentAt(path, undefined)
    if (content !== null) this.present.push({ path, ...content })
  }

  /** What was recorded in the workspace and is no source: ignored, a folder, gone, or behind a link. */
  lookAtOther(before: Input): void {
    const { path } = before
    const isDirect = follow(this.#reader.placeOf(dirname(path))).links.length === 0
    const content = isDirect ? this.#contentAt(path, before) : null
    if (!isDirect) this.#divert(path)
    if (content === null) this.#missFile(path)
    else this.#add(path, before, content)
  }

  /** Outside no time is set: what holds the same, and is not older than it was, cannot deceive Cargo. */
  compareOutside(before: Input): void {
    const place = this.#reader.placeOf(before.path)
    const found = this.#reader.find(place)
    const folder = found?.kind === 'directory' ? readFolder(place, this.#reader.find) : null
    const whole = found !== null && folder !== null ? newestIn(place, found, folder) : found
    const isSame = whole !== null && isSameContent(before, whole)
    const isAsOld = before.kind === 'link' || (whole?.mtimeNs ?? 0n) >= BigInt(before.mtimeNs)
    if (!isSame || !isAsOld) return this.#forget(before)
    if (folder !== null) return
    const { ctimeNs, inode, size } = whole
    const stamp = { ctimeNs: String(ctimeNs), inode, size }
    this.unchanged.push({ ...before, units: [], stamp })
  }

  /** What gets now need not have been recorded. */
  addTouched(): void {
    const known = new Set(this.present.map(({ path }) => path))
    for (const path of this.touched) {
      const content = known.has(path) ? null : this.#contentAt(path, undefined)
      if (content !== null) this.present.push({ path, ...content })
    }
  }

  #add(path: string, before: Input | undefined, content: Content): void {
    const { kind, id, isExecutable, size } = content
    this.present.push({ path, kind, id, isExecutable, size })
    if (content.kind !== 'link' && before?.kind !== 'link') return
    if (before !== undefined && isSameContent(before, content)) return
    // Cargo looks at what lies behind a link.
    this.#touchPackage(path)
    if (before !== undefined) this.#forget(before)
    if (before !== undefined && before.kind !== 'link') this.#divert(path)
  }

  #forget({ units }: Input): void {
    for (const unit of units) this.stale.add(unit)
  }

  /** Units miss it while it is missing; who compares the newest file of a package does not. */
  #missFile(path: string): void {
    const before = this.#recorded.get(path)
    if (before === undefined) return
    this.missing.add(path)
    this.#touchPackage(path)
    this.#forget(before)
  }

  #touchPackage(path: string): void {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const manifest = folder === '.' ? 'Cargo.toml' : `${folder}/Cargo.toml`
      if (this.#sources.has(manifest)) this.touched.add(manifest)
      if (this.#sources.has(manifest) || folder === '.') return
    }
  }

  /** Where a file or folder was there is a link now: Cargo would look at what lies behind it. */
  #divert(path: string): void {
    const { path: behind, exists } = follow(this.#reader.placeOf(path))
    if (!exists) return
    if (this.#reader.isOurs(behind)) this.touched.add(this.#reader.nameOf(behind))
    else this.problem = `${path} leads out of the workspace now`
  }

  #contentAt(path: string, before: Input | undefined): Content | null {
    const place = this.#reader.placeOf(path)
    const read = this.#folders.get(place)
    if (read !== undefined) return contentOf(read)
    if (before === undefined || before.id === UNPROVEN) {
      // Whatever it holds, it gets now.
      const stat = statOrNull(place)
      return stat === null ? null : contentOf(foundAs(kindOf(stat), UNPROVEN, stat))
    }
    const found = this.#reader.find(place)
    if (found?.kind !== 'directory') return found === null ? null : contentOf(found)
    const folder = readFolder(place, this.#reader.find)
    for (const [each, content] of folder?.entries ?? []) this.#folders.set(each, content)
    return contentOf(this.#folders.get(place) ?? found)
  }
}

function contentOf({ kind, id, isExecutable, size }: Found): Content {
  return { kind, id, isExecutable, size }
}

function kindOf(stat: NonNullable<ReturnType<typeof statOrNull>>): Content['kind'] {
  if (stat.isSymbolicLink()) return 'link'
  return stat.isDirectory() ? 'directory' : 'file'
}
