import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { statOrNull } from './contents.ts'
import { readTextOrNull } from './small-file.ts'
import type { Unit } from './units.ts'
import { follow } from './way.ts'
import type { Way } from './way.ts'

/** A checkout, and what to pass over outside of it. */
export interface Surroundings {
  /** absolute, without links */
  workspace: string
  /** workspaces in which some units may have been built: the same files at another path */
  former: readonly string[]
  /** files of the checkout, relative to it */
  sources: ReadonlyMap<string, unknown>
  /** absolute: what lies below never changes, as Cargo sees it, or is its own output */
  passedOver: readonly string[]
  /** whether nothing may have been built here yet: where git ignores Cargo.lock there is none then */
  isFresh?: boolean
}

/** Which files are inputs of which units. */
export interface NamedInputs {
  /** by absolute path, free of links: the units that name it */
  found: ReadonlyMap<string, ReadonlySet<Unit>>
  /** links on the way to these, each at its own place */
  links: ReadonlyMap<string, ReadonlySet<Unit>>
  /** where something may be meant to lie and nothing does, absolute: the units that name it */
  missing: ReadonlyMap<string, ReadonlySet<Unit>>
  /** of these Cargo compares all files of their package */
  listless: ReadonlySet<Unit>
  /**
   * absolute: packages of build scripts and of documentation. What of them nothing names may still
   * count, as their newest file does, or to programs that a build script runs and that compare times
   */
  packages: ReadonlySet<string>
  /** whether there are listless units of nobody knows which package */
  isOpen: boolean
  /** of these not all inputs are there, or known: nobody can say whether they are fresh */
  lost: ReadonlySet<Unit>
  /** what these name by a relative path lies in part where nothing is looked at, as in a target directory */
  entangled: ReadonlySet<Unit>
}

/** Finds the files that units name: dep-info and build scripts do not say relative to what. */
export function findNamedInputs(units: readonly Unit[], around: Surroundings): NamedInputs {
  const resolver = new Resolver(around, units)
  for (const unit of units) resolver.add(unit)
  return resolver
}

/** What Cargo fetches, in anybody's CARGO_HOME; Cargo itself takes these for unchanging. */
const FETCHED = /\/(registry\/src|git\/checkouts)\/[^/]+-[0-9a-f]{16}\//

class Resolver implements NamedInputs {
  readonly found = new Map<string, Set<Unit>>()
  readonly links = new Map<string, Set<Unit>>()
  readonly missing = new Map<string, Set<Unit>>()
  readonly listless = new Set<Unit>()
  readonly packages = new Set<string>()
  isOpen = false
  readonly lost = new Set<Unit>()
  readonly entangled = new Set<Unit>()
  readonly #around: Surroundings
  readonly #passedOver: readonly string[]
  /** by a name that their Cargo.toml has */
  readonly #folders = new Map<string, Set<string>>()
  /** the checkout's, of which git lists the files */
  readonly #listed: ReadonlySet<string>
  readonly #roots: readonly string[]
  readonly #ways = new Map<string, Way>()

  constructor(around: Surroundings, units: readonly Unit[]) {
    const { workspace, sources } = around
    this.#around = around
    const builtIn = new Set(units.map((unit) => unit.builtIn))
    const targets = [...builtIn].filter(
      (path) => path !== '' && !`${workspace}/`.startsWith(`${path}/`),
    )
    this.#passedOver = [...around.passedOver, ...targets]
    const manifests = [...sources.keys()].filter((path) => /(^|\/)Cargo\.toml$/.test(path))
    const folders = manifests.map((path) => join(workspace, dirname(path)))
    this.#listed = new Set(folders)
    // Where Cargo has built there is a Cargo.lock, tracked or not.
    const locked = folders.filter((folder) => existsSync(join(folder, 'Cargo.lock')))
    this.#roots = locked.length > 0 && around.isFresh !== true ? locked : folders
    for (const folder of folders) {
      for (const name of namesIn(join(folder, 'Cargo.toml'))) addTo(this.#folders, name, folder)
    }
    this.#findPackagesOutside(units)
  }

  add(unit: Unit): void {
    const bases = this.#basesOf(unit)
    const isListless = unit.kind !== 'compiled' && unit.inputs.length === 0
    if (unit.kind !== 'compiled') this.#addPackages(bases)
    if (isListless && bases.length === 0) this.isOpen = true
    if (isListless) this.#addListless(unit, bases)
    if (!unit.isWhole || unit.startedNs === null) this.lost.add(unit)
    for (const input of unit.inputs) this.#addInput(unit, input, bases)
  }

  #addInput(unit: Unit, input: string, bases: readonly string[]): void {
    const candidates = this.#candidates(input, bases)
    const ways = candidates.filter((path) => !this.#isPassedOver(path)).map(this.#follow)
    const isHidden = ways.length < candidates.length
    const leadsAway = isHidden || ways.some(({ path }) => this.#isPassedOver(path))
    if (leadsAway && !input.startsWith('/')) this.entangled.add(unit)
    // What is missing makes Cargo build the unit again, or lies where nobody knows.
    const isMissing = ways.every(({ exists }) => !exists)
    if (isMissing && !isHidden) this.lost.add(unit)
    for (const { path, exists, links } of ways) {
      const isOutside = !this.#isInside(path)
      for (const link of links) {
        if (isOutside || this.#isInside(link)) addTo(this.links, link, unit)
      }
      if (!this.#isPassedOver(path)) addTo(exists ? this.found : this.missing, path, unit)
    }
  }

  #addPackages(bases: readonly string[]): void {
    for (const base of bases) if (!this.#isPassedOver(base)) this.packages.add(base)
  }

  #addListless(unit: Unit, bases: readonly string[]): void {
    const own = bases.filter((base) => !this.#isPassedOver(base))
    if (bases.length === 0 || own.length > 0) this.listless.add(unit)
    // Of a package that git lists, git lists the files, too.
    for (const base of own) if (!this.#listed.has(base)) addTo(this.found, base, unit)
  }

  /** What relative paths of a unit may be relative to. */
  #basesOf(unit: Unit): readonly string[] {
    const packages = [...(this.#folders.get(unit.packageName) ?? [])]
    if (unit.kind !== 'compiled') return packages
    // Git lists no manifest of it, as of one that is generated; rustc names files from the root all the same.
    if (packages.length === 0) return this.#roots
    return this.#roots.filter((root) =>
      packages.some((folder) => `${folder}/`.startsWith(`${root}/`)),
    )
  }

  /** Where a path may lie; the same file of a former workspace is one of this one, too. */
  #candidates(input: string, bases: readonly string[]): string[] {
    if (!input.startsWith('/')) return bases.map((base) => `${base}/${input}`)
    const here = this.#around.former
      .filter((former) => input.startsWith(`${former}/`))
      .map((former) => join(this.#around.workspace, input.slice(former.length)))
    return [input, ...here]
  }

  readonly #follow = (path: string): Way => {
    const known = this.#ways.get(path)
    if (known !== undefined) return known
    const way = this.#lookIn(path) ?? follow(path)
    this.#ways.set(path, way)
    return way
  }

  /** Many lie in one folder: where the way there has no link, one look is enough. */
  #lookIn(path: string): Way | null {
    const cut = path.lastIndexOf('/')
    const [folder, name] = [path.slice(0, cut), path.slice(cut + 1)]
    if (folder === '' || name === '' || name === '.' || name === '..') return null
    const before = this.#follow(folder)
    if (!before.exists || before.path !== folder) return null
    const stat = statOrNull(path)
    return stat?.isSymbolicLink() === true ? null : { path, exists: stat !== null, links: [] }
  }

  #isInside(path: string): boolean {
    return `${path}/`.startsWith(`${this.#around.workspace}/`)
  }

  #isPassedOver(path: string): boolean {
    if (FETCHED.test(path)) return true
    return this.#passedOver.some((folder) => path === folder || path.startsWith(`${folder}/`))
  }

  /** A package outside is where its build script was compiled from. */
  #findPackagesOutside(units: readonly Unit[]): void {
    for (const { kind, packageName, inputs } of units) {
      const [first] = inputs
      const isOutside = first !== undefined && inputs.every((input) => input.startsWith('/'))
      if (kind !== 'compiled' || !isOutside) continue
      addTo(this.#folders, packageName, packageRootOf(first) ?? dirname(first))
    }
  }
}

/** The names in a manifest: of the package, and of what it builds. */
function namesIn(manifest: string): string[] {
  const text = readTextOrNull(manifest) ?? ''
  const found = text.matchAll(/(?:^|[{,.\s])name\s*=\s*["']([^"'\n]+)["']/gm)
  return [...found].flatMap(([, name]) => name ?? [])
}

/** The nearest folder above a file that holds a Cargo.toml. */
function packageRootOf(path: string): string | null {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'Cargo.toml'))) return folder
    if (folder === '/') return null
  }
}

function addTo<Value>(map: Map<string, Set<Value>>, key: string, value: Value): void {
  const values = map.get(key) ?? new Set()
  map.set(key, values.add(value))
}
