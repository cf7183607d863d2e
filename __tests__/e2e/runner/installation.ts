import { chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { nodeBinary, placeBinary } from './node-binaries.ts'
import { writeWorkerProgram } from './worker-program.ts'

/** Owner of a process and its files, as numbers. */
export interface User {
  readonly uid: number
  readonly gid: number
}

/** What `config.sh` was told. */
export interface InstallationOptions {
  readonly name: string
  readonly agentId: number
  readonly gitHubUrl: string
  /** Lays `bin` and `externals` out as a self-update does: links to `bin.<version>` and so on. */
  readonly updated: boolean
  readonly user: User | null
}

/** The files of one runner. Absolute paths. */
export interface Installation {
  readonly root: string
  readonly envFile: string
  /** The executable whose name the Worker carries, and the program it runs. */
  readonly worker: string
  readonly workerProgram: string
  readonly bin: string
  readonly externals: string
  readonly work: string
  readonly temp: string
  readonly toolCache: string
  readonly actions: string
}

const VERSION = '2.336.0'

/** Lays out a runner's root directory, which must be empty, as a configured runner has it. */
export function install(root: string, options: InstallationOptions): Installation {
  const suffix = options.updated ? `.${VERSION}` : ''
  for (const name of ['bin', 'externals']) {
    mkdirSync(path.join(root, name + suffix), { recursive: true })
    if (options.updated) symlinkSync(name + suffix, path.join(root, name))
  }
  const work = path.join(root, '_work')
  const paths = {
    root,
    envFile: path.join(root, '.env'),
    bin: path.join(root, 'bin'),
    worker: path.join(root, 'bin', 'Runner.Worker'),
    externals: path.join(root, 'externals'),
    work,
    temp: path.join(work, '_temp'),
    toolCache: path.join(work, '_tool'),
    actions: path.join(work, '_actions'),
  }
  for (const directory of [paths.temp, paths.toolCache, paths.actions]) {
    mkdirSync(directory, { recursive: true })
  }
  placeBinary(nodeBinary('node20'), paths.worker)
  for (const name of ['node20', 'node24'] as const) {
    placeBinary(nodeBinary(name), path.join(paths.externals, name, 'bin', 'node'))
  }
  const workerProgram = writeWorkerProgram(path.join(paths.bin, 'worker'))
  writeSettings(root, options)
  writeFileSync(paths.envFile, 'LANG=C.UTF-8\n')
  // Not the programs: they are hard links to the machine's own.
  own([root, paths.envFile, work, paths.temp, paths.toolCache, paths.actions], options.user)
  return { ...paths, workerProgram }
}

/** Hands files that were made for a runner over to the user that it runs as. */
export function own(files: readonly string[], user: User | null): void {
  if (user !== null) for (const file of files) chownSync(file, user.uid, user.gid)
}

/** `.runner` begins with a byte order mark, as config.sh writes it. */
function writeSettings(root: string, options: InstallationOptions): void {
  const settings = {
    agentId: options.agentId,
    agentName: options.name,
    poolId: 1,
    poolName: 'Default',
    serverUrl: 'https://pipelines.actions.githubusercontent.com/stand-in/',
    gitHubUrl: options.gitHubUrl,
    workFolder: '_work',
  }
  writeFileSync(path.join(root, '.runner'), `\uFEFF${JSON.stringify(settings, null, 2)}`)
}
