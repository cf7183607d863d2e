import { readdirSync } from 'node:fs'
import { hasUnitId } from '../plan/unit-files.ts'
import { at, movingTo, within } from './folders.ts'
import { withProfiles } from './profiles.ts'

/** What Cargo has in a target directory and in a profile’s, and judges before it uses it. */
const OF_TARGET = new Set(['.rustc_info.json', 'CACHEDIR.TAG'])
const OF_PROFILE = new Set(['.fingerprint', 'build', 'deps', 'examples', 'incremental'])

/**
 * Takes out of a target directory what Cargo would not judge before somebody uses it: programs at the
 * names that people know, which Cargo puts there again when it has built them or found them fresh,
 * and whatever scripts and other tools have left.
 *
 * @param target absolute path
 * @param aside absolute path of a folder, in which nothing is called `foreign-…`, where it goes
 * @throws Error where the target dir is not as Cargo makes one
 */
export function leaveUnjudged(target: string, aside: string): void {
  const profiles = new Set(withProfiles(target, (found) => found.map(({ path }) => path)))
  const folders = new Set(['', ...[...profiles].flatMap(withFoldersAbove)])
  const out = movingTo(aside, 'foreign-')
  const sift = (path: string, isKept: (name: string) => boolean): void => {
    within(target, path === '' ? [] : path.split('/'), (folder) => {
      for (const name of readdirSync(at(folder, '.'))) if (!isKept(name)) out(folder, name)
    })
  }
  for (const path of folders) {
    sift(path, (name) => {
      if (folders.has(path === '' ? name : `${path}/${name}`)) return true
      return (path === '' && OF_TARGET.has(name)) || (profiles.has(path) && OF_PROFILE.has(name))
    })
  }
  for (const path of profiles) {
    const examples = path === '' ? 'examples' : `${path}/examples`
    if (hasFolder(target, path, 'examples')) sift(examples, hasUnitId)
  }
}

function hasFolder(target: string, path: string, name: string): boolean {
  return within(target, path === '' ? [] : path.split('/'), (folder) =>
    readdirSync(at(folder, '.'), { withFileTypes: true }).some(
      (entry) => entry.name === name && entry.isDirectory(),
    ),
  )
}

/** `a/b` and `a`. */
function withFoldersAbove(path: string): string[] {
  const parts = path === '' ? [] : path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
