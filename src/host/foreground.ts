import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { jobserverFiles } from './jobserver.ts'
import { readGroup } from './processes.ts'
import { SignalWitness } from './signal-witness.ts'

/** What whoever ends or asks something of a command sends; all others keep their meaning for us. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

/** Of these, what ends whoever does not know it. */
const ENDING = new Set<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])

/** How a command ended: by itself, by a signal, or not even begun; exit codes are those of shells. */
export type CommandEnd =
  | { kind: 'exit'; code: number }
  | { kind: 'signal'; signal: NodeJS.Signals }
  | { kind: 'absent'; code: 126 | 127; why: string }
  /** not begun, for a signal had come before */
  | { kind: 'forestalled'; signal: NodeJS.Signals }

/**
 * Runs a command in this process’s place: its terminal, directory, streams and process group. What is
 * sent to this process goes to the command, unless it has got it already; this process only ever
 * ends after it.
 */
export class Foreground {
  readonly #witness = new SignalWitness()
  #child: ChildProcess | null = null
  /** what was to end this process before there was a command */
  #early: NodeJS.Signals | null = null
  readonly #pass = (signal: NodeJS.Signals): void => void this.#passOn(signal)

  /** The signal that should have ended this process before there was a command; null for none. */
  get forestalledBy(): NodeJS.Signals | null {
    return this.#early
  }

  /** From here on signals do not end this process. */
  begin(): void {
    this.end()
    for (const signal of PASSED_ON) process.on(signal, this.#pass)
  }

  /**
   * Runs it, unless what should have ended this process has come before.
   *
   * @param lock a descriptor that the command keeps, with a number that it knows nothing of; null for none
   */
  async run(
    [program = '', ...words]: readonly string[],
    environment: NodeJS.ProcessEnv,
    lock: number | null,
  ): Promise<CommandEnd> {
    if (this.#early !== null) return { kind: 'forestalled', signal: this.#early }
    this.#witness.start()
    try {
      return await new Promise((resolve) => {
        const child = spawn(program, words, {
          env: environment,
          stdio: filesFor(environment, lock),
        })
        this.#child = child
        child.on('error', (error) => {
          // A signal that could not be sent is an error, too.
          if (child.pid === undefined) resolve(absent(error))
        })
        child.on('exit', (code, signal) => {
          resolve(signal === null ? { kind: 'exit', code: code ?? 1 } : { kind: 'signal', signal })
        })
      })
    } catch (error) {
      return absent(error)
    } finally {
      this.#child = null
      this.#witness.end()
    }
  }

  /** From here on signals mean again what they always do. */
  end(): void {
    for (const signal of PASSED_ON) process.off(signal, this.#pass)
  }

  async #passOn(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === null && ENDING.has(signal)) this.#early ??= signal
    if (child?.pid === undefined) return
    const isInGroup = readGroup(child.pid) === readGroup(process.pid)
    if ((await this.#witness.hasSeen()) && isInGroup) return
    child.kill(signal)
  }
}

/** What lies at each number: our own streams, what the environment names, and where there is room the lock. */
function filesFor(environment: NodeJS.ProcessEnv, lock: number | null): (number | 'ignore')[] {
  const named = jobserverFiles(environment)
  const files: (number | 'ignore')[] = [0, 1, 2]
  for (let file = 3; file <= Math.max(2, ...named); file += 1) {
    files.push(named.includes(file) ? file : 'ignore')
  }
  const free = files.indexOf('ignore')
  if (lock !== null) files[free < 0 ? files.length : free] = lock
  return files
}

function absent(error: unknown): CommandEnd {
  return errnoOf(error) === 'ENOENT'
    ? { kind: 'absent', code: 127, why: 'there is no such command' }
    : { kind: 'absent', code: 126, why: `it cannot be run (${messageOf(error)})` }
}

/** By default these leave a core file, which would be of this process. */
const CORE = new Set(
  'SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGSEGV SIGXCPU SIGXFSZ SIGSYS'.split(' '),
)

/**
 * Ends this process by the signal that ended its command, as shells and whoever waits for it want to
 * see it; where it cannot (the first process of a container), the exit code says the same.
 *
 * @returns the exit code
 */
export function endBySignal(signal: NodeJS.Signals): number {
  // Libraries listen, too, and would hold it up until this process has ended otherwise.
  process.removeAllListeners(signal)
  if (CORE.has(signal)) spawnSync('prlimit', ['--core=0', '--pid', String(process.pid)])
  process.kill(process.pid, signal)
  return 128 + constants.signals[signal]
}
