import type { Input } from './build-inputs.ts'

/**
 * What lies beside inputs and is none. Macros read folders (include_dir, rust-embed, sqlx’s migrations)
 * and tell rustc of the files that they found: of one that is added later nothing tells Cargo, unless a
 * fresh checkout has everything look new.
 */

/** What Cargo finds by itself, as a program of its own. */
const TARGET = /(?:^|\/)(?:src\/bin|tests|benches|examples)\/[^/]+\.rs$/

/**
 * Finds the entries of folders that hold inputs, but for the inputs and what leads to them.
 *
 * @param sources paths of files, relative to the workspace
 * @param inputs by path
 * @returns paths of files, and of folders with a slash at their ends
 */
export function besideInputs(
  sources: Iterable<string>,
  inputs: ReadonlyMap<string, Pick<Input, 'kind'>>,
): string[] {
  const folders = new Folders(inputs)
  const found = new Set<string>()
  for (const path of sources) for (const entry of folders.entriesAt(path)) found.add(entry)
  return [...found]
}

/**
 * The inputs that lie beside something new.
 *
 * @param tracked paths of files that git lists
 * @param beside what `besideInputs` has found when the inputs were recorded
 */
export function inputsBesideNew(
  tracked: Iterable<string>,
  inputs: ReadonlyMap<string, Pick<Input, 'kind'>>,
  beside: readonly string[],
): string[] {
  const folders = new Folders(inputs)
  const known = new Set(beside)
  const grown = new Set<string>()
  for (const path of tracked) {
    for (const entry of folders.entriesAt(path)) {
      if (!known.has(entry) && !TARGET.test(entry)) grown.add(folderOf(entry))
    }
  }
  if (grown.size === 0) return []
  return [...inputs.keys()].filter((path) => isOwn(path) && grown.has(folderOf(path)))
}

/** Folders with inputs. */
class Folders {
  readonly #inputs: ReadonlyMap<string, unknown>
  /** in these lies an input, '' is the workspace */
  readonly #direct = new Set<string>()
  /** below these lies one */
  readonly #above = new Set<string>()
  /** what has been told of a folder already */
  readonly #told = new Set<string>()

  constructor(inputs: ReadonlyMap<string, Pick<Input, 'kind'>>) {
    this.#inputs = inputs
    for (const [path, { kind }] of inputs) {
      if (kind === 'directory' || !isOwn(path)) continue
      const folder = folderOf(path)
      if (this.#direct.has(folder)) continue
      this.#direct.add(folder)
      for (let each = folder; each !== '' && !this.#above.has(each); each = folderOf(each)) {
        this.#above.add(each)
      }
    }
  }

  /** The entries on the way to a file, and the file, that lie beside inputs; each folder once. */
  entriesAt(path: string): string[] {
    const folder = folderOf(path)
    const isBeside = this.#direct.has(folder) && !this.#inputs.has(path)
    const found = isBeside ? [path] : []
    for (let each = folder; each !== '' && !this.#told.has(each); each = folderOf(each)) {
      this.#told.add(each)
      if (!this.#above.has(each) && this.#direct.has(folderOf(each))) found.push(`${each}/`)
    }
    return found
  }
}

/** The folder of a path, or of a folder with a slash at its end; '' is the workspace. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/', path.length - 2)))
}

/** Whether it lies in the workspace. */
function isOwn(path: string): boolean {
  return !path.startsWith('/')
}
