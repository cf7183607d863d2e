import { messageOf } from '../plan/guard-error.ts'
import { readTextOrNull, replaceFile } from '../host/small-file.ts'
import { worktreeMetricsText } from '../report/worktree-metrics.ts'
import type { WorktreeFacts } from '../report/worktree-metrics.ts'
import type { WorktreesDone } from './reclaim-worktrees.ts'
import type { Runtime } from './runtime.ts'

/** Replaces the metrics file of worktrees, whole and at once; that it cannot be is a warning. */
export async function recordWorktrees(
  path: string,
  done: WorktreesDone,
  { voice }: Runtime,
): Promise<void> {
  try {
    replaceFile(path, await worktreeMetricsText(factsOf(done), readTextOrNull(path) ?? ''))
  } catch (error) {
    voice.warning(`The metrics of worktrees were not written (${messageOf(error)}).`)
  }
}

function factsOf({ inventory, taken, dryRun }: WorktreesDone): WorktreeFacts {
  const really = dryRun ? [] : taken
  const gone = new Set(really.map(({ path }) => path))
  const worktrees = inventory.worktrees.filter(({ path }) => !gone.has(path))
  const all = worktrees.flatMap((each) => each.targets)
  const targets = all.filter(({ path }) => !gone.has(path))
  const removed = new Map<string, number>()
  for (const { what } of really) removed.set(what, (removed.get(what) ?? 0) + 1)
  return {
    worktrees: worktrees.length,
    bytes: bytes(worktrees) - (bytes(all) - bytes(targets)),
    targets: targets.length,
    targetBytes: bytes(targets),
    lockFiles: inventory.locks.filter(({ path }) => !gone.has(path)).length,
    removed,
    removedBytes: bytes(really),
  }
}

function bytes(items: readonly { bytes: number | null }[]): number {
  return items.reduce((sum, each) => sum + (each.bytes ?? 0), 0)
}
