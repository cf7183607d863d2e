import { join } from 'node:path'
import { lookIntoPlaces } from '../host/place-occupancy.ts'
import { notedAt, undoLeaving } from '../host/worktree-leaving.ts'
import type { Interrupted } from '../host/worktree-leaving.ts'
import { UNSEEN, baseOf } from './observe-worktrees.ts'
import type { WorktreeView } from './observe-worktrees.ts'
import type { Runtime } from './runtime.ts'

/** What became of removals that were interrupted. */
export interface Undone {
  /** whether anything is at another place now */
  isAny: boolean
  /** one line for each */
  notes: string[]
}

/**
 * Undoes the removals of worktrees that a crash has interrupted, so that each is judged again as a
 * whole and at its own place: it may have become somebody's since.
 *
 * @param directories that were given: nothing is done outside
 */
export async function undoRemovals(
  view: WorktreeView,
  directories: readonly string[],
  { environment }: Runtime,
): Promise<Undone> {
  const undone: Undone = { isAny: false, notes: [] }
  for (const each of findInterrupted(view)) {
    const base = baseOf(each.path, directories)
    if (base === null) continue
    const why = await undoLeaving(each, async () => {
      const { path } = each
      const occupancies = await lookIntoPlaces({ base, paths: [path], targets: [] }, environment)
      const { inhabitants, unknown } = occupancies.get(path) ?? UNSEEN
      return inhabitants[0]?.what ?? unknown[0] ?? null
    })
    if (why === null) undone.isAny = true
    undone.notes.push(
      why === null
        ? `an interrupted removal was undone: ${each.path}`
        : `an interrupted removal was not undone: ${each.path}: ${why}`,
    )
  }
  return undone
}

/** Those whose `.git` went already are not found as worktrees, but are still registered. */
function findInterrupted({ worktrees, missing }: WorktreeView): Interrupted[] {
  const found: Interrupted[] = worktrees.flatMap(({ askable }) => askable ?? [])
  for (const [common, each] of missing) {
    for (const { path, gitDirectory, hasFolder } of each) {
      if (hasFolder) found.push({ path, gitDirectory, common })
    }
  }
  return found
    .filter(({ gitDirectory, common }) => gitDirectory.startsWith(join(common, 'worktrees/')))
    .filter(({ gitDirectory }) => notedAt(gitDirectory) !== null)
}
