import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../plan/guard-error.ts'
import { assess } from '../plan/pressure.ts'
import type { Assessment } from '../plan/pressure.ts'
import type { WatchEvent } from '../plan/watch-event.ts'
import { probeDisks } from '../host/disk.ts'
import { openWatchLog } from '../host/watch-log.ts'
import type { WatchLog } from '../host/watch-log.ts'
import { INSIDE, guardDisk } from './guard-disk.ts'
import type { Kept } from './keep.ts'
import { Growers } from './growers.ts'
import { recordReclaimed } from './record-metrics.ts'
import type { Runtime } from './runtime.ts'
import type { SizeWatch } from './size-watch.ts'

/** Other keepers’ slots are known as of the last minute. */
const GROWERS_EVERY_MS = 60_000

/** The slots are named again as soon as their own keepers will have measured them, and then rarely. */
const NAME_AGAIN_MS = 5000

/** A disk that cannot be read is asked less often: a stuck one would collect those who ask. */
const UNREADABLE_MS = 60_000

/** How long a measurement of the own slot is waited for before the growing slots are named. */
const OWN_SIZE_MS = 3000

/** Looks at the root’s disk in mid-build, and makes room once where it has turned critical. */
export class DiskWatch {
  readonly #kept: Kept
  readonly #sizes: SizeWatch
  readonly #runtime: Runtime
  readonly #growers: Growers
  #log: WatchLog | null = null
  #isCritical = false
  #nameDueAt = Number.POSITIVE_INFINITY
  #notBefore = Number.NEGATIVE_INFINITY
  #growersDueAt = Number.NEGATIVE_INFINITY

  constructor(kept: Kept, sizes: SizeWatch, runtime: Runtime) {
    this.#kept = kept
    this.#sizes = sizes
    this.#runtime = runtime
    this.#growers = new Growers(kept.root)
  }

  /** One look; what it finds is noted for the end of the job. */
  async look(): Promise<void> {
    const now = performance.now()
    if (now < this.#notBefore) return
    if (now >= this.#growersDueAt) {
      this.#growersDueAt = now + GROWERS_EVERY_MS
      this.#growers.look()
    }
    const disk = await this.#read()
    if (disk === null) this.#notBefore = performance.now() + UNREADABLE_MS
    else if (disk.level !== 'critical') this.#relax(disk)
    else if (!this.#isCritical) await this.#alarm(disk)
    else if (performance.now() >= this.#nameDueAt) this.#name(GROWERS_EVERY_MS)
  }

  async #read(): Promise<Assessment | null> {
    const { root, settings } = this.#kept
    const [reading] = (await probeDisks(root.path, [])).readings
    return reading === undefined ? null : assess(reading, settings.floors)
  }

  #relax({ reading }: Assessment): void {
    if (!this.#isCritical) return
    this.#isCritical = false
    this.#nameDueAt = Number.POSITIVE_INFINITY
    this.#note({ kind: 'over', atMs: Date.now(), freeBytes: reading.freeBytes })
  }

  /** The disk has turned critical: the emergency pass, once for this job, and who fills it. */
  async #alarm({ reading, why }: Assessment): Promise<void> {
    this.#isCritical = true
    this.#note({ kind: 'critical', atMs: Date.now(), path: reading.path, why })
    // Every keeper of the host does so at this moment; the others’ are read afterwards.
    const measured = this.#sizes.now()
    await this.#relieve()
    const disk = await this.#read()
    if (disk !== null && disk.level !== 'critical') {
      this.#relax(disk)
      return
    }
    await Promise.race([measured, sleep(OWN_SIZE_MS, undefined, { ref: false })])
    this.#name(NAME_AGAIN_MS)
  }

  async #relieve(): Promise<void> {
    const { root, self, settings } = this.#kept
    const { environment } = this.#runtime
    const nothing = { kind: 'relief', retired: 0, freedBytes: 0 } as const
    if (environment[INSIDE] === '1') {
      const refusal = 'this job had met an emergency before, and there is one pass for each job'
      this.#note({ ...nothing, atMs: Date.now(), refusal })
      return
    }
    try {
      const done = await guardDisk({ root, self, settings, scope: 'own' }, this.#runtime)
      const refusal = settings.dryRun ? 'dry-run is on' : ''
      const { retired, reclaimedBytes: freedBytes } = done
      const atMs = Date.now()
      this.#note({ kind: 'relief', atMs, retired: retired.length, freedBytes, refusal })
      await recordReclaimed(root, freedBytes, this.#runtime)
    } catch (error) {
      this.#note({ ...nothing, atMs: Date.now(), refusal: `it failed (${messageOf(error)})` })
    } finally {
      // Once: whatever comes later finds it said here.
      environment[INSIDE] = '1'
    }
  }

  #name(againMs: number): void {
    this.#nameDueAt = performance.now() + againMs
    void this.#sizes.now()
    this.#growers.look()
    const growers = this.#growers.fastest()
    if (growers.length > 0) this.#note({ kind: 'growth', atMs: Date.now(), growers })
  }

  #note(event: WatchEvent): void {
    try {
      this.#log ??= openWatchLog(this.#kept.root, this.#kept.lease.id)
      this.#log.add(event)
    } catch {
      // A file system that has no room even for this; what was noted before comes with the next event.
      return
    }
  }
}
