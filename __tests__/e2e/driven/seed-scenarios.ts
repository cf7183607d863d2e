import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { COLD, encodeRecord } from '../../../src/plan/build-record.ts'
import { CacheService } from '../cache-service.ts'
import { smallDisk } from '../small-disk.ts'
import type { Kind } from '../small-disk.ts'
import { BUILDING, TOOLCHAIN, checkOut, environmentDigest } from './builds.ts'
import { leaveBuild, leaveSnapshot, putBuild } from './builds.ts'
import type { Cast } from './cast.ts'
import type { DrivenJob } from './driven-job.ts'
import { inJob, onHost, stateOf } from './scenarios.ts'
import type { Victim } from './scenarios.ts'
import type { Placed, Stage } from './stage.ts'

/** A program of ours that seeds, publishes, evicts or saves, about to be struck. */
export interface SeedScenario {
  readonly name: string
  readonly program: 'dist/main/' | 'dist/post/' | 'dist/cli/'
  readonly disk: Kind | null
  /** of the victim, and of the next job on the same host */
  readonly inputs: Readonly<Record<string, string>>
  /** whether its jobs are pushes to the default branch */
  readonly trusted: boolean
  readonly remote: boolean
  arrange(world: World, stage: Stage): SeedVictim | Promise<SeedVictim>
}

export interface SeedVictim extends Victim {
  /** absolute path of the slot that is being seeded, null where none is */
  readonly seeded: string | null
  /** absolute path of the slot that has been built in, null where none has */
  readonly built: string | null
}

/** Nothing here is about how full a disk is. */
const ROOMY = {
  admission: 'off',
  'high-watermark': '100',
  'min-free-gb': '0',
  'min-free-inodes-percent': '0',
  'min-free-percent': '0',
}

/** What the stages of one scenario share: its disk, and a rustc that answers at once. */
export class World {
  readonly cast: Cast
  readonly scenario: SeedScenario
  readonly #mount: string
  readonly #programs: string
  readonly #services = new Map<Stage, CacheService>()
  #saved: Promise<CacheService['entries']> | null = null
  #stages = 0

  private constructor(cast: Cast, scenario: SeedScenario, mount: string) {
    this.cast = cast
    this.scenario = scenario
    this.#mount = mount
    this.#programs = cast.scene.directory('programs')
    const rustc = path.join(this.#programs, 'rustc')
    writeFileSync(rustc, `#!/bin/sh\necho '${TOOLCHAIN}'\n`)
    chmodSync(rustc, 0o755)
  }

  static async make(cast: Cast, scenario: SeedScenario): Promise<World> {
    const { scene } = cast
    const { disk } = scenario
    const mount = path.join(scene.directory('disk'), 'mount')
    mkdirSync(mount)
    return new World(cast, scenario, disk === null ? mount : await smallDisk(scene, disk))
  }

  stage(): Stage {
    this.#stages += 1
    const stage = this.cast.stage(path.join(this.#mount, String(this.#stages), 'targets'))
    stage.addReserve()
    stage.addBystanders()
    checkOut(stage)
    writeFileSync(path.join(stage.base, 'event'), '{"repository":{"default_branch":"main"}}')
    return stage
  }

  job(stage: Stage, runId: string): DrivenJob {
    const service = this.#services.get(stage) ?? null
    const job = stage.job(runId)
    Object.assign(job.env, BUILDING, service?.environment, {
      PATH: `${this.#programs}:${process.env['PATH'] ?? ''}`,
    })
    if (this.scenario.trusted) job.env['GITHUB_EVENT_PATH'] = path.join(stage.base, 'event')
    return job
  }

  /** A job before its main: it has a slot, which is empty. */
  seeded(stage: Stage): SeedVictim {
    const job = this.job(stage, '2001')
    const placed = stage.place({ runId: '2001', worker: job.worker, empty: true })
    job.state['guard'] = stateOf(stage, placed)
    const victim = inJob(job, 'main', this.scenario.inputs)
    return { ...victim, seeded: path.join(stage.path, placed.slot), built: null }
  }

  /** The same, and what it is seeded with is cloned before: either of the two is about to be struck. */
  seededAhead(stage: Stage): SeedVictim {
    const { inputs, program } = this.scenario
    const job = this.job(stage, '2001')
    const placed = stage.place({ runId: '2001', worker: job.worker, empty: true })
    job.state['guard'] = stateOf(stage, placed)
    const victim = inJob(job, 'main', inputs)
    mkdirSync(stage.control(`seeding/${placed.id}`), { recursive: true })
    const clone = ['clone', '--root', stage.path, '--lease', placed.id] as const
    return {
      ...victim,
      seeded: path.join(stage.path, placed.slot),
      built: null,
      run: async (faults) => {
        const isCloning = program === 'dist/cli/'
        const cloned = await job.step(clone, { inputs, ...(isCloning ? { faults } : {}) })
        if (!isCloning && cloned.exitCode !== 0) throw new Error(cloned.stderr)
        const end = await job.step('main', { inputs, ...(isCloning ? {} : { faults }) })
        return isCloning && cloned.exitCode === 137 ? cloned : end
      },
    }
  }

  /** Gives the jobs of a stage a cache service. */
  async serve(stage: Stage): Promise<CacheService> {
    const service = await CacheService.start(this.cast.scene)
    this.#services.set(stage, service)
    return service
  }

  /** The same, and it holds what a push to the default branch has saved. */
  async serveSaved(stage: Stage): Promise<void> {
    this.#saved ??= this.#save()
    const saved = await this.#saved
    const service = await this.serve(stage)
    service.entries.push(...saved)
  }

  async #save(): Promise<CacheService['entries']> {
    const stage = this.stage()
    const service = await this.serve(stage)
    const job = this.built(stage)
    await job.run({ TARGET_GUARD_REMOTE_CACHE: 'restore-save' })
    await job.end()
    if (service.entries.length !== 1) throw new Error('nothing was saved')
    return service.entries
  }

  /** A job before its post: it has built something new. */
  built(stage: Stage): SeedVictim {
    const job = this.job(stage, '2001')
    job.env['GITHUB_EVENT_PATH'] = path.join(stage.base, 'event')
    const placed = stage.place({ runId: '2001', worker: job.worker, empty: true })
    putBuild(stage, placed, 'new')
    const record = { ...COLD, environment: environmentDigest() }
    writeFileSync(stage.control(`leases/${placed.id}.seed`), encodeRecord(record))
    job.state['guard'] = stateOf(stage, placed)
    const inputs = { ...this.scenario.inputs, 'job-status': 'success' }
    const built = path.join(stage.path, placed.slot)
    return { ...inJob(job, 'post', inputs, [placed]), seeded: null, built }
  }
}

function keeping(victim: SeedVictim, ...placed: readonly Placed[]): SeedVictim {
  return { ...victim, keptIfEnded: [...victim.keptIfEnded, ...placed] }
}

const SEEDED = {
  program: 'dist/main/',
  inputs: ROOMY,
  trusted: false,
  remote: false,
} as const
const ENDED = { program: 'dist/post/', inputs: ROOMY, trusted: true, remote: false } as const

function fromSnapshot(world: World, stage: Stage): SeedVictim {
  leaveSnapshot(stage)
  return world.seeded(stage)
}

function aheadOfCheckout(world: World, stage: Stage): SeedVictim {
  leaveSnapshot(stage)
  return world.seededAhead(stage)
}

const AHEAD = { ...SEEDED, program: 'dist/cli/', arrange: aheadOfCheckout } as const

export const SEED_SCENARIOS: readonly SeedScenario[] = [
  {
    ...SEEDED,
    name: 'inherit',
    disk: null,
    inputs: { ...ROOMY, warm: 'inherit' },
    arrange(world, stage) {
      const source = leaveBuild(stage)
      return keeping(world.seeded(stage), source)
    },
  },
  { ...SEEDED, name: 'clone by reflink', disk: 'xfs', arrange: fromSnapshot },
  { ...SEEDED, name: 'clone as a hybrid', disk: 'ext4', trusted: true, arrange: fromSnapshot },
  { ...SEEDED, name: 'copy', disk: 'ext4', arrange: fromSnapshot },
  { ...AHEAD, name: 'clone by reflink, while the checkout is made', disk: 'xfs' },
  { ...AHEAD, name: 'clone as a hybrid, while the checkout is made', disk: 'ext4', trusted: true },
  {
    ...AHEAD,
    name: 'take a clone that was made ahead',
    program: 'dist/main/',
    disk: 'ext4',
    trusted: true,
  },
  {
    ...ENDED,
    name: 'publish in the place of an older snapshot',
    disk: null,
    arrange(world, stage) {
      leaveSnapshot(stage)
      return world.built(stage)
    },
  },
  {
    ...ENDED,
    name: 'evict',
    program: 'dist/cli/',
    disk: null,
    arrange(_, stage) {
      leaveSnapshot(stage)
      leaveSnapshot(stage, 'another', 'lint')
      const env = { TARGET_GUARD_SNAPSHOT_MAX_GB: '0' }
      return { ...onHost(stage, ['sweep'], env), seeded: null, built: null }
    },
  },
  {
    ...ENDED,
    name: 'save to the cache service',
    disk: null,
    inputs: { ...ROOMY, 'remote-cache': 'restore-save' },
    remote: true,
    async arrange(world, stage) {
      await world.serve(stage)
      return world.built(stage)
    },
  },
  {
    ...SEEDED,
    name: 'restore from the cache service',
    disk: null,
    inputs: { ...ROOMY, 'remote-cache': 'restore' },
    remote: true,
    async arrange(world, stage) {
      await world.serveSaved(stage)
      return world.seeded(stage)
    },
  },
]
