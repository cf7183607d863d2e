import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isOfCheck } from '../plan/dep-info.ts'
import { runsOf } from '../plan/unit-files.ts'
import type { UnitFiles } from '../plan/unit-files.ts'
import { dropFingerprint } from '../host/fingerprints.ts'
import { at, moveOut, movingTo } from '../host/folders.ts'
import { readBytes } from '../host/plain-file.ts'
import { enter, withProfiles } from '../host/profiles.ts'
import type { Profile } from '../host/profiles.ts'
import { inFolder, listingOf, readPlace } from '../host/unit-places.ts'

/** A build script’s run that has to begin anew. */
interface DisplacedRun {
  profile: string
  files: UnitFiles
  folders: readonly string[]
}

const TEXTS_AT_MOST = 1024 ** 3
const RULE_AT_MOST = 16 * 1024 * 1024
const DEPTH_AT_MOST = 64
const ENTRIES_AT_MOST = 200_000

/** Rules for make that a compiler wrote: gcc and clang, automake, kbuild. */
const RULES = /\.(?:d|deps?|P|Po|Plo)$|^\..*\.cmd$/

/** Where CMake or Cargo build: both get along with being moved. */
const MOVABLE = new Set(['CMakeCache.txt', '.rustc_info.json'])

/**
 * Has Cargo run those build scripts again, in an empty OUT_DIR, that left rules for make with the path
 * of a former target directory. make goes by names: to it these rules are of other files, so that
 * a header which changes later would make it compile nothing. That a link leads here does not help.
 *
 * @param place absolute path at which it lies
 * @param target absolute path at which builds will see it
 * @param aside absolute path of a folder, where what they made goes
 * @returns `debug/app-0123456789abcdef run-build-script-build-script-build`, of each
 */
export function forgetRules(place: string, target: string, aside: string): string[] {
  const out = movingTo(aside, 'rules-')
  const allowance = { bytes: TEXTS_AT_MOST, entries: ENTRIES_AT_MOST }
  const displaced = withProfiles(place, (profiles) =>
    profiles.flatMap((profile) => displacedIn(profile, target, allowance)),
  )
  return displaced.map(({ profile, files, folders }) => {
    dropFingerprint(place, join(profile, ...files.fingerprint))
    moveOut(place, join(profile, ...folders), out)
    return `${profile}/${files.label} ${files.name}`
  })
}

interface Allowance {
  bytes: number
  entries: number
}

function displacedIn(profile: Profile, target: string, allowance: Allowance): DisplacedRun[] {
  return runsOf(listingOf(profile)).flatMap((files) => {
    if (files.run === null) return []
    const { root, folders } = files.run
    const former = readPlace(profile, root, allowance) ?? ''
    const end = `/${join(profile.path, ...folders)}`
    const base = former.endsWith(end) ? former.slice(0, -end.length) : ''
    // Where it does not tell, Cargo finds nothing in it, either.
    if (base === '' || base === Buffer.from(target, 'utf8').toString('latin1')) return []
    const isDisplaced = inFolder(profile.folder, folders, (folder) =>
      hasRule(folder, `${base}/`, allowance, 0),
    )
    return isDisplaced === true ? [{ profile: profile.path, files, folders }] : []
  })
}

/** Whether a file of rules in a folder, or below it, names a path that begins so. */
function hasRule(folder: number, start: string, allowance: Allowance, depth: number): boolean {
  const entries = readdirSync(at(folder, '.'), { withFileTypes: true })
  allowance.entries -= entries.length
  // What cannot be searched may hold one.
  if (depth > DEPTH_AT_MOST || allowance.entries < 0) return true
  if (entries.some(({ name }) => MOVABLE.has(name))) return false
  return entries.some((entry) => {
    const { name } = entry
    if (entry.isDirectory()) {
      return enter(folder, name, (next) => hasRule(next, start, allowance, depth + 1)) === true
    }
    if (!entry.isFile() || !RULES.test(name)) return false
    const text = readBytes(at(folder, name), RULE_AT_MOST)
    allowance.bytes -= text?.length ?? 0
    if (text === null || allowance.bytes < 0) return true
    return text.includes(start) && !isOfCheck(text)
  })
}
