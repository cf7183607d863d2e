import { lstatSync, readdirSync } from 'node:fs'
import { staleStates } from '../plan/incremental.ts'
import { crateOf, unitsOf } from '../plan/unit-files.ts'
import { at, inside, movingTo } from './folders.ts'
import { withProfiles } from './profiles.ts'
import type { Profile } from './profiles.ts'
import { listingOf } from './unit-places.ts'
import { startOf } from './units.ts'

/**
 * Moves what incremental compilation has kept of units that are gone out of a target dir.
 *
 * @param to a folder, in which nothing is called `state-…`
 * @throws Error where one of them cannot be moved
 */
export function moveStatesOut(target: string, to: string): void {
  const out = movingTo(to, 'state-')
  withProfiles(target, (profiles) => {
    for (const profile of profiles) {
      inside(profile.folder, 'incremental', (states) => {
        for (const name of staleIn(profile, states)) out(states, name)
      })
    }
  })
}

function staleIn(profile: Profile, states: number): string[] {
  const units = unitsOf(listingOf(profile)).filter(({ run }) => run === null)
  // Not Cargo’s, or nobody can tell.
  if (units.length === 0) return []
  const found = readdirSync(at(states, '.'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name,
      mtimeNs: lstatSync(at(states, name), { bigint: true }).mtimeNs,
    }))
  const crates = units.map(({ name, fingerprint }) => ({
    crate: crateOf(name),
    startedNs: startOf(profile, fingerprint),
  }))
  return staleStates(found, crates)
}
