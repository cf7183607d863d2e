import { readdirSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import type { Lease } from '../plan/lease.ts'
import { runnerPrefix } from '../plan/naming.ts'
import { readLeases } from './leases.ts'
import type { Root } from './root.ts'

/**
 * Whether another slot that is in use may hold a build of the same checkout: the same runner's, of the
 * same repository. A job may have several.
 */
export function hasOtherBuild(root: Root, own: Lease): boolean {
  const { records } = readLeases(root, runnerPrefix(own.owner.runner.key), Date.now())
  return records.some(({ id, lease, state }) => {
    if (state !== 'live' || id === own.id) return false
    // Nobody knows of what it is.
    if (lease === null) return true
    return lease.repository === own.repository && holdsSomething(`${root.realPath}/${lease.slot}`)
  })
}

/** Where nobody may look, something may be. */
function holdsSomething(slot: string): boolean {
  try {
    return readdirSync(slot).length > 0
  } catch (error) {
    return errnoOf(error) !== 'ENOENT'
  }
}
