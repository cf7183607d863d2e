import { fstatSync, lstatSync, statSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Self } from '../plan/evidence.ts'
import { errnoOf } from '../plan/guard-error.ts'
import type { Lease } from '../plan/lease.ts'
import type { Settings } from '../plan/settings.ts'
import { readPidNamespace } from '../host/boot.ts'
import { noteKeeper } from '../host/keeper-lock.ts'
import { findLease } from '../host/leases.ts'
import { readProcess, stateOf } from '../host/processes.ts'
import { controlName, controlPath, findRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { observeOwner } from '../host/runner.ts'
import { preciousOf, selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import { SizeWatch } from './size-watch.ts'
import { DiskWatch } from './disk-watch.ts'

/** How often it looks whether it is still needed; one look in four is also at the disk. */
const LOOK_MS = 500
const LOOKS_FOR_DISK = 4

/** No job of GitHub’s lasts longer than five days; what is left over must not hold its slot for ever. */
const LIFETIME_MS = 6 * 24 * 3_600_000

/** Where a keeper is, and of what. */
export interface Kept {
  root: Root
  lease: Lease
  self: Self
  settings: Settings
}

/**
 * Watches over one lease until it ends, its runner process is gone or its root is: the disk every two
 * seconds, the size of its slot every minute, or as rarely as every ten. The lock it was started with
 * ends with this process.
 */
export async function keep(settings: Settings, id: string, runtime: Runtime): Promise<void> {
  const root = findRoot(settings.root, preciousOf(runtime.environment))
  const lease = root === null ? null : (findLease(root, id)?.lease ?? null)
  if (root === null || lease === null) return
  const kept: Kept = { root, lease, self: selfFor(lease, runtime), settings }
  introduce(kept)
  const sizes = new SizeWatch(kept)
  const disk = new DiskWatch(kept, sizes, runtime)
  const started = performance.now()
  try {
    for (let look = 0; isNeeded(kept) && performance.now() - started < LIFETIME_MS; look += 1) {
      if (look % LOOKS_FOR_DISK === 0) await disk.look()
      void sizes.look()
      await sleep(LOOK_MS)
    }
  } finally {
    sizes.end()
  }
}

/**
 * It is of no job itself: what another job of this runner does is never judged by its age. Its Worker
 * can be looked for only in the pid namespace that it was recorded in.
 */
function selfFor({ owner }: Lease, { environment }: Runtime): Self {
  const self = selfOf(observeOwner(environment), null)
  const worker = owner.pidNamespace === self.pidNamespace ? owner.worker : null
  return { ...self, runnerKey: owner.runner.key, worker }
}

function introduce({ root, lease }: Kept): void {
  const found = readProcess(process.pid)
  if (typeof found === 'string') return
  try {
    const { pid, start } = found
    noteKeeper(root, lease.id, { pid, start, pidNamespace: readPidNamespace() })
  } catch {
    // A full disk, or a file that is gone: the job then cannot end it, and it ends itself.
    return
  }
}

/** Whether there is a job to watch over; what cannot be told counts as yes. */
function isNeeded({ root, lease, self }: Kept): boolean {
  if (self.worker !== null && ['gone', 'replaced'].includes(stateOf(self.worker))) return false
  try {
    lstatSync(controlPath(root, 'leases', `${lease.id}.json`))
    // Removed, moved or unmounted: what is held open is no longer what jobs are told.
    const [held, named] = [fstatSync(root.folders.control), statSync(controlName(root))]
    return held.dev === named.dev && held.ino === named.ino
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes(errnoOf(error))
  }
}
