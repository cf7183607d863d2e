import { writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { errnoOf } from '../../src/plan/guard-error.ts'
import { DrivenJob } from './driven/driven-job.ts'
import type { StepOptions } from './driven/driven-job.ts'
import { GuardedHost } from './guard.ts'
import type { Scene } from './scene.ts'
import { smallDisk } from './small-disk.ts'
import { waitFor } from './wait-for.ts'

export const MB = 1_000_000

/** No floor but the reserve; an ended slot goes at once. */
export const INPUTS = {
  'min-free-gb': '0',
  'min-free-percent': '0',
  'min-free-inodes-percent': '0',
  'high-watermark': '100',
  'low-watermark': '100',
  'retention-hours': '0',
  'keep-per-pr': '0',
  warm: 'off',
  snapshot: 'never',
  'reserve-gb': '0.002',
  'job-status': 'success',
}

/** A host with so small a disk that a few jobs fill it. */
export class SmallHost extends GuardedHost {
  static async make(scene: Scene): Promise<SmallHost> {
    const disk = await smallDisk(scene, 'ext4')
    return new SmallHost(scene, path.join(disk, 'targets'))
  }

  job(n: number, forecastMb: number, inputs: Record<string, string> = {}): SmallJob {
    return smallJob(this, n, forecastMb, inputs)
  }
}

/** A job of the nth runner of a host, which is to write so much. */
export function smallJob(
  host: GuardedHost,
  n: number,
  forecastMb: number,
  inputs: Record<string, string> = {},
): SmallJob {
  const runner = `runner-${n}`
  const job = new DrivenJob(host.scene, {
    runId: String(7000 + n),
    runner,
    directory: path.join(host.scene.directory('runner'), runner),
    root: host.root,
    action: host.action,
  })
  const own = { ...INPUTS, 'forecast-gb': (forecastMb / 1000).toFixed(6), ...inputs }
  return new SmallJob(job, own, forecastMb)
}

export class SmallJob {
  readonly job: DrivenJob
  readonly #inputs: Record<string, string>
  readonly #megabytes: number

  constructor(job: DrivenJob, inputs: Record<string, string>, megabytes: number) {
    this.job = job
    this.#inputs = inputs
    this.#megabytes = megabytes
  }

  async pre(options: Pick<StepOptions, 'faults'> = {}): ReturnType<DrivenJob['step']> {
    return this.job.step('pre', { ...options, inputs: this.#inputs })
  }

  async main(): ReturnType<DrivenJob['step']> {
    return this.job.must('main', { inputs: this.#inputs })
  }

  async hook(): ReturnType<DrivenJob['step']> {
    return this.job.step(['hook', 'job-started'], { inputs: this.#inputs })
  }

  /** Writes what it was forecast to write; whether the disk was full. */
  build(): boolean {
    try {
      for (let written = 0; written < this.#megabytes; written += 1) {
        writeFileSync(`${this.job.slot}/${written}`, Buffer.alloc(MB, 7))
      }
      return false
    } catch (error) {
      if (errnoOf(error) !== 'ENOSPC') throw error
      return true
    }
  }

  async end(): Promise<void> {
    await this.job.must('post', { inputs: this.#inputs })
    await this.job.end()
  }

  async run(): Promise<boolean> {
    const { exitCode, stdout } = await this.pre()
    if (exitCode !== 0) throw new Error(stdout)
    const isFull = this.build()
    await this.end()
    return isFull
  }
}

/** Until so many wait in the queue. */
export async function waiters(host: GuardedHost, many: number): Promise<void> {
  await waitFor(() => host.control('waiting').length === many, { what: `${many} waiters` })
}
