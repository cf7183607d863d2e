import { join } from 'node:path'
import { isOfCheck } from '../plan/dep-info.ts'
import { bytesOf } from '../plan/former-paths.ts'
import { targetsNamed, withTarget } from '../plan/make-rules.ts'
import { runsOf } from '../plan/unit-files.ts'
import type { UnitFiles } from '../plan/unit-files.ts'
import { dropFingerprint } from '../host/fingerprints.ts'
import { moveOut, movingTo } from '../host/folders.ts'
import { editTexts, someForMake, writeTexts } from '../host/make-files.ts'
import type { Allowance } from '../host/out-dir.ts'
import { withProfiles } from '../host/profiles.ts'
import type { Profile } from '../host/profiles.ts'
import { inFolder, listingOf, readPlace } from '../host/unit-places.ts'

/** From where what is for make comes, and to where; all paths are absolute. */
export interface RuleMove {
  /** at which it lies now */
  readonly place: string
  /** at which builds will see it */
  readonly target: string
  /** other paths at which they will: what names one of these is not touched */
  readonly aliases: readonly string[]
  /** at which it was built, where each is a former name of what `target` names now */
  readonly former: readonly string[]
}

/** What became of the build scripts that left a former path for make. */
export interface MovedRules {
  /** `debug/app-0123456789abcdef run-build-script-build-script-build`: names the present path */
  readonly moved: string[]
  /** run again, in an empty OUT_DIR */
  readonly forgotten: string[]
}

interface ScriptRun {
  readonly profile: Profile
  readonly files: UnitFiles
  readonly folders: readonly string[]
  /** where it was when it ran */
  readonly base: string
}

const TEXTS_AT_MOST = 1024 ** 3
const ENTRIES_AT_MOST = 200_000

/** They are held until all are known to be fit. */
const TEXTS_OF_RUN_AT_MOST = 256 * 1024 * 1024

/**
 * Has what build scripts left for make name where it lies now. make goes by names: to it rules with a
 * former path are of other files, so that a header which changes later would make it compile nothing; and
 * what was configured once is installed where it was to be then, into another slot. That a link leads
 * here does not help. Where it cannot be done for certain, Cargo runs the script again, in an empty OUT_DIR.
 *
 * @param aside absolute path of a folder, where what such a script made goes
 */
export function moveRules(move: RuleMove, aside: string): MovedRules {
  const out = movingTo(aside, 'rules-')
  const allowance = { bytes: TEXTS_AT_MOST, entries: ENTRIES_AT_MOST }
  const done: MovedRules = { moved: [], forgotten: [] }
  withProfiles(move.place, (profiles) => {
    for (const run of profiles.flatMap((profile) => runsIn(profile, allowance))) {
      const { profile, files, folders } = run
      const fate = inFolder(profile.folder, folders, (open) => settle(open, run, move, allowance))
      if (fate === null || fate === 'stays') continue
      done[fate].push(`${profile.path}/${files.label} ${files.name}`)
      if (fate === 'moved') continue
      dropFingerprint(move.place, join(profile.path, ...files.fingerprint))
      moveOut(move.place, join(profile.path, ...folders), out)
    }
  })
  return done
}

function runsIn(profile: Profile, allowance: Allowance): ScriptRun[] {
  return runsOf(listingOf(profile)).flatMap((files) => {
    if (files.run === null) return []
    const { root, folders } = files.run
    const end = `/${join(profile.path, ...folders)}`
    const outDir = readPlace(profile, root, allowance) ?? ''
    const base = outDir.endsWith(end) ? outDir.slice(0, -end.length) : ''
    // Where it does not tell, Cargo finds nothing in it, either.
    return base === '' ? [] : [{ profile, files, folders, base }]
  })
}

function settle(
  folder: number,
  { profile, base }: ScriptRun,
  { target, aliases, former }: RuleMove,
  allowance: Allowance,
): keyof MovedRules | 'stays' {
  const living = new Set([target, ...aliases].map(bytesOf))
  const isElsewhere = (path: string): boolean => !living.has(path)
  const known = [...new Set([base, ...former.map(bytesOf)])].filter(isElsewhere)
  const others = (text: string): string[] =>
    [...targetsNamed(text, profile.path)].filter(isElsewhere)
  const isDisplaced = (text: string): boolean =>
    !isOfCheck(text) && (known.some((path) => text.includes(`${path}/`)) || others(text).length > 0)
  if (!someForMake(folder, isDisplaced, allowance)) return 'stays'
  const own = { bytes: TEXTS_OF_RUN_AT_MOST, entries: ENTRIES_AT_MOST }
  const edits = editTexts(folder, own, (text, isForMake) => {
    if (isForMake && others(text).some((path) => !known.includes(path))) return null
    return withTarget(text, { former: known, target: bytesOf(target), isStrict: isForMake })
  })
  if (edits === null) return 'forgotten'
  try {
    writeTexts(folder, edits)
    return 'moved'
  } catch {
    // In a folder where nobody may write. It is moved out as a whole.
    return 'forgotten'
  }
}
