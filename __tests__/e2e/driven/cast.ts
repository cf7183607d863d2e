import type { ChildProcess } from 'node:child_process'
import { cpSync } from 'node:fs'
import * as path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { ProcessKey } from '../../../src/plan/job.ts'
import { nodeBinary } from '../runner/node-binaries.ts'
import type { CommandResult, Scene } from '../scene.ts'
import { compiledIn, DrivenJob } from './driven-job.ts'
import { Stage } from './stage.ts'

const dist = fileURLToPath(new URL('../../../dist', import.meta.url))

/** Who takes part in every stage of one test: living Workers, one that is gone, and the action. */
export interface Cast {
  readonly scene: Scene
  /** folder with a copy of dist/ */
  readonly action: string
  /** jobs that run all the while */
  readonly living: { readonly alpha: DrivenJob; readonly beta: DrivenJob }
  /** a Worker that has ended */
  readonly gone: ProcessKey
  /** Runs the tool on a root; throws unless it ends with 0. */
  tool(root: string, words: readonly string[], env?: NodeJS.ProcessEnv): Promise<CommandResult>
  /** Starts the tool on a root, and does not wait for it; `output` is all it says. */
  start(root: string, words: readonly string[]): ChildProcess & { readonly output: Promise<string> }
  /** A stage in a directory of its own; its root there too, or at another path. */
  stage(root?: string): Stage
}

function environment(root: string, action: string): NodeJS.ProcessEnv {
  // Whatever else runs on this machine is not asked.
  const docker = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' }
  return { TARGET_GUARD_ROOT: root, ...docker, ...compiledIn(action) }
}

export async function assemble(scene: Scene): Promise<Cast> {
  const action = scene.directory('action')
  cpSync(dist, path.join(action, 'dist'), { recursive: true })
  const base = scene.directory('stages')
  const start = (runner: string): DrivenJob => {
    const directory = path.join(base, 'living', runner)
    return new DrivenJob(scene, { runId: '1', runner, directory, root: '/nonexistent', action })
  }
  const ended = start('gone')
  await ended.end()
  const script = path.join(action, 'dist/cli/index.js')
  let stages = 0
  const cast: Cast = {
    scene,
    action,
    living: { alpha: start('alpha'), beta: start('beta') },
    gone: ended.worker,
    tool: async (root, words, env = {}) =>
      scene.must(nodeBinary('node24'), [script, ...words], {
        env: { ...environment(root, action), ...env },
      }),
    start: (root, words) => {
      const child = scene.start(nodeBinary('node24'), [script, ...words], {
        env: environment(root, action),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      if (child.stdout === null) throw new Error('the tool has no standard output')
      return Object.assign(child, { output: text(child.stdout) })
    },
    stage: (root) => {
      stages += 1
      return new Stage(cast, path.join(base, String(stages)), root)
    },
  }
  return cast
}
