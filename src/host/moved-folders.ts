import { dirname } from 'node:path'
import { statOrNull } from './contents.ts'

/**
 * When folders of a workspace were last put where they are. To rename one changes no time of what is in
 * it: a build in between has seen something else there, and what lies there now looks as it did before.
 */
export class MovedFolders {
  readonly #workspace: string
  readonly #sinceNs: bigint
  readonly #moved = new Map<string, bigint>()

  /**
   * @param workspace absolute, without links: it and what is above are not looked at
   * @param sinceNs what was moved before that is of no interest
   */
  constructor(workspace: string, sinceNs: bigint) {
    this.#workspace = workspace
    this.#sinceNs = sinceNs
  }

  /**
   * The latest moment, in nanoseconds, at which a folder that an absolute path leads through may have been
   * moved; 0 where none shows that.
   *
   * A renamed folder has a new ctime and its old mtime, as where its owner or mode was changed. What came
   * into one later hides it.
   */
  above(path: string): bigint {
    const folder = dirname(path)
    if (!folder.startsWith(`${this.#workspace}/`)) return 0n
    const known = this.#moved.get(folder)
    if (known !== undefined) return known
    const stat = statOrNull(folder)
    const isMoved = stat !== null && stat.ctimeNs !== stat.mtimeNs && stat.ctimeNs > this.#sinceNs
    const outer = this.above(folder)
    const moved = isMoved && stat.ctimeNs > outer ? stat.ctimeNs : outer
    this.#moved.set(folder, moved)
    return moved
  }
}
