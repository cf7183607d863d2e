import { spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { throughGrantedLock } from '../granted-lock.ts'
import { SCENE_VARIABLE } from '../scene.ts'
import type { Scene } from '../scene.ts'
import { placeAction } from './action.ts'
import { install, own } from './installation.ts'
import type { Installation, User } from './installation.ts'
import { Job } from './job.ts'
import type { Grace } from './messages.ts'
import type { NodeName } from './node-binaries.ts'
import { actionDirectory, planJob, workspaceOf } from './plan.ts'
import type { JobRequest } from './request.ts'

/** How a runner differs from the usual one. */
export interface RunnerOptions {
  /** RUNNER_NAME; default `runner-1`. Two runners of one host may share it. */
  readonly name?: string
  /** Where to lay it out; default a directory of the scene. */
  readonly root?: string
  readonly agentId?: number
  readonly gitHubUrl?: string
  /** Runs actions with this node, whatever their `using` says. */
  readonly node?: NodeName
  /** Shortens the waits of a cancel; default the runner's own 7,500, 2,500 and 5,000 ms. */
  readonly grace?: Partial<Grace>
  /** Runs the Worker as this user; needs root. */
  readonly user?: User
  /** Lays `bin` and `externals` out as after a self-update. */
  readonly updated?: boolean
}

const GRACE: Grace = { interruptMs: 7500, terminateMs: 2500, outputMs: 5000 }

/** Variables of the tests' own surroundings that a runner's service would not have. */
const FOREIGN =
  /^(?:GITHUB|RUNNER|ACTIONS|INPUT|STATE|JEST|npm|TARGET_GUARD|TG)_|^(?:CI|CARGO_TARGET_DIR|INIT_CWD)$/i

/** The Worker of the stand-in is a node itself: these reach only its children. */
const CHILD_ONLY = /^NODE_(?!EXTRA_CA_CERTS$)/

/** A self-hosted runner: its directory, its settings and its jobs, one at a time. */
export class Runner {
  readonly name: string
  readonly installation: Installation
  readonly #scene: Scene
  readonly #options: RunnerOptions
  #environment: NodeJS.ProcessEnv | null = null
  #job: Job | null = null

  private constructor(scene: Scene, options: RunnerOptions, installation: Installation) {
    this.#scene = scene
    this.#options = options
    this.installation = installation
    this.name = options.name ?? 'runner-1'
  }

  /** Configures a new runner in an empty directory. It takes jobs after `start`. */
  static install(scene: Scene, options: RunnerOptions = {}): Runner {
    const root = options.root ?? scene.directory('runner')
    const installation = install(root, {
      name: options.name ?? 'runner-1',
      // A runner removes containers that carry its label, which comes from its settings: two test
      // files at once must not be the same runner to docker.
      agentId: options.agentId ?? randomInt(1, 2 ** 31),
      gitHubUrl: options.gitHubUrl ?? 'https://github.com/octo-org',
      updated: options.updated ?? false,
      user: options.user ?? null,
    })
    return new Runner(scene, options, installation)
  }

  get root(): string {
    return this.installation.root
  }

  /** Adds lines to the runner's `.env`; they count from the next `start` on. */
  configure(values: Readonly<Record<string, string>>): this {
    const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`)
    appendFileSync(this.installation.envFile, lines.join(''))
    return this
  }

  /** Starts the listener, again too: reads `.env`, and puts `env` over it as a service's unit would. */
  start(options: { readonly env?: Readonly<Record<string, string>> } = {}): this {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !FOREIGN.test(name) && !CHILD_ONLY.test(name),
    )
    this.#environment = throughGrantedLock({
      ...Object.fromEntries(inherited),
      ...(this.#options.user === undefined ? {} : { HOME: this.root }),
      ...readEnvFile(this.installation.envFile),
      ...options.env,
      [SCENE_VARIABLE]: this.#scene.id,
    })
    return this
  }

  /** The repository's workspace on this runner; made if it is not there. */
  workspace(repository = 'octo-org/demo'): string {
    const directory = workspaceOf(this.installation.work, repository)
    mkdirSync(directory, { recursive: true })
    own([path.dirname(directory), directory], this.#options.user ?? null)
    return directory
  }

  /** Starts a job in a Worker of its own. Throws before `start` and while another one runs. */
  job(request: JobRequest): Job {
    if (this.#environment === null) throw new Error('start the runner first')
    if (this.#job !== null) throw new Error('a runner runs one job at a time')
    const { grace = {}, node = null, user } = this.#options
    this.#placeActions(request)
    const plan = planJob(request, this.installation, {
      name: this.name,
      node,
      grace: { ...GRACE, ...grace },
      childEnv: pick(this.#environment, (name) => CHILD_ONLY.test(name)),
    })
    const { worker, workerProgram, bin } = this.installation
    const child = spawn(worker, [workerProgram], {
      cwd: bin,
      env: pick(this.#environment, (name) => !CHILD_ONLY.test(name)),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      ...user,
    })
    const job = new Job(child)
    this.#job = job
    const free = (): void => {
      this.#job = null
    }
    job.result.then(free, free)
    this.#scene.defer(() => removeContainer(job))
    job.send({ type: 'run', plan })
    return job
  }

  /** What "Set up job" does: `_actions` anew, the workspace, and local actions where they are looked for. */
  #placeActions(request: JobRequest): void {
    const { actions } = this.installation
    const workspace = this.workspace(request.repository)
    rmSync(actions, { recursive: true, force: true })
    mkdirSync(actions)
    for (const step of request.steps) {
      if ('uses' in step) {
        placeAction(step.uses, actionDirectory(step, this.installation, workspace))
      }
    }
  }
}

function pick(env: NodeJS.ProcessEnv, fits: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && fits(entry[0]),
    ),
  )
}

/** Lines `NAME=value` up to the first `=`, taken as they are; other lines do not count. */
function readEnvFile(file: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const line of readFileSync(file, 'utf8').split(/\r?\n/)) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(line) ?? []
    if (name !== undefined) env[name] = value === '' ? undefined : value
  }
  return env
}

function removeContainer(job: Job): void {
  if (job.containerId !== null) spawnSync('docker', ['rm', '--force', job.containerId])
  if (job.network !== null) spawnSync('docker', ['network', 'rm', job.network])
}
