import { messageOf } from '../plan/guard-error.ts'
import { overBudget } from '../plan/snapshot.ts'
import type { StoredSnapshot } from '../plan/snapshot.ts'
import { findLease } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { measureTrees } from '../host/sizes.ts'
import { evict, folderOf, listSnapshots, noteBytes, identify } from '../host/snapshots.ts'
import { discardLeftSeeding, listSeeding } from '../host/seeding.ts'

/** Walking a tree takes a while; what is not measured by then is left to the next one. */
const MEASURE_MS = 60_000

/** What became of the snapshots. */
export interface Budgeted {
  /** `<owner>--<repository>/<key>`, least recently used first */
  evicted: string[]
  /** what could not be taken away, and stays for the next one; `seeding/<id>` or `snapshots/…` */
  left: { id: string; why: string }[]
}

/**
 * Keeps the snapshots within their budget, and takes away what a killed seeding left; never on a job's
 * critical path, since it measures what is new.
 *
 * @param budgetBytes for all snapshots of the root
 */
export async function keepBudget(root: Root, budgetBytes: number): Promise<Budgeted> {
  const budgeted: Budgeted = { evicted: [], left: [] }
  for (const id of listSeeding(root)) {
    // Its own job may be at it for as long as it lives, and publishes when its lease has ended.
    if (findLease(root, id)?.state === 'live') continue
    await unlessLeft(budgeted, `seeding/${id}`, async () => discardLeftSeeding(root, id))
  }
  for (const snapshot of overBudget(await measured(root), budgetBytes)) {
    const path = `${snapshot.name.repository}/${snapshot.name.key}`
    const isEvicted = await unlessLeft(budgeted, `snapshots/${path}`, () => evict(root, snapshot))
    if (isEvicted === true) budgeted.evicted.push(path)
  }
  return budgeted
}

/** One that cannot be taken away keeps no other from going. */
async function unlessLeft<Value>(
  { left }: Budgeted,
  id: string,
  take: () => Value,
): Promise<Awaited<Value> | null> {
  try {
    return await take()
  } catch (error) {
    left.push({ id, why: messageOf(error) })
    return null
  }
}

/** The snapshots as they are when what nobody had measured has been. */
async function measured(root: Root): Promise<StoredSnapshot[]> {
  const fresh = listSnapshots(root).filter(({ bytes }) => bytes === null)
  const sizes = await measureTrees(
    fresh.map(({ name }) => folderOf(root, name)),
    MEASURE_MS,
  )
  const found = new Map<string, number>()
  for (const each of fresh) {
    const bytes = sizes.get(folderOf(root, each.name))
    if (bytes === undefined) continue
    found.set(identify(each), bytes)
    tryToNoteBytes(root, each, bytes)
  }
  // Others have been published meanwhile, and used.
  return listSnapshots(root).map((each) => {
    const { name, snapshot, usedMs, hits } = each
    const bytes = each.bytes ?? found.get(identify(each)) ?? null
    return { name, snapshot, usedMs, hits, bytes }
  })
}

/** Where there is no room for that, eviction is needed most; the next one measures again. */
function tryToNoteBytes(root: Root, snapshot: StoredSnapshot, bytes: number): void {
  try {
    noteBytes(root, snapshot, bytes)
  } catch {
    return
  }
}
