import { lstatSync, readdirSync } from 'node:fs'
import { staleStates } from '../plan/incremental.ts'
import { allUnitsOf, crateOf, isDocumentation } from '../plan/unit-files.ts'
import { at, inside, movingTo } from './folders.ts'
import { withProfiles } from './profiles.ts'
import { listingOf } from './unit-places.ts'

/**
 * Moves what incremental compilation has kept of units that are gone out of a target dir.
 *
 * @param to a folder, in which nothing is called `state-…`
 * @throws as the file system does
 */
export function moveStatesOut(target: string, to: string): void {
  const out = movingTo(to, 'state-')
  withProfiles(target, (profiles) => {
    for (const profile of profiles) {
      inside(profile.folder, 'incremental', (states) => {
        const entries = readdirSync(at(states, '.'), { withFileTypes: true })
        const found = entries
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => ({ name, mtimeNs: mtimeOf(at(states, name)) }))
        const units = allUnitsOf(listingOf(profile)).filter(
          ({ name, run }) => run === null && !isDocumentation(name),
        )
        const crates = units.map(({ name }) => crateOf(name))
        for (const name of staleStates(found, crates)) out(states, name)
      })
    }
  })
}

function mtimeOf(path: string): bigint {
  return lstatSync(path, { bigint: true }).mtimeNs
}
