import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** It waits for the end of its input, and so for the end of whoever started it, without a core file. */
const WAITING = 'ulimit -c 0; exec cat >/dev/null'

/** A signal to a group is sent to all of it within microseconds. */
const WAIT_MS = 20

/**
 * Tells whether a signal was sent to the whole process group, as a terminal does, or to this process
 * alone: a process in the same group, which does nothing, has got it too.
 */
export class SignalWitness {
  #witness: ChildProcess | null = null
  #ended: Promise<unknown> = Promise.resolve()

  start(): void {
    const witness = spawn('sh', ['-c', WAITING], {
      cwd: '/',
      env: { PATH: process.env['PATH'] },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    // Without one, every signal counts as sent to this process alone.
    this.#ended = once(witness, 'exit').catch(() => {})
    witness.stdin.on('error', () => {})
    witness.unref()
    this.#witness = witness
  }

  /** Whether the witness has got a signal; to be asked when this process has just got one. */
  async hasSeen(): Promise<boolean> {
    const { pid } = this.#witness ?? {}
    if (pid === undefined) return false
    await Promise.race([this.#ended, sleep(WAIT_MS)])
    const hasSeen = hasEnded(this.#witness) || hasPending(pid)
    if (hasSeen) this.start()
    return hasSeen
  }

  end(): void {
    this.#witness?.stdin?.destroy()
    this.#witness?.kill('SIGKILL')
  }
}

function hasEnded(witness: ChildProcess | null): boolean {
  return witness !== null && (witness.exitCode !== null || witness.signalCode !== null)
}

/** On a busy machine a process dies later than it was told to. */
function hasPending(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return /^(SigPnd|ShdPnd):\t0*[1-9a-f]/m.test(status)
  } catch {
    return true
  }
}
