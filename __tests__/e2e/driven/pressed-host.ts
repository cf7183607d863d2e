import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, statfsSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { readMoment } from '../../../src/host/boot.ts'
import { listing } from '../../helpers/listing.ts'
import type { User } from '../runner/installation.ts'
import { fill, put, smallDisk } from '../small-disk.ts'
import type { Kind } from '../small-disk.ts'
import type { Cast } from './cast.ts'
import type { DrivenJob } from './driven-job.ts'
import type { PlaceOptions, Placed, Stage } from './stage.ts'

/** How much a stale slot holds: enough bytes, or enough files, for a small disk to feel it. */
const STALE_BYTES = 25_000_000
const STALE_FILES = 150

/** A root on a small file system of its own, with what no pass may ever touch. */
export class PressedHost {
  readonly stage: Stage
  readonly disk: string
  readonly kind: Kind
  readonly #user: User | null
  readonly #canaries: string[] = []
  #sealed: string[] = []

  private constructor(stage: Stage, disk: string, kind: Kind, user: User | null) {
    this.stage = stage
    this.disk = disk
    this.kind = kind
    this.#user = user
  }

  /** @param user who runs the jobs and owns the root; default root */
  static async make(cast: Cast, kind: Kind, user: User | null = null): Promise<PressedHost> {
    const disk = await smallDisk(cast.scene, kind)
    const stage = cast.stage(path.join(disk, 'targets'))
    for (const name of ['gamma', 'delta']) {
      mkdirSync(path.join(stage.base, name, '_work'), { recursive: true })
    }
    const host = new PressedHost(stage, disk, kind, user)
    host.#addCanaries()
    return host
  }

  /** Three neighbours' live slots, an unknown lease, and what is not target-guard's. */
  #addCanaries(): void {
    const { stage } = this
    const { alpha, beta } = stage.cast.living
    const live = [
      stage.place({ worker: alpha.worker, runId: '11', job: 'other' }),
      stage.place({ runner: 'beta', worker: beta.worker, runId: '12' }),
      stage.place({ runner: 'gamma', worker: beta.worker, runId: '13' }),
      stage.place({ runner: 'delta', runId: '14', lease: '' }),
    ]
    const unleased = stage.place({ runner: 'delta', runId: '15', lease: null })
    for (const each of ['targets/foreign', 'outside']) {
      mkdirSync(path.join(this.disk, each))
      writeFileSync(path.join(this.disk, each, 'canary'), 'alive')
    }
    this.#canaries.push(
      ...[...live, unleased].map(({ slot }) => path.join(stage.path, slot)),
      ...live.map(({ id }) => stage.control(`leases/${id}.json`)),
      path.join(stage.path, 'foreign'),
      path.join(this.disk, 'outside'),
    )
  }

  /** A slot that may go, with something in it. */
  stale(options: PlaceOptions, bytes = STALE_BYTES): Placed {
    const placed = this.stage.place(options)
    const directory = path.join(this.stage.path, placed.slot)
    if (!this.kind.endsWith('few inodes')) put(directory, bytes)
    else {
      for (let n = 0; n < STALE_FILES; n += 1) {
        closeSync(openSync(path.join(directory, String(n)), 'w'))
      }
    }
    return placed
  }

  /** In the order in which an emergency takes them: own ended, another's ended, an orphan. */
  leaveStale(): readonly Placed[] {
    const orphan = this.stale({ runner: 'beta', runId: '23' })
    const other = this.stale({ runner: 'beta', runId: '22', end: minutesAgo(90) })
    return [this.stale({ runId: '21', end: minutesAgo(1) }), other, orphan]
  }

  /** Gives all of it to the user of the jobs, and notes how everything is that must stay so. */
  async seal(): Promise<void> {
    const user = this.#user
    if (user !== null) {
      await this.stage.cast.scene.must('chown', ['-R', `${user.uid}:${user.gid}`, this.stage.path])
    }
    this.#sealed = this.#state()
  }

  /** Seals it, and writes until nothing more fits. */
  async fill(): Promise<void> {
    await this.seal()
    await fill(this.stage.cast.scene, path.join(this.disk, 'filler'), this.kind)
  }

  #state(): string[] {
    return this.#canaries.flatMap((each) => listing(each))
  }

  /** What of all that must stay is not as it was; throws where it is gone. */
  touched(): string[] {
    return this.#state().filter((line, index) => line !== this.#sealed[index])
  }

  /** Fills the disk up to so many percent, as an ordinary user counts them. */
  fillTo(percent: number): void {
    const { bavail, blocks, bsize } = statfsSync(this.disk)
    const wanted = (bavail - blocks * (1 - percent / 100)) * bsize
    const file = path.join(this.disk, 'filler')
    execFileSync('fallocate', ['-l', String(Math.floor(wanted)), file])
  }

  job(runId: string, runner = 'alpha'): DrivenJob {
    return this.stage.job(runId, runner, this.#user === null ? {} : { user: this.#user })
  }
}

/** The end of a job so many minutes ago, in this boot. */
export function minutesAgo(minutes: number): { uptimeS: number; wallMs: number } {
  const { uptimeS, wallMs } = readMoment()
  return { uptimeS: uptimeS - 60 * minutes, wallMs: wallMs - 60_000 * minutes }
}

/** Slots that a step says it took for room, in order. */
export function retiredForRoom(stdout: string): string[] {
  return [...stdout.matchAll(/^\[target-guard\] retired for room: (.*)$/gm)].map(
    ([, slot = '']) => slot,
  )
}
