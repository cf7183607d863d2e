import type { Registry } from 'prom-client'

/** What the metrics of worktrees tell; what was removed is added to what the file says already. */
export interface WorktreeFacts {
  worktrees: number
  bytes: number
  targets: number
  targetBytes: number
  lockFiles: number
  /** by kind: worktree, target, lock */
  removed: ReadonlyMap<string, number>
  removedBytes: number
}

const PREFIX = 'target_guard_worktree'
const REMOVED = `${PREFIX}_removed_total`
const REMOVED_BYTES = `${PREFIX}_removed_bytes_total`

/**
 * A metrics file of its own, in the Prometheus text format.
 *
 * @param before the file as it was: its counters go on counting
 */
export async function worktreeMetricsText(facts: WorktreeFacts, before: string): Promise<string> {
  // Loaded when there is something to write: it takes longer than a small inventory.
  const { Registry, Gauge, Counter } = await import('prom-client')
  const registry: Registry = new Registry()
  const gauge = (name: string, help: string, value: number): void => {
    new Gauge({ name: `${PREFIX}${name}`, help, registers: [registry] }).set(value)
  }
  gauge('s', 'Git worktrees below the watched directories.', facts.worktrees)
  gauge('_bytes', 'Bytes in worktrees, with their target dirs.', facts.bytes)
  gauge('_targets', 'Target dirs in worktrees.', facts.targets)
  gauge('_target_bytes', 'Bytes in target dirs of worktrees.', facts.targetBytes)
  gauge('_lock_files', 'Lock files of repositories and pools.', facts.lockFiles)
  const removed = new Counter({
    name: REMOVED,
    help: 'Worktrees, target dirs and lock files removed.',
    labelNames: ['what'],
    registers: [registry],
  })
  const bytes = new Counter({
    name: REMOVED_BYTES,
    help: 'Bytes of what was removed, as it was measured before.',
    registers: [registry],
  })
  for (const what of ['worktree', 'target', 'lock']) {
    removed.inc({ what }, valueOf(before, `${REMOVED}{what="${what}"}`))
    removed.inc({ what }, facts.removed.get(what) ?? 0)
  }
  bytes.inc(valueOf(before, REMOVED_BYTES) + facts.removedBytes)
  return registry.metrics()
}

/** A sample of the file; 0 where there is none. */
function valueOf(before: string, name: string): number {
  const line = before.split('\n').find((each) => each.startsWith(`${name} `))
  const value = Number(line?.slice(name.length + 1))
  return line !== undefined && Number.isFinite(value) && value >= 0 ? value : 0
}
