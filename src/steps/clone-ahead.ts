import { closeSync } from 'node:fs'
import { readJob } from '../github/job.ts'
import type { Told } from '../plan/ahead.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { Settings } from '../plan/settings.ts'
import { aheadPlace, noteAhead, noteFailed } from '../host/ahead.ts'
import { findLease } from '../host/leases.ts'
import { findRoot } from '../host/root.ts'
import { openSeeding } from '../host/seeding.ts'
import { fitForSlot } from './adapt-seed.ts'
import { noteOnSource } from './clone-seed.ts'
import type { CloneSource } from './clone-sources.ts'
import { inspectSource, makeClone, makingText, reasonIn, withSnapshot } from './make-clone.ts'
import { preciousOf, selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import type { SeedRequest } from './seed.ts'
import { sourceAhead } from './source-ahead.ts'

/**
 * Makes the clone for one lease, and makes it fit for its slot. What speaks against it is left to the job,
 * which looks again, and tells.
 *
 * @throws as the file system does, once the job will know
 */
export async function cloneAhead(settings: Settings, id: string, runtime: Runtime): Promise<void> {
  const { environment } = runtime
  const root = findRoot(settings.root, preciousOf(environment))
  const record = root === null ? null : findLease(root, id)
  const lease = record?.lease ?? null
  // A job that was cancelled may have ended it already.
  if (root === null || lease === null || record?.state !== 'live') return
  const job = readJob(environment, settings.leg)
  const { owner } = lease
  const self = selfOf(owner, job)
  const { restoreMtimes: restoresMtimes } = settings
  const request = { root, job, owner, self, settings, lease, restoresMtimes }
  const source = sourceAhead(request, runtime)
  if (source === null) return
  // Where it is gone the job has not waited.
  const folder = openSeeding(root, id)
  const path = `/proc/${process.pid}/fd/${folder}`
  try {
    await cloneInto(path, request, source, runtime)
  } catch (error) {
    if (reasonIn(error) !== null) return
    noteFailed(path, { problem: messageOf(error) })
    throw error
  } finally {
    closeSync(folder)
  }
}

/** Makes it in the folder of the seeding, by a path in /proc that other programs can use, too. */
async function cloneInto(
  folder: string,
  { root, job, self, settings, lease }: SeedRequest,
  source: CloneSource,
  runtime: Runtime,
): Promise<void> {
  const place = aheadPlace(folder)
  const request = { root, self, job, settings, lease, place, source }
  const told: Told[] = []
  const telling =
    (isWarning: boolean) =>
    (text: string): void =>
      void told.push({ text, isWarning })
  const [info, warning] = [telling(false), telling(true)]
  const voice = { info, notice: info, warning, error: warning }
  await withSnapshot(request, async (open) => {
    const cloneable = await inspectSource(request, open, runtime)
    if (typeof cloneable === 'string' || 'spoilt' in cloneable) return
    // It would take the room that decides whether it may be made.
    if (cloneable.making.way === 'copy') return
    const { linked, judged } = await makeClone(cloneable, open.tree, place)
    noteOnSource(request, open.folder, cloneable.same, linked)
    const fitting = { root, lease, settings, place, ...cloneable.filled, judged }
    const record = await fitForSlot(fitting, { ...runtime, voice })
    if (typeof record === 'string') return
    noteAhead(folder, { making: makingText(cloneable), record, linked, told })
  })
}
