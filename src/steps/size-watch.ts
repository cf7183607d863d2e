import { performance } from 'node:perf_hooks'
import { nextSample, pauseAfter } from '../plan/size-sample.ts'
import { readUptime } from '../host/boot.ts'
import { readSizeSample, writeSizeSample } from '../host/size-samples.ts'
import { childCpuMs, measureTree } from '../host/sizes.ts'
import type { Kept } from './keep.ts'

/** The slot is empty at first, and a job may be over before it is worth a look. */
const FIRST_MS = 5000

const WAIT_MS = 120_000

/** Measures the slot of a lease, beside whatever else its keeper does. */
export class SizeWatch {
  readonly #kept: Kept
  readonly #stop = new AbortController()
  readonly #clock: () => number
  #dueAt: number
  #running: Promise<void> | null = null

  /** @param clock milliseconds, of a clock that nobody sets */
  constructor(kept: Kept, clock: () => number = () => performance.now()) {
    this.#kept = kept
    this.#clock = clock
    this.#dueAt = clock() + FIRST_MS
  }

  /** Measures where that is due. */
  async look(): Promise<void> {
    if (this.#running === null && this.#clock() >= this.#dueAt) await this.now()
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
    this.#dueAt = this.#clock() + pauseAfter(childCpuMs() - before)
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
