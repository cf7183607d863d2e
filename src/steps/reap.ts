import { statfsSync } from 'node:fs'
import { helpers } from '../host/privilege.ts'
import type { Helper } from '../host/privilege.ts'
import { deleteEntry } from '../host/deletion.ts'
import type { Root } from '../host/root.ts'
import { forgetEntry, listTrash, quarantine } from '../host/trash.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { Settings } from '../plan/settings.ts'
import { tellHistory } from './tell-history.ts'
import type { Told } from './tell-history.ts'
import { keepBudget } from './keep-budget.ts'
import { recordReclaimed } from './record-metrics.ts'
import type { Runtime } from './runtime.ts'
import { rememberSizes } from './trash-sizes.ts'
import type { Sizes } from './trash-sizes.ts'

/** What a reaper did. */
export interface Reaped {
  deleted: string[]
  /** left for the next reaper */
  busy: { id: string; why: string }[]
  /** what only an administrator can delete */
  quarantined: { id: string; why: string; command: string }[]
  /** free bytes after, less free bytes before: all that happened on the disk meanwhile */
  reclaimedBytes: number
  /** what was deleted, as it was measured before; what it shared with others is all counted */
  deletedBytes: number
  /** why jobs that have ended could not be told in the history; they stay noted for the next reaper */
  untold: string[]
}

/** Keeps the snapshots within their budget, and empties the trash with the helpers that are set. */
export async function emptyTrash(
  root: Root,
  settings: Settings,
  runtime: Runtime,
): Promise<Reaped> {
  const left = await tryToKeepBudget(root, settings)
  const reaped = await tellAndReap(root, helpers(settings))
  await recordReclaimed(root, reaped.deletedBytes, runtime)
  return { ...reaped, busy: [...left, ...reaped.busy] }
}

/** Whatever is wrong with the snapshots, the trash goes: there may be no room without that. */
async function tryToKeepBudget(
  root: Root,
  { snapshotMaxBytes }: Settings,
): Promise<Reaped['busy']> {
  try {
    return (await keepBudget(root, snapshotMaxBytes)).left
  } catch (error) {
    return [{ id: 'snapshots', why: messageOf(error) }]
  }
}

/**
 * Empties the trash, and tells the history of jobs that have ended: before it of those whose slots are
 * about to go, after it of the others, for whom no space has to wait.
 */
export async function tellAndReap(root: Root, ways: readonly Helper[]): Promise<Reaped> {
  const before = await tell(root, 'trash')
  const reaped = await reap(root, ways)
  const after = await tell(root, 'all')
  return { ...reaped, untold: [...new Set([...before, ...after])] }
}

/** As `tellHistory` does; whatever it meets, the trash goes. */
export async function tell(root: Root, which: Told, withinMs?: number): Promise<string[]> {
  try {
    return await tellHistory(root, which, withinMs)
  } catch (error) {
    return [messageOf(error)]
  }
}

/**
 * What takes time is the kernel's work for each file. Two rm need little more than half the time of
 * one where a second processor is idle, and the same where none is; more would be in builds' way.
 */
const AT_ONCE = 2

/**
 * Empties the trash. Several reapers may run at once: each entry is one's alone while it lasts.
 *
 * What has come into the trash meanwhile is taken too; what cannot be deleted is tried once.
 */
export async function reap(root: Root, ways: readonly Helper[]): Promise<Omit<Reaped, 'untold'>> {
  const before = freeBytes(root)
  const reaped: Omit<Reaped, 'untold'> = {
    deleted: [],
    busy: [],
    quarantined: [],
    reclaimedBytes: 0,
    deletedBytes: 0,
  }
  const known = rememberSizes(root)
  const tried = new Set<string>()
  for (let fresh = untried(root, tried); fresh.length > 0; fresh = untried(root, tried)) {
    for (const id of fresh) tried.add(id)
    const waiting = fresh.values()
    const reaper = async (): Promise<void> => {
      for (const id of waiting) await reapEntry(root, id, { ways, known }, reaped)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, reaper))
  }
  const after = freeBytes(root)
  reaped.reclaimedBytes = before === null || after === null ? 0 : Math.max(0, after - before)
  return reaped
}

function untried(root: Root, tried: ReadonlySet<string>): string[] {
  return listTrash(root)
    .map((entry) => entry.id)
    .filter((id) => !tried.has(id))
}

async function reapEntry(
  root: Root,
  id: string,
  { ways, known }: { ways: readonly Helper[]; known: Sizes },
  reaped: Omit<Reaped, 'untold'>,
): Promise<void> {
  try {
    const bytes = await known(id)
    const outcome = await deleteEntry(root, id, ways)
    switch (outcome.kind) {
      case 'deleted':
        forgetEntry(root, id)
        reaped.deleted.push(id)
        reaped.deletedBytes += bytes
        return
      case 'busy':
        reaped.busy.push({ id, why: outcome.why })
        return
      case 'stuck': {
        const { why, command } = outcome
        quarantine(root, id, { reason: why, command })
        reaped.quarantined.push({ id, why, command })
        return
      }
      default:
        outcome satisfies never
    }
  } catch (error) {
    reaped.busy.push({ id, why: messageOf(error) })
  }
}

/** Null where it cannot be read: the trash goes all the same. */
function freeBytes(root: Root): number | null {
  try {
    const { bavail, bsize } = statfsSync(root.path)
    return bavail * bsize
  } catch {
    return null
  }
}
