import { execFile, spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { messageOf } from '../plan/guard-error.ts'
import { killGroup } from './program.ts'

const WAIT_MS = 60_000
export const ANSWER_AT_MOST = 512 * 1024 * 1024

export interface GitDirectory {
  path: string
  /** the same, but for a linked work tree, which shares it */
  common: string
}

/** How a work tree differs from its index. */
export interface Differing {
  /** pairs: what differs, and its path */
  differing: readonly string[]
  untracked: readonly string[]
}

/**
 * Both at once, of which each takes long where there are many files. For this process, whose memory is
 * large, to start one shell takes half as long as to start two programs.
 */
const COMPARE = `own=$1
shift
git --literal-pathspecs -c "$own" diff-files --raw -z --no-renames --ignore-submodules=all >&3 &
first=$!
git --literal-pathspecs -c "$own" ls-files -o --exclude-standard -z "$@" 3>&-
second=$?
wait "$first" || exit "$?"
exit "$second"`

/** Asks git about a work tree. */
export class Git {
  readonly folder: string
  /** our own */
  readonly directory: string
  /** the repository’s */
  readonly index: string
  readonly #environment: NodeJS.ProcessEnv

  constructor(folder: string, own: string, real: GitDirectory) {
    this.folder = folder
    this.directory = own
    this.index = join(real.path, 'index')
    this.#environment = {
      PATH: process.env['PATH'],
      LC_ALL: 'C',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_DIR: own,
      GIT_INDEX_FILE: this.index,
      GIT_OBJECT_DIRECTORY: join(real.common, 'objects'),
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_WORK_TREE: folder,
    }
  }

  /** What lies in the work tree and is not as the index has it, but for what these words exclude. */
  async compare(without: readonly string[]): Promise<Differing> {
    return new Promise((answered, failed) => {
      const child = spawn('sh', ['-c', COMPARE, 'sh', ownAttributes(), ...without], {
        cwd: this.folder,
        env: this.#environment,
        // As the leader of a group it is ended with what it has started.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      })
      const timer = setTimeout(() => killGroup(child.pid), WAIT_MS)
      const [, untracked, problem, differing] = child.stdio.map((stream) => told(stream, child.pid))
      child.on('error', (error) => {
        clearTimeout(timer)
        failed(error)
      })
      child.on('close', (status) => {
        clearTimeout(timer)
        if (status === 0) answered({ differing: atNul(differing), untracked: atNul(untracked) })
        else
          failed(
            new Error(`git: ${problem?.join('').trim() || 'it took too long, or said too much'}`),
          )
      })
    })
  }

  /** What git says, parted at NUL. */
  async ask(words: readonly string[], input = ''): Promise<string[]> {
    const own = ['-c', ownAttributes()]
    return new Promise((answered, failed) => {
      const child = execFile(
        'git',
        ['--literal-pathspecs', ...own, ...words],
        {
          cwd: this.folder,
          env: this.#environment,
          timeout: WAIT_MS,
          killSignal: 'SIGKILL',
          maxBuffer: ANSWER_AT_MOST,
        },
        (error, stdout, stderr) => {
          if (error === null) answered(atNul([stdout]))
          else failed(new Error(`git: ${stderr.trim() || messageOf(error)}`))
        },
      )
      // A git that ends before it has read everything says why in its exit code.
      child.stdin?.on('error', () => {})
      child.stdin?.end(input)
    })
  }
}

/** Those that a user has for all repositories. */
function ownAttributes(): string {
  return `core.attributesFile=${homedir()}/.config/git/attributes`
}

/** What a program says there, as it comes; one that says too much is ended. */
function told(stream: Readable | Writable | null | undefined, pid: number | undefined): string[] {
  const parts: string[] = []
  let length = 0
  if (stream === null || stream === undefined || !('setEncoding' in stream)) return parts
  stream.setEncoding('utf8').on('data', (part: string) => {
    parts.push(part)
    length += part.length
    if (length > ANSWER_AT_MOST) killGroup(pid)
  })
  return parts
}

/** What was said, parted at NUL. */
function atNul(parts: readonly string[] = []): string[] {
  return parts.join('').split('\0').slice(0, -1)
}
