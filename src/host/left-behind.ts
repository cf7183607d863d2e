import { lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { isCargoLock, isRunProfile } from '../plan/clone.ts'
import { hasUnitId } from '../plan/unit-files.ts'
import { at, inside, movingTo, within } from './folders.ts'
import { INNER, withProfiles } from './profiles.ts'

/** What stays behind beside Cargo’s lock files. */
export interface LeftBehind {
  /** the state of incremental compilation */
  skipIncremental: boolean
  /** what tests, instrumented programs and `cargo package` left, as where it is cloned */
  skipScratch: boolean
}

/**
 * Takes out of a target dir that was handed down what is of no use to its new job.
 *
 * @param target absolute path
 * @param aside absolute path of an empty folder, where what is large goes
 * @throws Error where the target dir is not as Cargo makes one
 */
export function leaveBehind(
  target: string,
  aside: string,
  { skipIncremental, skipScratch }: LeftBehind,
): void {
  const out = movingTo(aside, 'left-')
  const above = new Set(['.'])
  withProfiles(target, (profiles) => {
    if (skipScratch) for (const { folder } of profiles) leaveRunProfiles(folder, out)
    for (const { folder, path } of profiles) {
      if (path.includes('/')) above.add(dirname(path))
      for (const name of readdirSync(at(folder, '.'))) {
        if (isCargoLock(name)) unlinkSync(at(folder, name))
        else if (name === 'incremental' && skipIncremental) out(folder, name)
      }
    }
  })
  if (!skipScratch) return
  within(target, [], (folder) => {
    for (const path of above) {
      inside(folder, path, (each) => {
        emptyScratch(each, out)
        leaveRunProfiles(each, out)
      })
    }
  })
}

/** Those that lie here, and in folders that are none of Cargo’s. */
function leaveRunProfiles(folder: number, out: Out, isTop = true): void {
  for (const entry of readdirSync(at(folder, '.'), { withFileTypes: true })) {
    const { name } = entry
    if (entry.isFile() && isRunProfile(name)) out(folder, name)
    if (!isTop || !entry.isDirectory() || INNER.has(name)) continue
    inside(folder, name, (each) => leaveRunProfiles(each, out, false))
  }
}

type Out = (folder: number, name: string) => void

/** Tests find their folder (`CARGO_TARGET_TMPDIR`) empty, and still their user’s. */
function emptyScratch(folder: number, out: Out): void {
  inside(folder, 'tmp', (scratch) => {
    for (const name of readdirSync(at(scratch, '.'))) out(scratch, name)
  })
  if (inside(folder, 'package', () => true) === true) out(folder, 'package')
}

/**
 * Takes the programs and libraries away that Cargo has put where people find them, by another name of
 * what lies in `deps` and `examples`: it puts those there again that it builds or finds fresh, and one
 * that no build makes any more is not run by mistake. What build scripts copied there stays: they are
 * not run again.
 *
 * @param target absolute path
 * @throws Error where the target dir is not as Cargo makes one
 */
export function dropPrograms(target: string): void {
  withProfiles(target, (profiles) => {
    for (const { folder } of profiles) {
      dropLinkedIn(folder)
      inside(folder, 'examples', dropLinkedIn)
    }
  })
}

function dropLinkedIn(folder: number): void {
  for (const entry of readdirSync(at(folder, '.'), { withFileTypes: true })) {
    if (!entry.isFile() || hasUnitId(entry.name)) continue
    const stat = lstatSync(at(folder, entry.name), { throwIfNoEntry: false })
    if (stat !== undefined && stat.nlink > 1) unlinkSync(at(folder, entry.name))
  }
}

/** Whether Cargo has built in a target dir since it was left without lock files: it makes them first. */
export function hasBeenBuiltIn(target: string): boolean {
  return withProfiles(target, (profiles) =>
    profiles.some(({ folder }) => readdirSync(at(folder, '.')).some(isCargoLock)),
  )
}
