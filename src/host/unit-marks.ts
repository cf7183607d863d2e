import { closeSync, lstatSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { hashOf, hashesIn, isUnit } from '../plan/unused-units.ts'
import { ARTEFACTS } from './unit-weights.ts'
import { setAccessTimes } from './file-times.ts'
import { at, inside, movingTo, openFolder } from './folders.ts'
import { withProfiles } from './profiles.ts'
import type { Profile } from './profiles.ts'

/**
 * Which units a build uses: Cargo reads the fingerprint of each. Before the build the time of their
 * last access is set back; what has a later one afterwards was used. Not so on a disk that keeps no
 * such times (noatime), which shows at once.
 */

/** Seconds since the epoch: no file is read at that time. */
const MARK_S = 1
const MARK_NS = 1_000_000_000n

/** A unit, and the files that Cargo reads to tell whether it is fresh. */
interface Fingerprint {
  /** `debug/serde-0123456789abcdef` */
  unit: string
  /** relative to the target dir */
  files: string[]
}

/**
 * Marks all units of a target dir. Who still builds in it has those counted as used.
 *
 * @param target absolute path
 * @returns false where this user may not, or there is no perl to do it
 * @throws Error where they cannot be marked, as on a full disk
 */
export async function markUnits(target: string): Promise<boolean> {
  const files = fingerprintsIn(target).flatMap((each) => each.files)
  if (files.length === 0) return true
  const folder = openFolder(target)
  try {
    return await setAccessTimes(folder, files, MARK_S)
  } finally {
    closeSync(folder)
  }
}

/**
 * Whether a disk tells when a file was read (not so with noatime), by a file made for that: a unit whose
 * file was read would count as used.
 *
 * @param folder one of our own there
 */
export function keepsAccessTimes(folder: string): boolean {
  const trial = `${folder}/trial`
  writeFileSync(trial, 'read', { flag: 'wx' })
  utimesSync(trial, MARK_S, MARK_S)
  readFileSync(trial)
  return lstatSync(trial, { bigint: true }).atimeNs !== MARK_NS
}

/** Of so many units in each profile: who copies a slot, or backs it up, reads them all. */
const SAMPLE = 8

/**
 * Whether a target dir is marked, as far as some of its units tell. A mark says that nobody has read that
 * unit since, whoever made it and when: where others lack theirs, these count as used.
 */
export function looksMarked(target: string): boolean {
  return withProfiles(target, (profiles) =>
    profiles.every(({ path, folder }) => {
      const marked = inside(folder, '.fingerprint', (last) => {
        const labels = readdirSync(at(last, '.')).filter((label) => isUnit(`${path}/${label}`))
        return labels.slice(0, SAMPLE).every((label) => inside(last, label, isUnread) ?? true)
      })
      return marked ?? true
    }),
  )
}

function isUnread(fingerprint: number): boolean {
  return readdirSync(at(fingerprint, '.'))
    .filter(isMarkable)
    .every((name) => lstatSync(at(fingerprint, name), { bigint: true }).atimeNs === MARK_NS)
}

/** All units, and those that were used since they were marked. */
export function readMarks(target: string): { all: string[]; used: Set<string> } {
  const found = fingerprintsIn(target)
  const used = found.filter(({ files }) =>
    files.some((file) => {
      const stat = lstatSync(`${target}/${file}`, { bigint: true, throwIfNoEntry: false })
      return stat !== undefined && stat.atimeNs !== MARK_NS
    }),
  )
  return { all: found.map(({ unit }) => unit), used: new Set(used.map(({ unit }) => unit)) }
}

/** Moves all that belongs to units out of a target dir, into a folder that has no numbers for names. */
export function moveUnitsOut(target: string, units: readonly string[], to: string): void {
  const out = movingTo(to, '')
  withProfiles(target, (profiles) => {
    for (const profile of profiles) {
      const labels = units
        .filter((unit) => unit.slice(0, unit.lastIndexOf('/')) === profile.path)
        .map((unit) => unit.slice(unit.lastIndexOf('/') + 1))
      if (labels.length > 0) moveOutOf(profile, labels, out)
    }
  })
}

function moveOutOf(
  { folder }: Profile,
  labels: readonly string[],
  out: (folder: number, name: string) => void,
): void {
  const hashes = new Set(labels.map((label) => hashOf(label)))
  // The fingerprint first: without it Cargo does not look for the rest.
  for (const name of ['.fingerprint', 'build']) {
    inside(folder, name, (last) => {
      for (const each of readdirSync(at(last, '.'))) if (labels.includes(each)) out(last, each)
    })
  }
  const inodes = new Set<bigint>()
  for (const name of ARTEFACTS) {
    inside(folder, name, (last) => {
      for (const file of readdirSync(at(last, '.'))) {
        if (!hashesIn(file).some((hash) => hashes.has(hash))) continue
        const { ino, nlink } = lstatSync(at(last, file), { bigint: true })
        if (nlink > 1n) inodes.add(ino)
        out(last, file)
      }
    })
  }
  // Where people find it Cargo has given a program, or a library, another name: who runs it afterwards
  // would run what no build makes any more.
  if (inodes.size === 0) return
  for (const name of ['.', 'examples']) {
    inside(folder, name, (last) => {
      for (const file of readdirSync(at(last, '.'), { withFileTypes: true })) {
        if (!file.isFile()) continue
        const { ino } = lstatSync(at(last, file.name), { bigint: true })
        if (inodes.has(ino)) out(last, file.name)
      }
    })
  }
}

/** The other files are read by who looks for what a unit was made of, or by nobody. */
function isMarkable(name: string): boolean {
  return !/^(dep|output)-|\.json$|^invoked\./.test(name)
}

function fingerprintsIn(target: string): Fingerprint[] {
  return withProfiles(target, (profiles) =>
    profiles.flatMap(({ path, folder }) => {
      const labels = inside(folder, '.fingerprint', (last) => readdirSync(at(last, '.'))) ?? []
      return labels.flatMap((label) => {
        const unit = `${path}/${label}`
        const names = inside(folder, `.fingerprint/${label}`, (last) => readdirSync(at(last, '.')))
        if (names === null || !isUnit(unit)) return []
        const files = names.filter(isMarkable)
        const base = `${path}/.fingerprint/${label}`
        return files.length === 0 ? [] : [{ unit, files: files.map((name) => `${base}/${name}`) }]
      })
    }),
  )
}
