import { spawn, spawnSync } from 'node:child_process'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { needs } from './capabilities.ts'
import { startContainer, withHostPrograms } from './containers.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { placeAction } from './runner/action.ts'
import { install } from './runner/installation.ts'
import type { Installation } from './runner/installation.ts'
import { Job } from './runner/job.ts'
import { nodeBinary } from './runner/node-binaries.ts'
import { actionDirectory, planJob, workspaceOf } from './runner/plan.ts'
import type { JobRequest } from './runner/request.ts'
import { SCENE_VARIABLE } from './scene.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

const bridge = fileURLToPath(new URL('runner/bridge.mjs', import.meta.url))

/** A runner that lives in a container, work folder and all; only its programs are the host's. */
class ContainedRunner {
  readonly installation: Installation
  readonly container: string
  /** The command-line tool, beside the action that jobs use. */
  readonly tool: string

  constructor(action: string) {
    const options = { name: 'contained', agentId: 1, gitHubUrl: 'https://github.com/octo-org' }
    const root = scene().directory('runner')
    this.installation = install(root, { ...options, updated: false, user: null })
    const { actions, bin, externals, work } = this.installation
    const placed = actionDirectory({ uses: action }, this.installation, '')
    placeAction(action, placed)
    this.tool = path.join(placed, 'dist/cli/index.js')
    const programs = [bin, externals, path.dirname(bridge), path.dirname(nodeBinary('node24'))]
    this.container = startContainer(scene(), [
      ...programs.map((folder) => `--volume=${folder}:${folder}:ro`),
      ...withHostPrograms(),
      'tail',
      '-f',
      '/dev/null',
    ])
    // The same folders as on the host, but in the container's own layer.
    this.run('mkdir', '-p', workspaceOf(work, 'octo-org/demo'))
    for (const folder of [work, actions]) {
      spawnSync('docker', ['cp', `${folder}/.`, `${this.container}:${folder}`])
    }
    spawnSync('docker', ['cp', path.join(root, '.runner'), `${this.container}:${root}`])
  }

  /** Runs a command in the container; returns what it says. */
  run(...command: string[]): string {
    const words = ['exec', this.container, ...command]
    const { stdout, stderr } = spawnSync('docker', words, { encoding: 'utf8' })
    return stdout + stderr
  }

  job(request: JobRequest): Job {
    const grace = { interruptMs: 100, terminateMs: 100, outputMs: 1000 }
    const settings = { name: 'contained', node: null, grace, childEnv: {} }
    const { worker, workerProgram } = this.installation
    const words = ['outside', this.container, bridge, 'inside', worker, workerProgram]
    const child = spawn(process.execPath, [bridge, ...words], {
      env: { ...process.env, [SCENE_VARIABLE]: scene().id },
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    const job = new Job(child)
    job.send({ type: 'run', plan: planJob(request, this.installation, settings) })
    return job
  }
}

needs('docker').describe(
  'a runner in a container, with the root in that container’s own layer',
  () => {
    test('has slots, prunes what its killed job left, and is told that a volume would be better', async () => {
      // The path of a root that is not on this host: only the container has it.
      const host = new GuardedHost(scene(), '/var/lib/targets')
      const runner = new ContainedRunner(host.action)
      const killed = runner.job({
        runId: '1',
        steps: [host.step(), { run: 'echo "slot $CARGO_TARGET_DIR"; exec sleep 600' }],
      })
      const { stdout } = await killed.waitForStep(/^slot .*\n/)
      const slot = stdout.trim().slice('slot '.length)
      expect(slot).toMatch(
        /^\/var\/lib\/targets\/octo-org\/demo\/main\/run-1\/build-1-[0-9a-f]{24}$/,
      )
      runner.run('sh', '-c', 'kill -9 $(pidof Runner.Worker sleep)')
      await killed.result.catch(() => undefined)

      const next = await runner.job({
        runId: '2',
        steps: [host.step(), { name: 'build', run: 'echo built > "$CARGO_TARGET_DIR/out"' }],
      }).result
      expect(String(next)).toContain('job: success')
      expect(next.step('Pre guard').stdout).toMatch(
        /retire octo-org\/demo\/main\/run-1\/.*: its runner process \d+ is gone/,
      )
      expect(runner.run('cat', path.join(slotOf(next), 'out'))).toBe('built\n')
      expect(runner.run('ls', path.dirname(path.dirname(slot)))).toBe('run-2\n')
      expect(runner.run('ls', `${host.root}/.target-guard/leases`)).toContain(
        `${slotOf(next).slice(-24)}.ended`,
      )
      await waitFor(() => runner.run('ls', `${host.root}/.target-guard/trash`) === '', {
        what: 'the reaper',
      })

      const node = `${runner.installation.externals}/node24/bin/node`
      const doctor = runner.run(node, runner.tool, 'doctor', '--root', host.root)
      expect(doctor).toMatch(/^warn +file system +\/var\/lib\/targets lies on an overlay/m)
      expect(doctor).toContain('→ Mount a volume at the root.')
      expect(doctor).not.toMatch(/^fail/m)
    })
  },
)
