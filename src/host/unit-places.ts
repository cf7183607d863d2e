import { readdirSync } from 'node:fs'
import type { Reader } from '../plan/archive.ts'
import { inspectArtefact } from '../plan/artefact.ts'
import type { Search, Verdict } from '../plan/artefact.ts'
import { errnoOf } from '../plan/guard-error.ts'
import type { Listing, Place } from '../plan/unit-files.ts'
import { at, isDiverted, within } from './folders.ts'
import { searchOutDir } from './out-dir.ts'
import type { OutSearch } from './out-dir.ts'
import { readBytes, withPlainFile } from './plain-file.ts'
import type { Profile } from './profiles.ts'

/** What Cargo and rustc write beside a unit is far smaller. */
const TEXT_AT_MOST = 16 * 1024 * 1024

/** A folder with more names was not filled by Cargo. */
const NAMES_AT_MOST = 1_000_000

/** Lists the folders of a profile; one that is not there, or is something else, is empty. */
export function listingOf({ folder }: Profile): Listing {
  return (folders) => {
    const names = inFolder(folder, folders, (last) => readdirSync(at(last, '.'))) ?? []
    if (names.length > NAMES_AT_MOST) throw new Error('it holds too many files')
    return names
  }
}

/**
 * The bytes of a file as text (latin1); null where there is none that can be read.
 *
 * @throws Error where all these files together are larger than any that Cargo writes
 */
export function readPlace(
  { folder }: Profile,
  place: Place,
  allowance: { bytes: number },
): string | null {
  const read = (last: number): string | null => readBytes(at(last, place.name), TEXT_AT_MOST)
  const text = inFolder(folder, place.folders, read)
  allowance.bytes -= text?.length ?? 0
  if (allowance.bytes < 0) throw new Error('it holds too much dep-info')
  return text
}

/** Inspects an artefact; what is no file of its own, or was inspected already, has nothing to show. */
export function inspectPlace(
  { folder }: Profile,
  place: Place,
  search: Search,
  bounds: { done: Set<number>; allowance: { bytes: number } },
): Verdict {
  const { done, allowance } = bounds
  const verdict = inFolder(folder, place.folders, (last) =>
    withPlainFile(at(last, place.name), ({ size, inode, read }) => {
      if (done.has(inode)) return null
      done.add(inode)
      // A sparse file may claim any size. Without a byte more, nothing can be judged.
      const counted: Reader = (from, length) => {
        if (allowance.bytes <= 0) return Buffer.alloc(0)
        const bytes = read(from, length)
        allowance.bytes -= bytes.length
        return bytes
      }
      return inspectArtefact(counted, size, search)
    }),
  )
  return verdict ?? { kind: 'unseen' }
}

/** Searches the OUT_DIR of a build script's run; see searchOutDir. */
export function searchPlace(
  { folder }: Profile,
  folders: readonly string[],
  search: OutSearch,
): string | null {
  return inFolder(folder, folders, (last) => searchOutDir(last, search))
}

/** Works in a folder of a profile; null where there is none, or only through a link. */
export function inFolder<Value>(
  base: number,
  folders: readonly string[],
  work: (folder: number) => Value,
): Value | null {
  try {
    return within(at(base, '.'), folders, work)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isDiverted(error)) return null
    throw error
  }
}
