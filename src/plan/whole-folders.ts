/** Whether paths are among folders in which everything counts; '' is the folder of all. */
export class WholeFolders {
  readonly #folders: ReadonlySet<string>
  /** by folder: most paths share theirs with others */
  readonly #known = new Map<string, boolean>()

  constructor(folders: Iterable<string>) {
    this.#folders = new Set(folders)
  }

  /** Whether a path is one of them, or lies below one. */
  has(path: string): boolean {
    if (this.#folders.has('')) return true
    if (this.#folders.size === 0) return false
    return this.#folders.has(path) || this.#hasFolder(path.slice(0, path.lastIndexOf('/') + 1))
  }

  /** @param folder with a slash at its end, '' for none */
  #hasFolder(folder: string): boolean {
    if (folder === '') return false
    const known = this.#known.get(folder)
    if (known !== undefined) return known
    const is = this.has(folder.slice(0, -1))
    this.#known.set(folder, is)
    return is
  }
}
