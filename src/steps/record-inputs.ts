import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { besideInputs } from '../plan/beside-inputs.ts'
import { UNPROVEN } from '../plan/build-inputs.ts'
import type { BuildInputs, Input, Proven } from '../plan/build-inputs.ts'
import { isProven } from '../plan/proof.ts'
import type { Restored } from '../plan/restored.ts'
import { WholeFolders } from '../plan/whole-folders.ts'
import { readCheckout } from '../host/checkout.ts'
import type { Found } from '../host/contents.ts'
import { newestIn, readFolder } from '../host/folder-contents.ts'
import { follow } from '../host/way.ts'
import { MovedFolders } from '../host/moved-folders.ts'
import { findNamedInputs } from '../host/named-inputs.ts'
import type { NamedInputs } from '../host/named-inputs.ts'
import { readUnits } from '../host/units.ts'
import type { Unit } from '../host/units.ts'
import { WorkspaceReader, withRealPaths } from '../host/workspace-reader.ts'

/** What to record the inputs of. */
export interface Recording {
  /** the target directory of the job that ends; nothing may build in it any more */
  target: string
  /** the checkout it was built from */
  workspace: string
  /** what never changes, as Cargo sees it: CARGO_HOME’s registry and git, toolchains; absolute */
  unchanging: readonly string[]
  /** what cargo and rustc call themselves; '' if not known */
  toolchain?: string
  /** at which other absolute path the build saw the workspace; null where at none */
  constantWorkspace?: string | null
  /** what restoreTimes did in this job */
  restored?: Restored | null
}

const FORMER_AT_MOST = 20

/**
 * Records everything that Cargo compares mtimes of, with the contents these mtimes stand for: what
 * units name, and all of the packages in which something counts that nothing names.
 *
 * @throws where the workspace is not there
 */
export async function recordInputs(recording: Recording): Promise<BuildInputs> {
  const { target, unchanging, toolchain, restored } = recording
  const workspace = realpathSync(recording.workspace)
  const passedOver = withRealPaths([target, ...unchanging])
  const reader = new WorkspaceReader(workspace, restored?.files ?? [])
  const checkout = await readCheckout(workspace, reader.below(passedOver))
  reader.know(checkout.sources)
  const { units, gaps } = readUnits(target)
  const told = recording.constantWorkspace ?? null
  const seen = [...(told === null ? [] : [told]), ...(restored?.former ?? [])]
  const former = [...new Set(seen)].filter((path) => path !== workspace)
  const { sources } = checkout
  const named = findNamedInputs(units, { workspace, former, sources, passedOver })
  const folders = new MovedFolders(workspace, BigInt(restored?.doneNs ?? 0))
  const recorder = new Recorder(reader, folders, named.lost)
  const listless = recorder.startsOf(named.listless)
  const newestNs = recorder.startsOf(new Set(units)).at(-1) ?? 0n
  const around = { sources, listless, newestNs }
  const whole = recorder.addWhole(wholeIn(reader, named), around)
  for (const [path, namers] of named.found) recorder.addNamed(path, namers)
  for (const [path, namers] of named.links) recorder.addLink(path, namers)
  return {
    version: 1,
    workspace,
    former: former.slice(0, FORMER_AT_MOST),
    toolchain: toolchain ?? '',
    gaps: [...checkout.gaps, ...gaps],
    lost: fingerprintsOf(recorder.lost),
    newestNs: String(newestNs),
    whole,
    beside: besideInputs(sources.keys(), recorder.inputs),
    inputs: [...recorder.inputs.values()],
  }
}

/** The folders of the workspace of which everything is to be recorded. */
function wholeIn(reader: WorkspaceReader, { packages, isOpen }: NamedInputs): string[] {
  if (isOpen) return ['']
  return [...packages].filter((path) => reader.isOurs(path)).map((path) => reader.nameOf(path))
}

/** What decides which of the files that no unit names are inputs. */
interface Around {
  /** what git or a listing of the workspace names; by path relative to it: what git proves it to hold */
  sources: ReadonlyMap<string, Proven | null>
  /** when the units began that compare the files of their whole package, ascending */
  listless: readonly bigint[]
  /** when the newest unit began */
  newestNs: bigint
}

class Recorder {
  readonly inputs = new Map<string, Input>()
  readonly lost: Set<Unit>
  readonly #reader: WorkspaceReader
  readonly #folders: MovedFolders

  constructor(reader: WorkspaceReader, folders: MovedFolders, lost: ReadonlySet<Unit>) {
    this.#reader = reader
    this.#folders = folders
    this.lost = new Set(lost)
  }

  /** When units began, ascending; those that do not tell are lost anyway. */
  startsOf(units: ReadonlySet<Unit>): bigint[] {
    const starts = [...units].map((unit) => unit.startedNs).filter((start) => start !== null)
    return starts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  }

  /**
   * Adds the files of folders, with what their links lead to: Cargo looks there, too.
   *
   * @returns the folders, and the places behind links that are to be treated like them
   */
  addWhole(folders: readonly string[], around: Around): string[] {
    const all = [...around.sources.keys()]
    const whole = new Set(folders)
    for (let open = folders; open.length > 0;) {
      const within = new WholeFolders(open)
      const behind = new Set(
        all.filter((path) => within.has(path)).flatMap((path) => this.#addSource(path, around)),
      )
      open = [...behind].filter((path) => !whole.has(path))
      for (const path of open) whole.add(path)
    }
    return [...whole]
  }

  /** Where it leads in the workspace, if it is a link. */
  #addSource(path: string, { sources, listless, newestNs }: Around): string[] {
    const absolute = join(this.#reader.workspace, path)
    const found = this.#reader.find(absolute)
    if (found === null) return []
    // What came after the build, as a report does, no unit has seen: where it is missing nothing is.
    const isLater = found.bornNs > newestNs && found.mtimeNs > newestNs
    if (sources.get(path) === null && isLater) return []
    this.#add(absolute, found, listless)
    if (found.kind !== 'link') return []
    const { path: behind, exists } = follow(absolute)
    return exists && this.#reader.isOurs(behind) ? [this.#reader.nameOf(behind)] : []
  }

  /** An input that units name; absolute path, free of links. */
  addNamed(absolute: string, units: ReadonlySet<Unit>): void {
    const found = this.#reader.find(absolute)
    const starts = this.startsOf(units)
    if (found === null) {
      for (const unit of units) this.lost.add(unit)
      return
    }
    const folder = found.kind === 'directory' ? readFolder(absolute, this.#reader.find) : null
    if (folder === null) return this.#add(absolute, found, starts, units)
    if (!this.#reader.isOurs(absolute)) {
      return this.#add(absolute, newestIn(absolute, found, folder), starts, units)
    }
    for (const [path, entry] of folder.entries) this.#add(path, entry, starts, units)
  }

  /** A link on the way to an input: where it leads elsewhere, these units see something else. */
  addLink(absolute: string, units: ReadonlySet<Unit>): void {
    const found = this.#reader.find(absolute)
    if (found === null) return
    this.#add(absolute, found, this.startsOf(units), units)
    const input = this.inputs.get(this.#reader.nameOf(absolute))
    if (input !== undefined) input.units = fingerprintsOf(units)
  }

  /** Whether it is what these units have seen, as far as its times tell, and those of the folders above it. */
  #isKnown(absolute: string, found: Found, starts: readonly bigint[]): boolean {
    const moved = this.#folders.above(absolute)
    const { mtimeNs } = found
    const ctimeNs = moved > found.ctimeNs ? moved : found.ctimeNs
    const isAsRestored = moved === 0n && this.#reader.isAsRestored(absolute, found)
    return isAsRestored || isProven({ mtimeNs, ctimeNs }, starts)
  }

  /** @param starts when the units began that need to have seen just this */
  #add(
    absolute: string,
    found: Found,
    starts: readonly bigint[],
    units: ReadonlySet<Unit> = new Set(),
  ): void {
    const path = this.#reader.nameOf(absolute)
    const before = this.inputs.get(path)
    const isKnown = this.#isKnown(absolute, found, starts)
    const { kind, isExecutable, size, mtimeNs } = found
    this.inputs.set(path, {
      path,
      kind,
      // Several may have asked for it, and all must be sure.
      id: isKnown && before?.id !== UNPROVEN ? found.id : UNPROVEN,
      isExecutable,
      size,
      mtimeNs: mtimeNs < 0n ? '0' : String(mtimeNs),
      units: this.#reader.isOurs(absolute)
        ? (before?.units ?? [])
        : [...new Set([...(before?.units ?? []), ...fingerprintsOf(units)])],
    })
  }
}

function fingerprintsOf(units: ReadonlySet<Unit>): string[] {
  return [...new Set([...units].map((unit) => unit.fingerprint))]
}
