import { join } from 'node:path'
import type { Verdict } from '../plan/artefact.ts'
import { joinDepInfo, parseDepInfo } from '../plan/dep-info.ts'
import { bytesOf } from '../plan/former-paths.ts'
import type { FormerPaths } from '../plan/former-paths.ts'
import { messageOf } from '../plan/guard-error.ts'
import { formerTargetsIn, includedIn, packageOf } from '../plan/former-out-dirs.ts'
import { judgeRun, judgeUnit } from '../plan/moved-unit.ts'
import type { CompiledUnit } from '../plan/moved-unit.ts'
import { unitsOf } from '../plan/unit-files.ts'
import type { UnitFiles } from '../plan/unit-files.ts'
import { withProfiles } from '../host/profiles.ts'
import type { Profile } from '../host/profiles.ts'
import type { RebuiltUnit } from '../report/rebuilt.ts'
import { dropFingerprint } from '../host/fingerprints.ts'
import { moveOut, movingTo } from '../host/folders.ts'
import { inFolder, inspectPlace, listingOf, readPlace, searchPlace } from '../host/unit-places.ts'
import { findVacantTexts } from '../host/vacant-paths.ts'

/** A target directory that was built at another path, or for a workspace at another path. */
export interface MovedTarget {
  /** absolute path at which builds will see it */
  readonly target: string
  /** absolute path at which it lies now, where that is another one */
  readonly place?: string
  /** other paths at which it is seen, all the way down: a link that was left to it, a mount */
  readonly aliases: readonly string[]
  /** each path at which something in it may have been built and which no longer leads to it */
  readonly formerTargets: readonly string[]
  /** each workspace whose crates may have been built in it, but for the one that will be */
  readonly formerWorkspaces: readonly string[]
}

/** What is to be built again, found without changing anything. */
export interface Judged {
  /** by the profile’s path, relative to the target directory */
  readonly units: readonly { profile: string; files: UnitFiles; why: string }[]
  /** files of what build scripts made that stays, relative to the target directory, that must go */
  readonly displaced: readonly string[]
  /** as in Forgotten */
  readonly whole: string | null
}

export interface Forgotten {
  readonly units: readonly RebuiltUnit[]
  /** why it cannot be judged, and must not be used as a whole; null where it may be */
  readonly whole: string | null
}

const GIB = 1024 ** 3

/** What is read of a whole target directory. Beyond it units are built again, or all of them are. */
interface Allowance {
  readonly texts: { bytes: number }
  readonly artefacts: { bytes: number }
  readonly outDirs: { bytes: number; entries: number }
}

function allowanceOf(): Allowance {
  return {
    texts: { bytes: GIB },
    artefacts: { bytes: 2 * GIB },
    outDirs: { bytes: GIB, entries: 200_000 },
  }
}

/**
 * Has Cargo build again what was judged so, in this target directory or in one that it was copied to.
 * Nothing is removed but files of fingerprints, and what build scripts printed and made.
 *
 * @param place absolute path at which it lies
 * @param aside absolute path of a folder, where what they made goes
 */
export function forgetJudged(
  place: string,
  { units, displaced, whole }: Judged,
  aside: string,
): Forgotten {
  const forgotten: RebuiltUnit[] = []
  const out = movingTo(aside, 'made-')
  try {
    for (const { profile, files, why } of units) {
      dropFingerprint(place, join(profile, ...files.fingerprint))
      // make and its like would keep what they find there, with the former path in it.
      if (files.run !== null) moveOut(place, join(profile, ...files.run.folders), out)
      forgotten.push({ unit: `${profile}/${files.label} ${files.name}`, why })
    }
    for (const path of displaced) moveOut(place, path, out)
    return { units: forgotten, whole }
  } catch (error) {
    return { units: forgotten, whole: whole ?? messageOf(error) }
  }
}

/**
 * Finds what could see a path of another slot or workspace, and is to be built again: in a target
 * directory that moved Cargo takes everything for fresh, but the paths that were compiled in did not
 * move with it.
 *
 * Whatever the target directory holds may be a forgery of the job that wrote it: it is read within
 * bounds, without following links.
 */
export function judgeMovedUnits(moved: MovedTarget): Judged {
  const paths = [moved.target, ...moved.aliases, ...moved.formerTargets, ...moved.formerWorkspaces]
  const odd = paths.find((path) => !/^\/[^\0\n]*[^/\0\n]$/.test(path))
  if (odd !== undefined)
    return {
      units: [],
      displaced: [],
      whole: `${odd} is not a path that can be searched for`,
    }
  try {
    const place = moved.place ?? moved.target
    return { ...withProfiles(place, (profiles) => judgeIn(profiles, moved)), whole: null }
  } catch (error) {
    return { units: [], displaced: [], whole: messageOf(error) }
  }
}

/** A unit, and what is written about it. */
interface Unit extends CompiledUnit {
  readonly profile: Profile
  readonly files: UnitFiles
}

interface Found {
  readonly units: Judged['units'][number][]
  readonly displaced: string[]
}

function judgeIn(profiles: readonly Profile[], moved: MovedTarget): Found {
  const allowance = allowanceOf()
  const units = profiles.flatMap((profile) => readUnits(profile, allowance))
  const former = formerOf(moved, units, profiles)
  if (former.targets.length + former.workspaces.length === 0) return { units: [], displaced: [] }
  const found = judgeAll(units, former, allowance)
  // Few have any, and all that was compiled is read for them.
  const vacant = found.units.length === 0 ? [] : vacantTextsOf(units, former)
  if (vacant.length === 0) return found
  return judgeAll(units, { ...former, living: [...former.living, ...vacant] }, allowanceOf())
}

function judgeAll(units: readonly Unit[], former: FormerPaths, allowance: Allowance): Found {
  const found: Found = { units: [], displaced: [] }
  const forget = ({ profile, files }: Unit, why: string): void => {
    found.units.push({ profile: profile.path, files, why })
  }
  const seen: Seen = { texts: [], packages: new Set() }
  for (const unit of units.filter(({ files }) => files.run === null)) {
    const why = whyNotCompiled(unit, former, seen, allowance)
    if (why === null) continue
    forget(unit, why)
    seen.packages.add(packageOf(unit.files.label))
    seen.texts.push(...(unit.depInfo?.environment.values() ?? []))
  }
  const included = new Set(units.flatMap(({ depInfo }) => includedIn(depInfo?.inputs ?? [])))
  for (const unit of units) {
    const caches: string[] = []
    const why = whyNotRun(unit, former, { seen, included, allowance, caches })
    if (why !== null) forget(unit, why)
    else found.displaced.push(...caches)
  }
  return found
}

function readUnits(profile: Profile, { texts: bytes }: Allowance): Unit[] {
  return unitsOf(listingOf(profile)).map((files) => {
    const folders = files.fingerprint
    const read = files.depInfos.map((place) => readPlace(profile, place, bytes))
    const texts = read.filter((text) => text !== null)
    const isReadable = texts.length > 0 && texts.length === read.length
    return {
      profile,
      files,
      fingerprint: readPlace(profile, { folders, name: `${files.name}.json` }, bytes),
      inputs: readPlace(profile, { folders, name: `dep-${files.name}` }, bytes),
      depInfo: isReadable ? joinDepInfo(texts.map(parseDepInfo)) : null,
    }
  })
}

/** What was named, and where else the units themselves say that they were built. */
function formerOf(
  { target, aliases, formerTargets, formerWorkspaces }: MovedTarget,
  units: readonly Unit[],
  profiles: readonly Profile[],
): FormerPaths {
  const living = [target, ...aliases].map(bytesOf)
  const told = formerTargetsIn(
    units.flatMap(({ depInfo }) => [...(depInfo?.environment.values() ?? [])]),
    profiles.map(({ path }) => path),
  )
  const isLiving = (path: string): boolean =>
    living.some((each) => `${path}/`.startsWith(`${each}/`))
  const targets = [...new Set([...formerTargets.map(bytesOf), ...told])]
  return {
    targets: targets.filter((path) => !isLiving(path)),
    workspaces: formerWorkspaces.map(bytesOf),
    living,
  }
}

/** What may stay compiled in, since it leads to nothing at a former path as it would here. */
function vacantTextsOf(units: readonly Unit[], { targets }: FormerPaths): string[] {
  const { texts, outDirs } = allowanceOf()
  return units.flatMap(({ profile, files: { run } }) => {
    if (run === null) return []
    const { root, folders } = run
    const outDir = readPlace(profile, root, texts) ?? ''
    const end = join(profile.path, ...folders)
    if (!targets.some((target) => outDir === `${target}/${end}`)) return []
    return inFolder(profile.folder, folders, (open) => findVacantTexts(open, outDir, outDirs)) ?? []
  })
}

/** What is known to be looked for in OUT_DIR when something runs. */
interface Seen {
  /** with the paths of OUT_DIRs that it knows */
  readonly texts: string[]
  readonly packages: Set<string>
}

function whyNotCompiled(
  unit: Unit,
  former: FormerPaths,
  seen: Seen,
  allowance: Allowance,
): string | null {
  const fate = judgeUnit(unit, former)
  if (fate.kind === 'keep') return null
  if (fate.kind === 'drop') return fate.why
  const search = {
    paths: [...former.targets, ...former.workspaces],
    living: former.living,
    inputs: unit.depInfo?.inputs ?? [],
  }
  const bounds = { done: new Set<number>(), allowance: allowance.artefacts }
  for (const place of unit.files.artefacts) {
    const verdict: Verdict = inspectPlace(unit.profile, place, search, bounds)
    if (verdict.kind === 'unseen') continue
    if (verdict.kind === 'unreadable') return `${place.name} cannot be judged: ${verdict.why}`
    seen.texts.push(verdict.text)
    return `${place.name} holds a former path`
  }
  return null
}

function whyNotRun(
  unit: Unit,
  former: FormerPaths,
  known: {
    seen: Seen
    included: ReadonlySet<string>
    allowance: Allowance
    /** gets what must go where the rest stays, relative to the target directory */
    caches: string[]
  },
): string | null {
  const { run, label } = unit.files
  if (run === null) return null
  const { seen, included, allowance, caches } = known
  const told = judgeRun(
    {
      fingerprint: unit.fingerprint,
      output: readPlace(unit.profile, run.output, allowance.texts),
      outDir: readPlace(unit.profile, run.root, allowance.texts),
    },
    former,
  )
  if (told !== null) return told
  const paths = [...former.targets, ...former.workspaces]
  const isSeen =
    seen.packages.has(packageOf(label)) ||
    seen.texts.some((text) => text.includes(`/build/${label}/out`))
  // What nobody includes and nobody finds when it runs (a C library's build, mostly) may say what it will.
  // Nor does anybody look for what CMake notes where it builds: what is of use it installs elsewhere.
  const pathsFor = (file: string, isCMakes: boolean): readonly string[] =>
    (isSeen && !isCMakes) || included.has(`${label}/${file}`) ? paths : former.workspaces
  const living = [...former.living, ...former.targets]
  return searchPlace(unit.profile, run.folders, {
    paths,
    living,
    inputs: [],
    pathsFor,
    allowance: allowance.outDirs,
    onCache: (file) => caches.push(join(unit.profile.path, ...run.folders, file)),
  })
}
