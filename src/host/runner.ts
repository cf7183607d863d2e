import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { messageOf } from '../plan/guard-error.ts'
import { sha256 } from '../plan/naming.ts'
import type { Owner, ProcessKey } from '../plan/job.ts'
import { readBootId, readPidNamespace } from './boot.ts'
import { follow } from './destination.ts'
import { locate, readMounts } from './mounts.ts'
import { findWorker } from './processes.ts'

/** Who this process works for; read from its environment, /proc and its mounts. */
export function observeOwner(environment: NodeJS.ProcessEnv): Owner {
  const name = environment['RUNNER_NAME'] ?? ''
  const { worker, isGithubs } = findWorker()
  return {
    runner: { name: name === '' ? hostname() : name, key: runnerKey(environment, name) },
    bootId: readBootId(),
    pidNamespace: readPidNamespace(),
    worker,
    container: readContainerId(),
    singleJob: isGithubs || workFolder(environment) === JOB_CONTAINER_WORK_FOLDER,
  }
}

/**
 * Who a command outside workflows works for: the local runs of this user, which are as one runner
 * that has many jobs at a time.
 *
 * @param worker the process that lives exactly as long as the lease shall
 */
export function observeLocal(worker: ProcessKey): Owner {
  const user = process.geteuid?.() ?? 0
  return {
    // No place of a work folder begins like this.
    runner: { name: `local:${user}`, key: sha256(`local runs of user ${user}`) },
    bootId: readBootId(),
    pidNamespace: readPidNamespace(),
    worker,
    // The container that somebody works in outlives what is done there, and proves nothing.
    container: null,
    singleJob: false,
  }
}

/** Where GitHub's runner mounts its work folder in every job container. */
const JOB_CONTAINER_WORK_FOLDER = '/__w'

/**
 * Which runner of this host it is: from its work folder and its name.
 *
 * The work folder counts by its place in its file system, so a step in a job container, where it is
 * called `/__w`, gets the same key as the runner's hook outside. A name alone would not do: two
 * runners of two organisations may share one.
 */
function runnerKey(environment: NodeJS.ProcessEnv, name: string): string {
  return sha256(`${placeOf(workFolder(environment))}\n${name}`)
}

/** `_work`: the parent of RUNNER_WORKSPACE and of RUNNER_TEMP. */
function workFolder(environment: NodeJS.ProcessEnv): string | null {
  const inside = [
    environment['RUNNER_WORKSPACE'],
    environment['RUNNER_TEMP'],
    environment['GITHUB_WORKSPACE'],
  ].find((path) => path?.startsWith('/') === true)
  return inside === undefined ? null : dirname(inside)
}

export function placeOf(folder: string | null): string {
  if (folder === null) return `user ${process.geteuid?.() ?? 0}`
  try {
    // Not by realpath, which would hang with the mount that a work folder may lie on.
    const mounts = readMounts()
    const place = locate(follow(folder, mounts).path, mounts)
    if (place === null) return folder
    const { source, device } = place.mount
    // A name such as `overlay` or `tmpfs` stands for many; the device number tells them apart.
    return `${source.startsWith('/') ? source : device}:${place.path}`
  } catch (error) {
    // It may not be looked at: its path is the best name for it.
    return `${folder} (${messageOf(error)})`
  }
}

/** What the engine mounts into every container from that container's own folder. */
const OF_CONTAINER = new Set(['/etc/hostname', '/etc/hosts', '/etc/resolv.conf'])

/**
 * The id of the container this process runs in, as docker writes it into its mounts; other mounts
 * may name other containers, since on the host those with a shareable IPC namespace have one there.
 */
function readContainerId(): string | null {
  const own = readMounts().filter(({ point }) => OF_CONTAINER.has(point))
  const ids = own.map(({ root }) => /\/([0-9a-f]{64})\//.exec(root)?.[1])
  const id = ids.find((each) => each !== undefined)
  if (id !== undefined) return id
  return existsSync('/.dockerenv') ? hostname() : null
}
