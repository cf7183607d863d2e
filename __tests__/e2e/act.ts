import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { actBinary } from './capabilities.ts'
import type { GuardedHost } from './guard.ts'
import { hostPrograms, testImage } from './runner/image.ts'
import { nodeBinary } from './runner/node-binaries.ts'
import type { CommandResult, Scene } from './scene.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))

/** The reusable workflow, relative to a checkout. */
const SOVEREIGN = '.github/workflows/sovereign-ci.yml'

/** One run of a workflow file by act. */
export interface ActRun {
  event: 'push' | 'pull_request' | 'workflow_dispatch'
  /** the file, relative to the repository */
  workflow: string
  runId: number
  payload?: unknown
  /** a folder whose programs come before all others */
  programs?: string
}

/**
 * A git repository whose workflows act runs: a runner that nobody here wrote.
 *
 * act replaces actions/checkout by a copy of the repository, and this action by the host's copy of it,
 * which it takes for a remote one, so that pre, main and post all run.
 */
export class ActRepository {
  readonly name: string
  readonly directory: string
  readonly #host: GuardedHost

  /** `name` is `owner/name`, which slots lie below. */
  constructor(host: GuardedHost, name: string) {
    this.#host = host
    this.name = name
    this.directory = host.scene.directory('repository')
  }

  write(file: string, text: string): void {
    const target = path.join(this.directory, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, text)
  }

  copy(file: string): void {
    cpSync(path.join(checkout, file), path.join(this.directory, file), { recursive: true })
  }

  /** Commits everything to `main`, which act takes the ref of a push from. */
  async commit(): Promise<void> {
    const git = async (...words: string[]): Promise<CommandResult> =>
      this.#host.scene.must('git', ['-C', this.directory, ...words])
    await git('init', '--quiet', '--initial-branch=main')
    await git('remote', 'add', 'origin', `https://github.com/${this.name}.git`)
    await git('add', '--all')
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid']
    await git(...identity, 'commit', '--quiet', '--message=test')
  }

  /** Runs one workflow file on this machine, or in the job containers that it asks for. */
  async act({ event, workflow, runId, payload, programs }: ActRun): Promise<CommandResult> {
    const { scene, root, action } = this.#host
    const own = scene.directory('act')
    const words = [event, '--workflows', workflow, '--no-cache-server', '--pull=false', '--rm']
    for (const label of ['ubuntu-latest', 'self-hosted']) words.push('-P', `${label}=-self-hosted`)
    for (const used of usedVersions()) words.push('--local-repository', `${used}=${action}`)
    const told = { RUNNER_NAME: 'act-1', GITHUB_RUN_ID: runId, GITHUB_REPOSITORY: this.name }
    for (const [name, value] of Object.entries(told)) words.push('--env', `${name}=${value}`)
    if (payload !== undefined) {
      const file = path.join(own, 'event.json')
      writeFileSync(file, JSON.stringify(payload))
      words.push('--eventpath', file)
    }
    const node = path.dirname(nodeBinary('node24'))
    const before = programs === undefined ? node : `${programs}:${node}`
    return scene.run(actBinary(), words, {
      cwd: this.directory,
      env: {
        PATH: `${before}:${process.env['PATH'] ?? ''}`,
        // Its cache of actions and its work folders.
        XDG_CACHE_HOME: own,
        XDG_CONFIG_HOME: own,
        TARGET_GUARD_ROOT: root,
        // act hands our environment on; these would be of the job that the tests themselves run in.
        TARGET_GUARD_LEASE: undefined,
        RUNNER_TRACKING_ID: undefined,
        RUNNER_WORKSPACE: undefined,
      },
    })
  }
}

/** Puts the reusable workflow beside the action, as their repository has it. */
export function publishReusableWorkflow(
  host: GuardedHost,
  change: (text: string) => string = (text) => text,
): void {
  const target = path.join(host.action, SOVEREIGN)
  mkdirSync(path.dirname(target), { recursive: true })
  writeFileSync(target, change(readFileSync(path.join(checkout, SOVEREIGN), 'utf8')))
}

/** What examples and the reusable workflow call this action by, e.g. `OWNER/target-guard@v1.2.3`. */
function usedVersions(): string[] {
  const text = readFileSync(path.join(checkout, SOVEREIGN), 'utf8')
  const found = text.matchAll(/uses: ([^\s/]+\/target-guard@\S+)/g)
  return [...new Set([...found].map((each) => each[1] ?? ''))]
}

/** The text of an example, for this host's root and image instead of those it shows. */
export function example(file: string, root: string, image = ''): string {
  return readFileSync(path.join(checkout, 'examples', file), 'utf8')
    .replaceAll('/mnt/targets', root)
    .replaceAll('rust:1', image)
}

/**
 * A workflow whose job containers have the host's own programs.
 *
 * act does not expand expressions in `container.volumes`, as GitHub's runner does: so the root, which
 * every volume of ours is, is written out as well.
 */
export function withVolumes(workflow: string, root: string): string {
  const node = `${nodeBinary('node24')}:/opt/node/node:ro`
  const volumes = [`${root}:${root}`, node, ...hostPrograms().volumes]
  const pattern =
    /^( *)- (\$\{\{ inputs\.root \}\}|\/[^\s:$]+):(\$\{\{ inputs\.root \}\}|\/[^\s:$]+)$/gm
  return workflow.replaceAll(pattern, (_, indent: string) =>
    volumes.map((volume) => `${indent}- ${volume}`).join('\n'),
  )
}

/** An image with the variables that the host's own programs need: act takes PATH from the image alone. */
export function imageForAct(scene: Scene): string {
  const image = `target-guard-test:act-${scene.id}`
  const { env } = hostPrograms()
  const variables = { ...env, PATH: `/opt/node:${env['PATH'] ?? ''}` }
  const changes = Object.entries(variables).flatMap(([name, value]) => [
    '--change',
    `ENV ${name}=${value}`,
  ])
  const container = docker('create', testImage())
  docker('commit', ...changes, container, image)
  docker('rm', container)
  scene.defer(() => {
    const left = docker('ps', '--all', '--quiet', '--filter', `ancestor=${image}`)
    for (const id of left.split('\n').filter(Boolean)) docker('rm', '--force', '--volumes', id)
    docker('rmi', '--force', image)
  })
  return image
}

/**
 * A folder with a `docker` that calls the real one, with the host's own programs in every container:
 * the test image holds neither cargo nor a linker.
 */
export function dockerWithPrograms(scene: Scene): string {
  const folder = scene.directory('programs')
  const { volumes, env } = hostPrograms()
  const words = [
    ...volumes.map((volume) => `--volume=${volume}`),
    ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
    '--network=none',
  ]
  const real = spawnSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).stdout.trim()
  const given = words.map((word) => `'${word}'`).join(' ')
  const file = path.join(folder, 'docker')
  writeFileSync(
    file,
    `#!/bin/sh
if [ "$1" = run ]; then
  shift
  set -- run ${given} "$@"
fi
exec '${real}' "$@"
`,
  )
  chmodSync(file, 0o755)
  return folder
}

function docker(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`docker ${words.join(' ')}: ${stderr}`)
  return stdout.trim()
}
