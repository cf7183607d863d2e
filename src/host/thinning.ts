import { closeSync, lstatSync, readdirSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { at, openFolder } from './folders.ts'
import { rm } from './rm.ts'

/** A profile's folder has a handful of names; more were not made by Cargo, and are left to the end. */
const NAMES_AT_MOST = 1000

/**
 * Removes the largest of Cargo's folders and the rest of each profile at the same time, by two rm: what
 * takes time is the kernel's work for each file. What stays, for whatever reason, is for the rm of the
 * whole tree, which tells it.
 */
export async function thinOut(folder: number): Promise<void> {
  let profiles: number[] = []
  try {
    profiles = openProfiles(folder)
    for (const profile of profiles) await empty(profile, folder)
  } catch (error) {
    if (!isPassing(error)) throw error
  } finally {
    for (const profile of profiles) closeSync(profile)
  }
}

/** @param folder what it lies in, whose lock each rm holds */
async function empty(profile: number, folder: number): Promise<void> {
  try {
    const names = readdirSync(at(profile, '.'))
    const others = names.filter((name) => name !== DEPS).slice(0, NAMES_AT_MOST)
    const parts = [[DEPS], others].filter((part) => part.length > 0)
    await Promise.all(
      parts.map((part) =>
        rm(
          part.map((name) => `/proc/self/fd/4/${name}`),
          [folder, profile],
        ),
      ),
    )
  } catch (error) {
    if (!isPassing(error)) throw error
  }
}

/** Another process is at it, too, or this user may not search it: rm will say so in its own words. */
function isPassing(error: unknown): boolean {
  return ['ENOENT', 'EACCES'].includes(errnoOf(error))
}

const DEPS = 'deps'

/** `<profile>/` and `<triple>/<profile>/`, without following any link. @throws where it cannot be listed */
function openProfiles(folder: number, depth = 1): number[] {
  return readdirSync(at(folder, '.'), { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return []
    let inside: number | null = null
    let found: number[] = []
    try {
      inside = openFolder(at(folder, entry.name))
      const deps = lstatSync(at(inside, DEPS), { throwIfNoEntry: false })
      if (deps?.isDirectory() === true) found = [inside]
      else if (depth < 2) found = openProfiles(inside, depth + 1)
    } catch {
      // Replaced, gone, or not to be read or searched: it is left to the rm of the whole tree.
    } finally {
      if (inside !== null && !found.includes(inside)) closeSync(inside)
    }
    return found
  })
}
