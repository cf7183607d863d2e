import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import type { ContainerRequest } from '../request.ts'
import type { JobPlan } from '../messages.ts'

/** Tells the step what was run and what came of it. */
type Say = (text: string) => void

/** The container of a job, made and entered with the runner's own docker commands. */
export class JobContainer {
  id = ''
  /** The network made for the job, which goes with it; null when the request named another. */
  network: string | null = null
  readonly #request: ContainerRequest
  readonly #plan: JobPlan
  readonly #say: Say
  /** Host prefix and what it is called inside; the first that fits counts. */
  readonly #mappings: readonly (readonly [host: string, inside: string])[]
  #path = ''

  constructor(request: ContainerRequest, plan: JobPlan, say: Say) {
    const { runner } = plan
    this.#request = request
    this.#plan = plan
    this.#say = say
    this.#mappings = [
      [path.join(runner.temp, '_github_workflow'), '/github/workflow'],
      [path.join(runner.temp, '_github_home'), '/github/home'],
      [runner.work, '/__w'],
      [runner.toolCache, '/__t'],
      [runner.externals, '/__e'],
    ]
  }

  /** A path of the host as the container sees it; anything else, and paths elsewhere, stay as they are. */
  translate(value: string): string {
    for (const [host, inside] of this.#mappings) {
      if (value === host) return inside
      if (value.startsWith(`${host}/`)) return inside + value.slice(host.length)
    }
    return value
  }

  /** Creates and starts it. Throws with docker's output when a command fails. */
  start(): void {
    const label = this.#label()
    this.#removeStale(label)
    this.network = this.#request.network === undefined ? `github_network_${hex()}` : null
    if (this.network !== null) this.#docker(['network', 'create', '--label', label, this.network])
    this.id = this.#docker(['create', ...this.#createArguments(label)]).trim()
    this.#docker(['start', this.id])
    const format = '{{range .Config.Env}}{{println .}}{{end}}'
    const env = this.#docker(['inspect', '--format', format, this.id])
    this.#path = /^PATH=(.*)$/m.exec(env)?.[1] ?? ''
  }

  /**
   * Arguments for `docker` to run a command inside, with variables passed on by name only: their values
   * come from the docker client's own environment.
   */
  execArguments(
    cwd: string,
    names: readonly string[],
    prependPath: readonly string[],
    command: readonly string[],
  ): string[] {
    const prefix = prependPath.toReversed().join(':')
    const search = this.#path === '' ? prefix : `${prefix}:${this.#path}`
    return [
      'exec',
      '-i',
      '--workdir',
      this.translate(cwd),
      ...names.flatMap((name) => ['-e', name]),
      ...(prefix === '' ? [] : ['-e', `PATH=${search}`]),
      this.id,
      ...command,
    ]
  }

  /** Removes it by force, with everything that runs in it, and its network. Failures are only told. */
  stop(): void {
    if (this.id !== '') this.#docker(['rm', '--force', this.id], false)
    if (this.network !== null) this.#docker(['network', 'rm', this.network], false)
  }

  #label(): string {
    const settings = readFileSync(path.join(this.#plan.runner.root, '.runner'), 'utf8')
    return createHash('sha256').update(settings.toLowerCase()).digest('hex').slice(0, 6)
  }

  /** Containers that a killed Worker of this same runner left behind. */
  #removeStale(label: string): void {
    const filter = `label=${label}`
    const stale = this.#docker(['ps', '--all', '--quiet', '--no-trunc', '--filter', filter])
    for (const id of stale.split('\n').filter(Boolean)) this.#docker(['rm', '--force', id], false)
    this.#docker(['network', 'prune', '--force', '--filter', filter], false)
  }

  #createArguments(label: string): string[] {
    const { runner, github } = this.#plan
    const { image, env = {}, options = '', network, volumes = [] } = this.#request
    const home = path.join(runner.temp, '_github_home')
    const workflow = path.join(runner.temp, '_github_workflow')
    for (const directory of [home, workflow]) mkdirSync(directory, { recursive: true })
    const own = [runner.work, runner.externals, runner.temp, runner.actions, runner.toolCache]
    const mounts = [
      '/var/run/docker.sock:/var/run/docker.sock',
      ...volumes,
      ...[...own, home, workflow].map(
        (host) => `${host}:${this.translate(host)}${host === runner.externals ? ':ro' : ''}`,
      ),
    ]
    const variables = { CI: 'true', ...env, HOME: this.translate(home), GITHUB_ACTIONS: 'true' }
    const displayName = `${hex()}_${image.replaceAll(/[^A-Za-z0-9]/g, '')}_${hex().slice(0, 6)}`
    return Object.entries({
      '--name': [displayName],
      '--label': [label],
      '--workdir': [this.translate(github['workspace'] ?? '')],
      '--network': [this.network ?? network ?? 'bridge'],
      '-e': Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      '-v': mounts,
      '--entrypoint': ['tail'],
    })
      .flatMap(([flag, values]) => values.flatMap((value) => [flag, value]))
      .concat(options.split(' ').filter(Boolean), image, '-f', '/dev/null')
  }

  #docker(args: readonly string[], required = true): string {
    this.#say(`docker ${args.join(' ')}\n`)
    const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8' })
    if (status === 0) return stdout
    const reason = error?.message ?? `${stdout}${stderr}`
    this.#say(`${reason}\n`)
    if (required) throw new Error(`docker ${args[0] ?? ''} failed: ${reason.trim()}`)
    return ''
  }
}

function hex(): string {
  return randomUUID().replaceAll('-', '')
}
