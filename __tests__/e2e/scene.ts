import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { throughGrantedLock } from './granted-lock.ts'
import { kill, processesOf } from './processes.ts'
import { waitFor } from './wait-for.ts'

/** What a command left behind: exit code (null when a signal ended it) and its whole output. */
export interface CommandResult {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Set in the environment of everything that a scene starts, so that it can end just that. */
export const SCENE_VARIABLE = 'TG_SCENE'

/** Temporary directories, processes and mounts of one test, and the way back from all of them. */
export class Scene {
  readonly id: string = randomUUID()
  readonly #directories: string[] = []
  readonly #undo: (() => void | Promise<void>)[] = []

  /** Has `undo` run when the scene ends; the last one registered runs first. */
  defer(undo: () => void | Promise<void>): void {
    this.#undo.push(undo)
  }

  /** A new empty directory (mode 0755) that goes when the scene ends, with all mounts below it. */
  directory(name = 'scene'): string {
    const directory = mkdtempSync(path.join(realpathSync(tmpdir()), `tg-${name}-`))
    chmodSync(directory, 0o755)
    this.#directories.push(directory)
    this.defer(() => removeTree(directory))
    return directory
  }

  /** The environment for children of this scene: ours, `extra`, and the scene's own mark. */
  environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return throughGrantedLock({ ...process.env, ...extra, [SCENE_VARIABLE]: this.id })
  }

  /** Starts a process that is killed when the scene ends, with every descendant that kept its mark. */
  start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return spawn(command, args, { ...options, env: this.environment(options.env) })
  }

  /** Runs a command to its end. Throws only when it cannot be started. */
  async run(
    command: string,
    args: readonly string[] = [],
    options: SpawnOptions = {},
  ): Promise<CommandResult> {
    const child = this.start(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const [exitCode, signal] = (await once(child, 'close')) as [
      number | null,
      NodeJS.Signals | null,
    ]
    return { exitCode, signal, stdout, stderr }
  }

  /** Like `run`, but throws with the whole output unless the command ended with 0. */
  async must(
    command: string,
    args: readonly string[] = [],
    options: SpawnOptions = {},
  ): Promise<CommandResult> {
    const result = await this.run(command, args, options)
    if (result.exitCode !== 0) {
      const end = String(result.exitCode ?? result.signal)
      throw new Error(
        `${command} ${args.join(' ')} ended with ${end}\n${result.stdout}${result.stderr}`,
      )
    }
    return result
  }

  /**
   * Kills every process that carries this scene's mark, or is called with a place in it, and waits until
   * all are gone.
   */
  async endProcesses(): Promise<void> {
    await waitFor(
      () => {
        const { found, untold } = processesOf(SCENE_VARIABLE, this.id, this.#directories)
        for (const pid of found) kill(pid)
        return found.length === 0 && untold.length === 0
      },
      { what: 'the processes of the scene to end', deadlineMs: 10_000 },
    )
  }

  /** Ends the processes, then undoes the rest, last things first; throws after all was tried. */
  async end(): Promise<void> {
    const errors: unknown[] = []
    this.defer(() => this.endProcesses())
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      try {
        await undo()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `clean-up failed: ${errors.join('; ')}`)
  }
}

/** Mount points at or below `directory`, innermost last mounted first. */
export function mountsBelow(directory: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => unescapeMountPath(line.split(' ')[4] ?? ''))
    .filter((mount) => mount === directory || mount.startsWith(`${directory}/`))
    .toReversed()
}

function unescapeMountPath(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  )
}

/**
 * Closes what this process has open of the folders below `directory`. A root holds its own for as long as
 * its process lives, and this one runs the tests of many files: it would come to its limit, and a disk of
 * a test would stay in use.
 */
function closeFolders(directory: string): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name)
    try {
      const isInside = `${readlinkSync(`/proc/self/fd/${name}`)}/`.startsWith(`${directory}/`)
      if (isInside && fstatSync(descriptor).isDirectory()) closeSync(descriptor)
    } catch {
      // It is closed: the one by which they are listed.
      continue
    }
  }
}

/** Unmounts lazily whatever is mounted below, then removes the tree with `rm -rf`. */
async function removeTree(directory: string): Promise<void> {
  closeFolders(directory)
  for (const mount of mountsBelow(directory)) await quietly('umount', ['-l', mount])
  await quietly('rm', ['-rf', '--', directory])
}

async function quietly(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.trim()}`)
}
