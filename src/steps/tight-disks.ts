import { lstatSync } from 'node:fs'
import { locate, readMounts } from '../host/mounts.ts'
import { isRoomy } from './worktrees.ts'
import type { WorktreesRequest } from './worktrees.ts'

/** The file systems on which target dirs still have to go. */
export class TightDisks {
  readonly #request: WorktreesRequest
  readonly #notes: string[]
  /** by device: those from which one may go, and those that have room again */
  readonly #open = new Set<string>()
  readonly #roomy = new Set<string>()

  /** @param done gets a note for each file system that has room */
  constructor(request: WorktreesRequest, done: { notes: string[] }) {
    this.#request = request
    this.#notes = done.notes
  }

  /** Whether a target dir of this worktree should go, as its disk is now. */
  async isTight(worktree: string): Promise<boolean> {
    const { all, targetsFrom, settings } = this.#request
    if (all) return true
    // Gone by now: that says nothing of its disk, and nothing of it is left to take.
    if (lstatSync(worktree, { throwIfNoEntry: false }) === undefined) return false
    const device = locate(worktree, readMounts())?.mount.device ?? ''
    if (this.#roomy.has(device)) return false
    const watermark = this.#open.has(device) ? 'low' : targetsFrom
    if (!(await isRoomy(worktree, watermark, this.#request))) {
      this.#open.add(device)
      return true
    }
    this.#roomy.add(device)
    const percent = settings.watermarks[watermark]
    this.#notes.push(
      `target dirs stay: the disk of ${worktree} is below the ${watermark} watermark of ${percent} % (--all takes them all the same)`,
    )
    return false
  }
}
