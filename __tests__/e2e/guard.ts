import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JobResult, StepResult } from './runner/job-result.ts'
import type { ActionStepRequest } from './runner/request.ts'
import { nodeBinary } from './runner/node-binaries.ts'
import type { NodeName } from './runner/node-binaries.ts'
import type { CommandResult, Scene } from './scene.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))

/** The built command-line tool. */
export const tool = path.join(checkout, 'dist/cli/index.js')

/** One host: a root for target-guard, the action as it is published, and the tool. */
export class GuardedHost {
  readonly scene: Scene
  /** Where the root is, or will be. */
  readonly root: string
  /** A folder with action.yml and dist/ alone. */
  readonly action: string

  constructor(scene: Scene, root = path.join(scene.directory('host'), 'targets')) {
    this.scene = scene
    this.root = root
    this.action = scene.directory('action')
    cpSync(path.join(checkout, 'action.yml'), path.join(this.action, 'action.yml'))
    cpSync(path.join(checkout, 'dist'), path.join(this.action, 'dist'), { recursive: true })
  }

  /** A step that uses the action on this host's root. */
  step(options: Partial<ActionStepRequest> = {}): ActionStepRequest {
    return {
      uses: this.action,
      name: 'guard',
      ...options,
      with: { root: this.root, ...options.with },
    }
  }

  /** Runs a command of the tool on this host's root. */
  async cli(
    words: readonly string[],
    options: { node?: NodeName; env?: NodeJS.ProcessEnv } = {},
  ): Promise<CommandResult> {
    return this.scene.run(nodeBinary(options.node ?? 'node24'), [tool, ...words], {
      env: { TARGET_GUARD_ROOT: this.root, ...options.env },
    })
  }

  /** The JSON that a command prints; throws with its output where it prints none. */
  async json<Value>(...words: readonly string[]): Promise<Value> {
    const { stdout, stderr } = await this.cli([...words, '--json'])
    try {
      return JSON.parse(stdout) as Value
    } catch (cause) {
      throw new Error(`${words.join(' ')} printed no JSON:\n${stdout}${stderr}`, { cause })
    }
  }

  /** Names of lease files, e.g. `0123….json`, without companions. */
  leases(): string[] {
    return this.control('leases').filter((name) => /^[0-9a-f]{24}\.(json|ended)$/.test(name))
  }

  /** Names in a folder of the root's own; empty where it is not there. */
  control(folder: string): string[] {
    const directory = path.join(this.root, '.target-guard', folder)
    return existsSync(directory) ? readdirSync(directory) : []
  }

  /** Absolute paths of all slots, sorted. */
  slots(): string[] {
    let level = [this.root]
    for (let depth = 0; depth < 5; depth += 1) level = level.flatMap(childrenOf)
    return level.toSorted()
  }

  /** The last heartbeat. */
  heartbeat(): Record<string, unknown> {
    const file = path.join(this.root, '.target-guard/heartbeat.json')
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  }

  /** A copy of a project in the workspace of a runner, as a checkout would leave it. */
  checkOut(project: string, workspace: string): void {
    mkdirSync(workspace, { recursive: true })
    cpSync(project, workspace, { recursive: true, preserveTimestamps: true })
  }
}

function childrenOf(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== '.target-guard')
    .map((entry) => path.join(directory, entry.name))
}

/** The slot that a job was given, from what its pre or its started hook exported. */
export function slotOf(result: JobResult): string {
  const slots = result.steps
    .map((step) => step.exports['CARGO_TARGET_DIR'])
    .filter((slot) => slot !== undefined)
  const last = slots.at(-1)
  if (last === undefined) throw new Error(`no slot was exported\n${String(result)}`)
  return last
}

/** Texts of the annotations of one kind in a step. */
export function annotationsOf(step: StepResult, level: 'error' | 'warning' | 'notice'): string[] {
  return step.annotations.filter((each) => each.level === level).map((each) => each.message)
}
