import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { JobResult } from './job-result.ts'
import type { StepResult } from './job-result.ts'
import type { FromWorker, Phase, Stream, ToWorker } from './messages.ts'

/** A step that has begun. The texts are what it has said so far. */
export interface StartedStep {
  readonly phase: Phase
  readonly name: string
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface Waiter {
  look(): StartedStep | undefined
  resolve(step: StartedStep): void
  reject(error: Error): void
}

/** A job that runs: what a test can do to it, and what comes of it. */
export class Job {
  /** Pid of the process named Runner.Worker. */
  readonly workerPid: number
  /** Settles when the Worker has ended. Rejects only when the stand-in itself failed. */
  readonly result: Promise<JobResult>
  /** Id of the job's container, once there is one. */
  containerId: string | null = null
  /** The network that was made for the container. */
  network: string | null = null
  readonly #worker: ChildProcess
  readonly #steps: Mutable<StepResult>[] = []
  readonly #waiters = new Set<Waiter>()
  #killed = false
  #done: Extract<FromWorker, { type: 'done' }> | undefined
  #complaint = ''

  /** Takes a Worker process that has an IPC channel and a piped stderr, and waits for its plan. */
  constructor(worker: ChildProcess) {
    if (worker.pid === undefined) throw new Error('the Worker could not be started')
    this.#worker = worker
    this.workerPid = worker.pid
    worker.on('message', (message) => this.#hear(message as FromWorker))
    worker.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text))
    this.result = once(worker, 'close').then(() => this.#conclude())
    // A test that never asks for the result must not end for that.
    this.result.catch(() => undefined)
  }

  send(message: ToWorker): void {
    this.#worker.send(message, () => undefined)
  }

  /** Cancels as a user does: signals to the one running process if its condition fails, the rest by theirs. */
  cancel(): void {
    this.send({ type: 'cancel' })
  }

  /** The runner's service is stopped: the running step is cancelled and every later one is left out. */
  shutDown(): void {
    this.send({ type: 'shutdown' })
  }

  /** SIGKILL to the Worker alone: its children live on, and no post, hook or clean-up follows. */
  async killWorker(): Promise<void> {
    this.#killed = true
    this.#worker.kill('SIGKILL')
    await this.result
  }

  /**
   * Waits for the process of the step of that name to have started, or for a step whose stdout or
   * stderr matches. Rejects when the job ends without it.
   */
  async waitForStep(what: string | RegExp): Promise<StartedStep> {
    const look = (): StartedStep | undefined => this.#find(what)
    const found = look()
    if (found !== undefined) return found
    return new Promise((resolve, reject) => {
      this.#waiters.add({ look, resolve, reject })
    })
  }

  #find(what: string | RegExp): StartedStep | undefined {
    for (const { pid, phase, name, stdout, stderr } of this.#steps) {
      if (pid === null) continue
      const fits = typeof what === 'string' ? name === what : what.test(stdout) || what.test(stderr)
      if (fits) return { pid, phase, name, stdout, stderr }
    }
    return undefined
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'started':
        this.#steps.push(emptyStep(message.phase, message.name))
        return
      case 'container':
        this.containerId = message.id === '' ? null : message.id
        this.network = message.network
        return
      case 'done':
        this.#done = message
        return
      case 'process':
      case 'output':
      case 'finished':
        this.#update(message)
        this.#notify()
    }
  }

  #update(message: Extract<FromWorker, { type: 'process' | 'output' | 'finished' }>): void {
    const step = this.#steps[message.step]
    if (step === undefined) throw new Error(`a message about an unknown step ${message.step}`)
    if (message.type === 'process') step.pid = message.pid
    else if (message.type === 'finished') Object.assign(step, message.end)
    else append(step, message.stream, message.text)
  }

  #notify(): void {
    for (const waiter of this.#waiters) {
      const found = waiter.look()
      if (found === undefined) continue
      this.#waiters.delete(waiter)
      waiter.resolve(found)
    }
  }

  #conclude(): JobResult {
    const conclusion = this.#done?.conclusion ?? 'lost'
    const result = new JobResult(conclusion, this.#steps, this.#done?.orphans ?? [])
    for (const waiter of this.#waiters) {
      waiter.reject(
        new Error(`the job ended without the step that was waited for\n${String(result)}`),
      )
    }
    this.#waiters.clear()
    if (this.#done === undefined && !this.#killed && this.#worker.signalCode !== 'SIGKILL') {
      throw new Error(`the stand-in Worker failed\n${this.#complaint}\n${String(result)}`)
    }
    return result
  }
}

function emptyStep(phase: Phase, name: string): Mutable<StepResult> {
  return {
    phase,
    name,
    pid: null,
    outcome: 'lost',
    exitCode: null,
    stdout: '',
    stderr: '',
    annotations: [],
    outputs: {},
    exports: {},
    state: {},
    paths: [],
    summary: '',
    durationMs: 0,
  }
}

function append(step: Mutable<StepResult>, stream: Stream, text: string): void {
  if (stream === 'stdout') step.stdout += text
  else step.stderr += text
}
