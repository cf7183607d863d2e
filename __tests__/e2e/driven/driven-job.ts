import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import type { ProcessKey } from '../../../src/plan/job.ts'
import type { FaultEnvironment } from '../faults.ts'
import { startTimeOf } from '../processes.ts'
import type { User } from '../runner/installation.ts'
import { nodeBinary } from '../runner/node-binaries.ts'
import type { Scene } from '../scene.ts'
import { throughGrantedLock } from '../granted-lock.ts'

/** How one step of a driven job ended; 128 + n after signal n. */
export interface StepEnd {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** The same of a step, with its outputs. */
export interface DrivenEnd extends StepEnd {
  readonly outputs: Readonly<Record<string, string>>
}

/** What a job is told; the rest is the same for all. */
export interface DrivenJobOptions {
  readonly runId: string
  readonly job?: string
  /** name of the runner and its directory */
  readonly runner: string
  readonly directory: string
  readonly root: string
  /** folder with dist/ */
  readonly action: string
  /** Runs as this user; needs root. */
  readonly user?: User
}

/** What of the action is run. */
export type Program =
  | 'pre'
  | 'main'
  | 'post'
  | readonly ['hook', 'job-started' | 'job-completed']
  | readonly ['clone', ...string[]]

/** Inputs and faults of one step. */
export interface StepOptions {
  readonly inputs?: Readonly<Record<string, string>>
  readonly faults?: FaultEnvironment
  /** instead of what earlier steps saved */
  readonly state?: Readonly<Record<string, string>>
  /** words before the program's, such as `unshare --mount`; each must exec the rest */
  readonly within?: readonly string[]
}

/** Reads names of scripts and runs each as its child, for as long as its input is open. */
const WORKER = `#!/bin/sh
while read -r step; do
  sh "$step" >"$step.out" 2>"$step.err" </dev/null
  echo "$?"
done
`

const COMMAND_FILES = ['ENV', 'OUTPUT', 'PATH', 'STATE', 'STEP_SUMMARY'] as const

/**
 * A job without the stand-in runner around it, where a test needs hundreds: a real process named
 * Runner.Worker starts each step, and the steps share what they write to GITHUB_ENV and GITHUB_STATE.
 */
export class DrivenJob {
  /** The Worker, as a lease records it. */
  readonly worker: ProcessKey
  readonly env: Record<string, string> = {}
  readonly state: Record<string, string> = {}
  readonly #options: DrivenJobOptions
  readonly #process: ChildProcess
  readonly #answers: Interface
  #steps = 0

  constructor(scene: Scene, options: DrivenJobOptions) {
    this.#options = options
    for (const name of ['_work/_temp', '_work/demo/demo']) {
      mkdirSync(path.join(options.directory, name), { recursive: true })
    }
    const program = path.join(options.directory, 'Runner.Worker')
    writeFileSync(program, WORKER)
    chmodSync(program, 0o755)
    this.#own('_work', '_work/demo', '_work/demo/demo', '_work/_temp')
    const { user = {} } = options
    this.#process = scene.start(program, [], { stdio: ['pipe', 'pipe', 'ignore'], ...user })
    const { pid, stdout } = this.#process
    if (pid === undefined || stdout === null) throw new Error('the Worker could not be started')
    this.worker = { pid, start: Number(startTimeOf(pid)) }
    this.#answers = createInterface(stdout)
  }

  /** The slot that a step of this job exported. */
  get slot(): string {
    const slot = this.env['CARGO_TARGET_DIR']
    if (slot === undefined) throw new Error('no slot was exported')
    return slot
  }

  /** Runs one program of the action to its end. */
  async step(program: Program, options: StepOptions = {}): Promise<DrivenEnd> {
    this.#steps += 1
    const base = path.join(
      this.#options.directory,
      '_work/_temp',
      `${this.worker.pid}-${this.#steps}`,
    )
    for (const name of COMMAND_FILES) writeFileSync(`${base}-${name}`, '')
    writeFileSync(base, this.#script(program, base, options))
    this.#own(...COMMAND_FILES.map((name) => `_work/_temp/${path.basename(base)}-${name}`))
    const answered = once(this.#answers, 'line')
    this.#process.stdin?.write(`${base}\n`)
    const [exitCode] = (await answered) as [string]
    Object.assign(this.env, readAssignments(`${base}-ENV`))
    Object.assign(this.state, readAssignments(`${base}-STATE`))
    const said = (stream: string): string => readFileSync(`${base}.${stream}`, 'utf8')
    const outputs = readAssignments(`${base}-OUTPUT`)
    return { exitCode: Number(exitCode), stdout: said('out'), stderr: said('err'), outputs }
  }

  /** Like `step`; throws with what it said unless it ended with 0. */
  async must(program: Program, options: StepOptions = {}): Promise<DrivenEnd> {
    const end = await this.step(program, options)
    if (end.exitCode === 0) return end
    throw new Error(`${String(program)} ended with ${end.exitCode}\n${end.stdout}${end.stderr}`)
  }

  /** Ends the Worker, and with it the job. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.stdin?.end()
    await ended
  }

  /** A process that this job's steps are children of: SIGKILL, as by the OOM killer. */
  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }

  #own(...names: readonly string[]): void {
    const { directory, user } = this.#options
    if (user === undefined) return
    for (const name of names) chownSync(path.join(directory, name), user.uid, user.gid)
  }

  #script(program: Program, base: string, options: StepOptions): string {
    const values = { ...this.#environment(base), ...this.env, ...this.#stateOf(options) }
    const inputs = { root: this.#options.root, ...options.inputs }
    for (const [name, value] of Object.entries(inputs)) {
      // A hook has no inputs, only their twins.
      Object.assign(values, { [twinOf(name)]: value })
    }
    const exports = Object.entries(throughGrantedLock({ ...values, ...options.faults }))
      .map(([name, value = '']) => `export ${name}=${quoted(value)}\n`)
      .join('')
    const words =
      typeof program === 'string' ? [this.#dist(program)] : [this.#dist('cli'), ...program]
    const command = [...(options.within ?? []), nodeBinary('node24'), ...words]
      .map(quoted)
      .join(' ')
    return `${exports}exec ${command}\n`
  }

  #dist(entry: string): string {
    return path.join(this.#options.action, 'dist', entry, 'index.js')
  }

  #stateOf({ state }: StepOptions): Record<string, string> {
    return Object.fromEntries(
      Object.entries(state ?? this.state).map(([name, value]) => [`STATE_${name}`, value]),
    )
  }

  #environment(base: string): Record<string, string> {
    const { runId, job = 'build' } = this.#options
    return {
      ...runnerEnvironment(this.#options),
      ...Object.fromEntries(COMMAND_FILES.map((name) => [`GITHUB_${name}`, `${base}-${name}`])),
      GITHUB_EVENT_NAME: 'push',
      GITHUB_JOB: job,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REPOSITORY: 'octo-org/demo',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: runId,
      // Whatever else runs on this machine is not asked.
      DOCKER_HOST: 'unix:///nonexistent/docker.sock',
      NODE_OPTIONS: '',
      ...compiledIn(this.#options.action),
      // Hundreds of jobs: keepers are tested with jobs of the stand-in runner.
      TARGET_GUARD_KEEPER: 'off',
    }
  }
}

/** Has node 24 compile a program of this copy of the action once, not hundreds of times. */
export function compiledIn(action: string): Record<string, string> {
  return { NODE_COMPILE_CACHE: path.join(action, 'compiled') }
}

/** The variable that stands for an input. */
export function twinOf(input: string): string {
  return `TARGET_GUARD_${input.toUpperCase().replaceAll('-', '_')}`
}

/** What tells one runner from another. */
export function runnerEnvironment(options: {
  readonly runner: string
  readonly directory: string
}): Record<string, string> {
  const work = path.join(options.directory, '_work')
  return {
    GITHUB_WORKSPACE: path.join(work, 'demo/demo'),
    RUNNER_NAME: options.runner,
    RUNNER_TEMP: path.join(work, '_temp'),
    RUNNER_WORKSPACE: path.join(work, 'demo'),
  }
}

/** The lines `NAME<<DELIMITER`, value, `DELIMITER` of a command file; an unfinished one does not count. */
function readAssignments(file: string): Record<string, string> {
  const found = readFileSync(file, 'utf8').matchAll(/^([\w-]+)<<(\S+)\n(.*?)\n\2$/gms)
  return Object.fromEntries([...found].map(([, name = '', , value = '']) => [name, value]))
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}
