/** A file of a profile's folder: the folders that lead to it, and its name. */
export interface Place {
  readonly folders: readonly string[]
  readonly name: string
}

/** One thing that Cargo builds or runs, and where its files lie; paths are relative to the profile. */
export interface UnitFiles {
  /** as Cargo names it: `lib-serde`, `test-bin-app`, `run-build-script-build-script-build` */
  readonly name: string
  /** the package's name, and the id of the unit */
  readonly label: string
  /** the folder of its fingerprint */
  readonly fingerprint: readonly string[]
  /** where OUT_DIR lies, of a build script's run, with what the script printed and where it then was */
  readonly run: { output: Place; root: Place; folders: readonly string[] } | null
  readonly depInfos: readonly Place[]
  readonly artefacts: readonly Place[]
}

/** What is in the folders of a profile, by their path. */
export type Listing = (folders: readonly string[]) => readonly string[]

const ID = /-([0-9a-f]{16})$/
const KIND = /^((test-|bench-)?(integration-test|lib|bin|example|bench)|build-script)-/
const ID_IN_FILE = /-([0-9a-f]{16})(?:\.|$)/

/** Beside what was built: make rules, and debug information of its own. */
const ASIDE = /\.(d|o|dwo|dwp|pdb)$/

/** Whether a unit is documentation: nothing that runs is made of it. */
export function isDocumentation(name: string): boolean {
  return name.startsWith('doc-')
}

/** The units of a profile from which something that runs is made. */
export function unitsOf(list: Listing): UnitFiles[] {
  return allUnitsOf(list).filter(({ name }) => !isDocumentation(name))
}

/** The units of a profile, in the layout of any Cargo up to now. */
export function allUnitsOf(list: Listing): UnitFiles[] {
  const byId = filesById(list)
  const flat = list(['.fingerprint']).flatMap((label) => {
    const fingerprint = ['.fingerprint', label]
    return namesIn(list(fingerprint)).map((name) => unitOf(name, label, fingerprint, list, byId))
  })
  // As -Zbuild-dir-new-layout has it: build/<package>/<id>/{fingerprint,out,run}.
  const nested = list(['build'])
    .filter((each) => !ID.test(each))
    .flatMap((packageName) =>
      list(['build', packageName]).flatMap((id) => nestedUnits(packageName, id, list)),
    )
  return [...flat, ...nested]
}

/** The runs of build scripts, with no look at what was compiled: of many units they are few. */
export function runsOf(list: Listing): UnitFiles[] {
  return list(['build']).flatMap((label) => {
    const inside = list(['build', label])
    if (!ID.test(label)) return inside.flatMap((id) => nestedUnits(label, id, list)).filter(isRun)
    if (!inside.includes('root-output')) return []
    const fingerprint = ['.fingerprint', label]
    const names = namesIn(list(fingerprint))
    return names.map((name) => unitOf(name, label, fingerprint, list, new Map())).filter(isRun)
  })
}

function isRun({ run }: UnitFiles): boolean {
  return run !== null
}

/**
 * The units of a folder of fingerprints. Each has a file with its hash, which is enough for Cargo to
 * take it for fresh, one with the same name and `.json`, and most a list of inputs, `dep-…`.
 */
function namesIn(files: readonly string[]): string[] {
  const names = files
    .filter((file) => file !== 'invoked.timestamp' && !/^(dep|output)-/.test(file))
    .map((file) => file.replace(/\.json$/, ''))
  return [...new Set(names)]
}

function unitOf(
  name: string,
  label: string,
  fingerprint: readonly string[],
  list: Listing,
  byId: ReadonlyMap<string, readonly Place[]>,
): UnitFiles {
  const unit = { name, label, fingerprint, run: null }
  const folders = ['build', label]
  if (name.startsWith('run-build-script-')) {
    const root = { folders, name: 'root-output' }
    const run = { output: { folders, name: 'output' }, root, folders: [...folders, 'out'] }
    return { ...unit, run, depInfos: [], artefacts: [] }
  }
  if (name.startsWith('build-script-')) {
    return { ...unit, ...sorted(list(folders).map((each) => ({ folders, name: each }))) }
  }
  const own = sorted(byId.get(ID.exec(label)?.[1] ?? '') ?? [])
  if (own.depInfos.length > 0) return { ...unit, ...own }
  // cdylibs of the workspace have no id in their names.
  const plain = byId.get(NO_ID) ?? []
  return { ...unit, ...sorted(plain.filter((file) => isCalled(file.name, name))) }
}

function nestedUnits(packageName: string, id: string, list: Listing): UnitFiles[] {
  const base = ['build', packageName, id]
  const fingerprint = [...base, 'fingerprint']
  return namesIn(list(fingerprint)).map((name) => nestedUnit(name, packageName, base, list))
}

function nestedUnit(
  name: string,
  packageName: string,
  base: readonly string[],
  list: Listing,
): UnitFiles {
  const label = `${packageName}/${base.at(-1)}`
  const unit = { name, label, fingerprint: [...base, 'fingerprint'], run: null }
  const folders = [...base, 'out']
  if (!name.startsWith('run-build-script-')) {
    return { ...unit, ...sorted(list(folders).map((each) => ({ folders, name: each }))) }
  }
  const said = [...base, 'run']
  const root = { folders: said, name: 'root-output' }
  const run = { output: { folders: said, name: 'stdout' }, root, folders }
  return { ...unit, run, depInfos: [], artefacts: [] }
}

/**
 * Where Cargo keeps what a build script printed, by the folder of its fingerprint; nothing lies there
 * of other units. Null where that is no fingerprint's folder.
 */
export function saidPlaceOf(fingerprint: string): Place | null {
  const parts = fingerprint.split('/')
  const [last = '', above] = [parts.at(-1), parts.at(-2)]
  if (above === '.fingerprint') {
    return { folders: [...parts.slice(0, -2), 'build', last], name: 'output' }
  }
  return last === 'fingerprint' ? { folders: [...parts.slice(0, -1), 'run'], name: 'stdout' } : null
}

/** Whether a file in `deps` or `examples` is called after one unit: programs for people are not. */
export function hasUnitId(name: string): boolean {
  return ID_IN_FILE.test(name)
}

const NO_ID = ''

function filesById(list: Listing): Map<string, Place[]> {
  const found = new Map<string, Place[]>()
  for (const folder of ['deps', 'examples']) {
    for (const name of list([folder])) {
      const id = ID_IN_FILE.exec(name)?.[1] ?? NO_ID
      const places = found.get(id) ?? []
      places.push({ folders: [folder], name })
      found.set(id, places)
    }
  }
  return found
}

function sorted(files: readonly Place[]): Pick<UnitFiles, 'depInfos' | 'artefacts'> {
  return {
    depInfos: files.filter(({ name }) => name.endsWith('.d')),
    artefacts: files.filter(({ name }) => !ASIDE.test(name)),
  }
}

/** Whether a file is called after the unit's crate: `foo_bar.d`, `libfoo_bar.so` for `lib-foo-bar`. */
function isCalled(file: string, unit: string): boolean {
  const stem = file.replace(/\..*$/, '').replaceAll('-', '_')
  const crate = crateOf(unit)
  return stem === crate || stem === `lib${crate}`
}

/** The crate’s name, as rustc has it, of a unit by its own: `foo_bar` for `lib-foo-bar`. */
export function crateOf(unit: string): string {
  return unit.replace(KIND, '').replaceAll('-', '_')
}
