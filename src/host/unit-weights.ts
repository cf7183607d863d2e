import { readdirSync } from 'node:fs'
import { hashesIn, hashOf, isUnit } from '../plan/unused-units.ts'
import { at, inside } from './folders.ts'
import { withProfiles } from './profiles.ts'
import type { Profile } from './profiles.ts'
import { measureNested } from './sizes.ts'

/** Where the artefacts of units lie in a profile, a file each, named after their hash. */
export const ARTEFACTS = ['deps', 'examples']

/**
 * What each unit of a target dir takes: its artefacts, and what its build script has written.
 *
 * @param target absolute path that other programs can use, too
 * @returns allocated bytes by unit; null where not all of it could be measured in time
 */
export async function weighUnits(
  target: string,
  waitMs: number,
): Promise<Map<string, number> | null> {
  const owners = withProfiles(
    target,
    (profiles) => new Map(profiles.flatMap((profile) => placesOf(profile, target))),
  )
  const measured = await measureNested([...owners.keys()], waitMs)
  const weights = new Map<string, number>()
  for (const [place, unit] of owners) {
    const bytes = measured.get(place)?.bytes
    if (bytes === undefined) return null
    weights.set(unit, (weights.get(unit) ?? 0) + bytes)
  }
  return weights
}

/** What belongs to the units of a profile, with whose it is. */
function placesOf({ path, folder }: Profile, target: string): [string, string][] {
  const namesIn = (name: string): string[] =>
    inside(folder, name, (last) => readdirSync(at(last, '.'))) ?? []
  const labels = namesIn('.fingerprint').filter((label) => isUnit(`${path}/${label}`))
  const byHash = new Map(labels.map((label) => [hashOf(label) ?? '', `${path}/${label}`]))
  const places: [string, string][] = []
  for (const name of ['build', ...ARTEFACTS]) {
    for (const each of namesIn(name)) {
      const unit = hashesIn(each).flatMap((hash) => byHash.get(hash) ?? [])[0]
      if (unit !== undefined) places.push([`${target}/${path}/${name}/${each}`, unit])
    }
  }
  return places
}
