import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import * as path from 'node:path'
import { hostPrograms, testImage } from './runner/image.ts'
import type { ContainerRequest } from './runner/request.ts'
import type { Scene } from './scene.ts'

/** `container:` of a job: the test image with the host's own programs, and these volumes. */
export function jobContainer(...volumes: string[]): ContainerRequest {
  const { volumes: programs, env } = hostPrograms()
  return { image: testImage(), volumes: [...volumes, ...programs], env, network: 'none' }
}

/** Words for `docker run` that have the host's own programs run in a container, and its image last. */
export function withHostPrograms(): string[] {
  const { volumes, env } = hostPrograms()
  return [
    ...volumes.map((volume) => `--volume=${volume}`),
    ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
    testImage(),
  ]
}

/** Starts a container that goes with the scene at the latest; returns its full id. */
export function startContainer(scene: Scene, words: readonly string[]): string {
  const id = docker('run', '--detach', '--network=none', ...words)
  scene.defer(() => removeContainer(id))
  return id
}

/** The name that docker made up for a container. */
export function nameOf(id: string): string {
  return docker('inspect', '--format', '{{.Name}}', id).replace('/', '')
}

/** The pid of a container's first process, as the host sees it. */
export function pidOf(id: string): number {
  return Number(docker('inspect', '--format', '{{.State.Pid}}', id))
}

/** Removes a container by force, with all that runs in it; one that is gone already is fine. */
export function removeContainer(id: string): void {
  spawnSync('docker', ['rm', '--force', id])
}

function docker(...words: string[]): string {
  return execFileSync('docker', words, { encoding: 'utf8' }).trim()
}

/** Where a step's `docker run --cidfile` notes its container, which goes with the scene. */
export class NotedContainer {
  readonly file: string

  /** Takes a folder that the step's user may write to. */
  constructor(scene: Scene, folder: string) {
    this.file = path.join(folder, 'container-id')
    scene.defer(() => {
      if (existsSync(this.file)) removeContainer(this.id)
    })
  }

  get id(): string {
    return readFileSync(this.file, 'utf8').trim()
  }
}

/**
 * A socket in a new folder by which any user reaches the engine, as a member of the docker group
 * would: changing a group or the engine's own socket would reach beyond the test.
 *
 * @returns the value for DOCKER_HOST
 */
export async function lendDocker(scene: Scene): Promise<string> {
  const socket = path.join(scene.directory('docker'), 'socket')
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = createConnection({ path: '/var/run/docker.sock', allowHalfOpen: true })
    near.pipe(far).pipe(near)
    // A client that is killed takes its connection along.
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    scene.defer(() => {
      near.destroy()
      far.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  scene.defer(() => {
    server.close()
  })
  chmodSync(socket, 0o666)
  return `unix://${socket}`
}

/** A value for DOCKER_HOST where no engine is. */
export const NO_DOCKER = 'unix:///nonexistent/docker.sock'
