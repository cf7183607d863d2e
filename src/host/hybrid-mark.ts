import { controlName, controlPath } from './root.ts'
import type { Root } from './root.ts'
import { readSmallFile, replaceFile } from './small-file.ts'

/** The note that a clone of this root wrote into its source; a person who has read it may remove it. */
const NAME = 'hybrid-off.json'

/** Why no clone of this root may share files by hard link; null where they may. */
export function hybridRefusal(root: Root): string | null {
  const text = readSmallFile(controlPath(root, NAME))
  if (text === null) return null
  // Whatever is written there, it was put there for a reason.
  return `a build wrote into a file that it shared: ${controlName(root, NAME)} says which`
}

/** Takes the hybrid out of use for good; the first note stays. */
export function takeHybridOut(root: Root, source: string, written: readonly string[]): void {
  if (hybridRefusal(root) !== null) return
  const note = { source, written: written.slice(0, 100), since: new Date().toISOString() }
  replaceFile(controlPath(root, NAME), `${JSON.stringify(note, null, 2)}\n`)
}
