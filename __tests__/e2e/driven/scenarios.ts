import { writeFileSync } from 'node:fs'
import * as path from 'node:path'
import type { FaultEnvironment } from '../faults.ts'
import { nodeBinary } from '../runner/node-binaries.ts'
import { compiledIn } from './driven-job.ts'
import type { DrivenJob, Program, StepEnd } from './driven-job.ts'
import type { Placed, Stage } from './stage.ts'

/** A program of ours on a stage, about to be struck. */
export interface Victim {
  run(faults: FaultEnvironment): Promise<StepEnd>
  /** Its parent, where that is a Worker. */
  readonly parent: number | null
  /** Ends what it worked for. */
  end(): Promise<void>
  /** slots that a later pass keeps if their lease has ended by then, and takes if not */
  readonly keptIfEnded: readonly Placed[]
}

/** Who mends: the same runner's next job, or the host's sweep. */
export type Mender = 'pre' | 'sweep'

export interface Scenario {
  readonly name: string
  /** A regex on the path of the program that is struck. */
  readonly program: string
  readonly menders: readonly Mender[]
  /** Inputs of the victim and of the mender. */
  readonly inputs?: Readonly<Record<string, string>>
  /** No root yet: it has no bystanders either. */
  readonly bare?: boolean
  arrange(stage: Stage, inputs: Readonly<Record<string, string>>): Victim
}

const BOTH = ['pre', 'sweep'] as const
/** To be given away, a slot needs root to make it. */
const GIVEN: Record<string, string> = process.getuid?.() === 0 ? { owner: '65534:65534' } : {}

export function inJob(
  job: DrivenJob,
  program: Program,
  inputs: Readonly<Record<string, string>>,
  keptIfEnded: readonly Placed[] = [],
): Victim {
  return {
    run: (faults) => job.step(program, { faults, inputs }),
    parent: job.worker.pid,
    end: () => job.end(),
    keptIfEnded,
  }
}

export function onHost(
  stage: Stage,
  words: readonly string[],
  extra: NodeJS.ProcessEnv = {},
): Victim {
  const { scene, action } = stage.cast
  const script = path.join(action, 'dist/cli/index.js')
  return {
    run: async (faults) => {
      const env = {
        TARGET_GUARD_ROOT: stage.path,
        DOCKER_HOST: 'unix:///nonexistent/docker.sock',
        ...compiledIn(action),
        ...extra,
        ...faults,
      }
      const end = await scene.run(nodeBinary('node24'), [script, ...words], { env })
      return { ...end, exitCode: end.exitCode ?? 128 + (SIGNALS[end.signal ?? ''] ?? 0) }
    },
    parent: null,
    end: async () => {},
    keptIfEnded: [],
  }
}

const SIGNALS: Record<string, number> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** The state that pre leaves for main and post. */
export function stateOf(stage: Stage, { id, slot }: Placed): string {
  const targetDirectory = path.join(stage.path, slot)
  const runDirectory = path.dirname(targetDirectory)
  const told = { retired: 0, reclaimedBytes: 0, diskStatus: 'ok', freeBytes: null, actions: [] }
  return JSON.stringify({
    root: stage.path,
    lease: id,
    prepared: { ...told, slot: { targetDirectory, runDirectory, takenOver: false } },
  })
}

/** What jobs of this runner left that its next pre takes: two in one run dir, and one of each kind. */
export function leaveStale(stage: Stage): void {
  stage.place({ runId: '901', end: stage.longAgo() })
  stage.place({ runId: '901', job: 'lint' })
  stage.place({ runId: '902', end: { result: 'failure' } })
  stage.place({ runId: '903', withoutSlot: true })
  const { id } = stage.place({ runId: '904', withoutSlot: true, lease: null })
  writeFileSync(stage.control(`leases/.${id}.tmp`), '{"version":1,')
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'pre on a host without a root',
    program: 'dist/pre/',
    menders: BOTH,
    bare: true,
    arrange: (stage, inputs) => inJob(stage.job('2001'), 'pre', inputs),
  },
  {
    name: 'pre with nothing to do',
    program: 'dist/pre/',
    menders: BOTH,
    inputs: GIVEN,
    arrange: (stage, inputs) => inJob(stage.job('2001'), 'pre', inputs),
  },
  {
    name: 'pre with own stale slots to prune',
    program: 'dist/pre/',
    menders: BOTH,
    arrange(stage, inputs) {
      leaveStale(stage)
      return inJob(stage.job('2001'), 'pre', inputs)
    },
  },
  {
    name: 'pre that takes over the hook’s lease',
    program: 'dist/pre/',
    menders: BOTH,
    inputs: GIVEN,
    arrange(stage, inputs) {
      const job = stage.job('2001')
      const { worker } = job
      const { id } = stage.place({ runId: '2001', worker, madeBy: 'hook', empty: true })
      job.env['TARGET_GUARD_LEASE'] = id
      return inJob(job, 'pre', inputs)
    },
  },
  {
    name: 'main that does all of pre',
    program: 'dist/main/',
    menders: ['pre'],
    arrange: (stage, inputs) => inJob(stage.job('2001'), 'main', inputs),
  },
  {
    name: 'post that keeps the slot',
    program: 'dist/post/',
    menders: BOTH,
    inputs: { 'job-status': 'success' },
    arrange(stage, inputs) {
      const job = stage.job('2001')
      const placed = stage.place({ runId: '2001', worker: job.worker })
      job.state['guard'] = stateOf(stage, placed)
      return inJob(job, 'post', inputs, [placed])
    },
  },
  {
    name: 'post that retires the slot',
    program: 'dist/post/',
    menders: ['pre'],
    inputs: { 'job-status': 'success', 'retention-hours': '0' },
    arrange(stage, inputs) {
      const job = stage.job('2001')
      const placed = stage.place({ runId: '2001', worker: job.worker })
      job.state['guard'] = stateOf(stage, placed)
      return inJob(job, 'post', inputs)
    },
  },
  {
    name: 'hook job-started',
    program: 'dist/cli/',
    menders: ['sweep'],
    inputs: GIVEN,
    arrange(stage, inputs) {
      stage.place({ runId: '901' })
      return inJob(stage.job('2001'), ['hook', 'job-started'], inputs)
    },
  },
  {
    name: 'hook job-completed',
    program: 'dist/cli/',
    menders: ['pre'],
    arrange(stage, inputs) {
      const job = stage.job('2001')
      const { worker } = job
      const hooked = stage.place({ runId: '2001', worker, madeBy: 'hook' })
      const step = stage.place({ runId: '2001', worker, job: 'build2' })
      return inJob(job, ['hook', 'job-completed'], inputs, [hooked, step])
    },
  },
  {
    name: 'sweep',
    program: 'dist/cli/',
    menders: ['sweep'],
    arrange(stage) {
      stage.place({ runner: 'beta', runId: '911' })
      stage.place({ runner: 'beta', runId: '911', job: 'lint', end: stage.longAgo() })
      stage.place({ runner: 'beta', runId: '912', withoutSlot: true })
      stage.placeInTrash()
      return onHost(stage, ['sweep'])
    },
  },
  {
    name: 'reap',
    program: 'dist/cli/',
    menders: ['sweep'],
    arrange(stage) {
      const { id } = stage.placeInTrash()
      writeFileSync(stage.control(`trash/${id}.quarantine`), '{"reason":"read-only",')
      writeFileSync(stage.control(`trash/${stage.placeInTrash().id}.quarantine`), '')
      writeFileSync(stage.control(`trash/${'0'.repeat(24)}.lease`), '')
      return onHost(stage, ['reap'])
    },
  },
]
