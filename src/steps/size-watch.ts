import { performance } from 'node:perf_hooks'
import { nextSample } from '../plan/size-sample.ts'
import { readUptime } from '../host/boot.ts'
import { readSizeSample, writeSizeSample } from '../host/size-samples.ts'
import { childCpuMs, measureTree } from '../host/sizes.ts'
import type { Kept } from './keep.ts'

/** The slot is empty at first, and a job may be over before it is worth a look. */
const FIRST_MS = 5000
const EVERY_MS = 60_000

/** A tree that takes long is measured less often: at most a 200th of one core. */
const TIMES = 200

const WAIT_MS = 120_000

/** Measures the slot of a lease, beside whatever else its keeper does. */
export class SizeWatch {
  readonly #kept: Kept
  readonly #stop = new AbortController()
  #dueAt = performance.now() + FIRST_MS
  #running: Promise<void> | null = null

  constructor(kept: Kept) {
    this.#kept = kept
  }

  /** Begins to measure where that is due. */
  look(): void {
    if (this.#running === null && performance.now() >= this.#dueAt) void this.now()
  }

  /** Measures now; a measurement that is under way is as good. */
  async now(): Promise<void> {
    this.#running ??= this.#measure().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  /** Ends what is under way. */
  end(): void {
    this.#stop.abort()
  }

  async #measure(): Promise<void> {
    const { root, lease } = this.#kept
    const before = childCpuMs()
    const size = await measureTree(`${root.realPath}/${lease.slot}`, WAIT_MS, this.#stop.signal)
    this.#dueAt = performance.now() + Math.max(EVERY_MS, TIMES * (childCpuMs() - before))
    if (size === null || this.#stop.signal.aborted) return
    const sample = nextSample(readSizeSample(root, lease.id), {
      ...size,
      uptimeMs: Math.round(readUptime() * 1000),
    })
    try {
      writeSizeSample(root, lease.id, sample)
    } catch {
      // A full disk, or the lease has just gone: the next sample is as good.
      return
    }
  }
}
