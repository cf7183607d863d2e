import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { joinDepInfo, parseDepInfo, parseRerunIfChanged } from '../plan/dep-info.ts'
import { packageOf } from '../plan/former-out-dirs.ts'
import { messageOf } from '../plan/guard-error.ts'
import { allUnitsOf, isDocumentation } from '../plan/unit-files.ts'
import type { Place, UnitFiles } from '../plan/unit-files.ts'
import { at } from './folders.ts'
import { withProfiles } from './profiles.ts'
import type { Profile } from './profiles.ts'
import { inFolder, listingOf, readPlace } from './unit-places.ts'

/** One thing that Cargo built or ran, and what it says of its inputs. */
export interface Unit {
  /** of documentation Cargo compares the files of the whole package, as of runs that name no input */
  kind: 'compiled' | 'run' | 'documented'
  /** the folder with its fingerprint, relative to the target directory: without it, it is built again */
  fingerprint: string
  packageName: string
  /** when it began, by its own mark; null where that is missing, so nothing is known */
  startedNs: bigint | null
  /** as they were written: absolute, or relative to the workspace’s (run: the package’s) root */
  inputs: readonly string[]
  /** whether these are all */
  isWhole: boolean
  /** where the target directory lay when it was built; '' where it does not tell */
  builtIn: string
}

export interface Units {
  units: readonly Unit[]
  /** why some may be missing */
  gaps: readonly string[]
}

const TEXTS_AT_MOST = 1024 ** 3

/** Reads what all units in a target directory name as their inputs. */
export function readUnits(target: string): Units {
  const allowance = { bytes: TEXTS_AT_MOST }
  const units: Unit[] = []
  try {
    withProfiles(target, (profiles) => {
      for (const profile of profiles) {
        const found = allUnitsOf(listingOf(profile))
        units.push(...found.map((files) => unitOf(profile, files, allowance)))
      }
    })
    return { units, gaps: [] }
  } catch (error) {
    return { units, gaps: [`the units in ${target}: ${messageOf(error)}`] }
  }
}

function unitOf(profile: Profile, files: UnitFiles, allowance: { bytes: number }): Unit {
  const read = (place: Place): string | null => {
    const text = readPlace(profile, place, allowance)
    return text === null ? null : Buffer.from(text, 'latin1').toString('utf8')
  }
  const { label, name, fingerprint, run } = files
  const unit = {
    fingerprint: join(profile.path, ...fingerprint),
    packageName: packageOf(label),
    startedNs: startOf(profile, run === null ? fingerprint : run.output.folders),
  }
  if (isDocumentation(name)) {
    return { ...unit, kind: 'documented', inputs: [], isWhole: true, builtIn: '' }
  }
  if (run !== null) {
    const output = read(run.output)
    const inputs = output === null ? null : parseRerunIfChanged(output)
    const isWhole = Array.isArray(inputs)
    const builtIn = withoutEnd(read(run.root) ?? '', join(profile.path, ...run.folders))
    return { ...unit, kind: 'run', inputs: isWhole ? inputs : [], isWhole, builtIn }
  }
  const texts = files.depInfos.map(read)
  const parts = texts.filter((text) => text !== null).map(parseDepInfo)
  const { inputs, output, problem } = joinDepInfo(parts)
  const isWhole = texts.length > 0 && parts.length === texts.length && problem === null
  const [place] = files.depInfos
  const end = place === undefined ? '' : join(profile.path, ...place.folders, place.name)
  return { ...unit, kind: 'compiled', inputs, isWhole, builtIn: withoutEnd(output, end) }
}

/**
 * When a unit began, nanoseconds since the epoch; null where that is missing. Cargo touches a file of its
 * own right before it starts one, and compares the inputs' mtimes with it.
 *
 * @param folders those of its fingerprint, or of what a run has printed
 */
export function startOf({ folder }: Profile, folders: readonly string[]): bigint | null {
  return inFolder(folder, folders, (last) => {
    const stat = lstatSync(at(last, 'invoked.timestamp'), { bigint: true, throwIfNoEntry: false })
    return stat?.mtimeNs ?? null
  })
}

/** `/former/target` of `/former/target/debug/deps/x.d` and `debug/deps/x.d`; '' where it ends otherwise. */
function withoutEnd(path: string, end: string): string {
  return path.endsWith(`/${end}`) ? path.slice(0, -end.length - 1) : ''
}
