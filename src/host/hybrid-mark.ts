import { arePrograms } from '../plan/uplifted-program.ts'
import type { LinkedFile } from '../plan/linked-file.ts'
import { controlName, controlPath } from './root.ts'
import type { Root } from './root.ts'
import { readSmallFile, replaceFile } from './small-file.ts'

/** Notes that a build wrote into its source through a clone; a person who has read one may remove it. */
const NAMES = { all: 'hybrid-off.json', programs: 'programs-off.json' } as const

/** What is out of use. */
export type OutOfUse = keyof typeof NAMES

/** Why no clone of this root may share files by hard link; null where they may. */
export function hybridRefusal(root: Root, what: OutOfUse = 'all'): string | null {
  const text = readSmallFile(controlPath(root, NAMES[what]))
  if (text === null) return null
  // Whatever is written there, it was put there for a reason.
  return `a build wrote into a file that it shared: ${controlName(root, NAMES[what])} says which`
}

/** What was written into, and all that was shared with it. */
export interface WrittenInto {
  written: readonly string[]
  record: readonly LinkedFile[]
}

/**
 * Takes the hybrid out of use for good, for programs alone if nothing else was written into: people write
 * into these (`strip`), and no linker has to be at fault. The first note stays: both sides find the same,
 * and what was shared before it may be written into later.
 *
 * @returns what is out of use by this
 */
export function takeHybridOut(
  root: Root,
  source: string,
  { written, record }: WrittenInto,
): OutOfUse {
  const what = arePrograms(record, written) ? 'programs' : 'all'
  if (hybridRefusal(root, what) !== null) return what
  const note = { source, written: written.slice(0, 100), since: new Date().toISOString() }
  replaceFile(controlPath(root, NAMES[what]), `${JSON.stringify(note, null, 2)}\n`)
  return what
}
