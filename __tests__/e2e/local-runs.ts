import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import * as path from 'node:path'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { tool } from './guard.ts'
import type { CommandResult, Scene } from './scene.ts'
import { waitFor } from './wait-for.ts'

/** A started `run`, and what it has written so far. */
export class StartedRun {
  readonly child: ChildProcess
  readonly #ended: Promise<[number | null, NodeJS.Signals | null]>
  stdout = ''
  stderr = ''

  constructor(child: ChildProcess) {
    this.child = child
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.#ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('it was not started')
    return this.child.pid
  }

  /** Waits until it has written this; the first group, or all of it. */
  async says(pattern: RegExp): Promise<string> {
    const found = await waitFor(() => pattern.exec(this.stdout), {
      what: `${String(pattern)} in ${JSON.stringify(this.stdout)} ${this.stderr}`,
    })
    return found[1] ?? found[0]
  }

  async end(): Promise<CommandResult> {
    const [exitCode, signal] = await this.#ended
    const { stdout, stderr } = this
    return { exitCode, signal, stdout, stderr }
  }
}

/** Runs of the tool on one root, by people and agents. */
export class LocalRuns {
  readonly scene: Scene
  readonly root: string

  constructor(scene: Scene, root = path.join(scene.directory('host'), 'targets')) {
    this.scene = scene
    this.root = root
  }

  environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return { TARGET_GUARD_ROOT: this.root, CARGO_NET_OFFLINE: 'true', ...more }
  }

  /** The words of `target-guard run …` for a shell script. */
  get shellWords(): string {
    return `'${process.execPath}' '${tool}' run`
  }

  /** Starts `run` in a directory; its input stays open until it is ended. */
  start(
    directory: string,
    words: readonly string[],
    options: { env?: NodeJS.ProcessEnv; detached?: boolean } = {},
  ): StartedRun {
    return this.startProgram(directory, process.execPath, [tool, 'run', ...words], options)
  }

  /** Starts a program that runs runs. */
  startProgram(
    directory: string,
    program: string,
    words: readonly string[],
    { env = {}, detached = false }: { env?: NodeJS.ProcessEnv; detached?: boolean } = {},
  ): StartedRun {
    const stdio = ['pipe', 'pipe', 'pipe'] as const
    const options = { cwd: directory, env: this.environment(env), detached, stdio: [...stdio] }
    return new StartedRun(this.scene.start(program, words, options))
  }

  /** Runs a command to its end, without any input. */
  async run(
    directory: string,
    command: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<CommandResult> {
    return this.tool(directory, ['run', '--', ...command], env)
  }

  async tool(
    directory: string,
    words: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<CommandResult> {
    const options = { cwd: directory, env: this.environment(env) }
    return this.scene.run(process.execPath, [tool, ...words], options)
  }

  /** Names of leases of one state, e.g. `0123….json`. */
  leases(state: 'json' | 'ended'): string[] {
    const folder = path.join(this.root, '.target-guard/leases')
    if (!existsSync(folder)) return []
    return readdirSync(folder).filter((name) => new RegExp(`^[0-9a-f]{24}\\.${state}$`).test(name))
  }

  /** A lease as it was written. */
  lease(id: string): Record<string, unknown> {
    const folder = path.join(this.root, '.target-guard/leases')
    const name = ['json', 'ended'].map((state) => `${id}.${state}`)
    const found = name.find((each) => existsSync(path.join(folder, each))) ?? ''
    return JSON.parse(readFileSync(path.join(folder, found), 'utf8')) as Record<string, unknown>
  }
}

/** How many crates cargo has compiled, by what it says. */
export function compiled({ stderr }: Pick<CommandResult, 'stderr'>): number {
  return stderr.match(/^ +Compiling /gm)?.length ?? 0
}
