import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import * as os from 'node:os'
import * as path from 'node:path'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Grace, Stream } from '../messages.ts'

/** One process of a step and what to do with what it says. */
export interface StepProcess {
  readonly file: string
  readonly args: readonly string[]
  /** Directory to start in. */
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly grace: Grace
  /** Aborted when the step is cancelled or out of time. */
  readonly cancelled: AbortSignal
  onStart(pid: number): void
  onText(stream: Stream, text: string): void
  onLine(line: string): void
}

/** Thrown by `runStepProcess` when the step was cancelled, however the process took it. */
export class StepCancelled extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('The operation was canceled.')
    this.exitCode = exitCode
  }
}

const OOM_SCORE_OF_JOBS = '500'

/**
 * Starts a process as the runner does (no input, lower in the kernel's favour when memory runs out),
 * and waits for its exit and, for at most `grace.outputMs` longer, for the end of its output.
 * Returns the exit code, 128 + n after signal n.
 * Throws StepCancelled after a cancel, and the spawn's own error when it cannot be started.
 */
export async function runStepProcess(step: StepProcess): Promise<number> {
  const [out, err] = makePipes()
  const child = spawn(step.file, step.args, {
    cwd: step.cwd,
    env: step.env,
    stdio: ['ignore', out.writeEnd, err.writeEnd],
  })
  closeSync(out.writeEnd)
  closeSync(err.writeEnd)
  const done = completion(child, [out.reader, err.reader], step.grace.outputMs)
  read(out.reader, 'stdout', step)
  read(err.reader, 'stderr', step)
  if (child.pid !== undefined) {
    lowerPriority(child.pid)
    step.onStart(child.pid)
  }
  let cancelling: Promise<void> | undefined
  const cancel = (): void => {
    cancelling = endWithSignals(child, done, step.grace)
  }
  if (step.cancelled.aborted) cancel()
  else step.cancelled.addEventListener('abort', cancel, { once: true })
  try {
    const exitCode = await done
    await cancelling
    if (cancelling !== undefined) throw new StepCancelled(exitCode)
    return exitCode
  } finally {
    step.cancelled.removeEventListener('abort', cancel)
  }
}

interface Pipe {
  readonly writeEnd: number
  readonly reader: Socket
}

/** Real pipes, since node's own are sockets, which a step could not open again as /dev/stderr. */
function makePipes(): [Pipe, Pipe] {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tg-pipes-'))
  const files = [path.join(directory, '1'), path.join(directory, '2')] as const
  try {
    execFileSync('mkfifo', files)
    return [openPipe(files[0]), openPipe(files[1])]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function openPipe(fifo: string): Pipe {
  const fd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK)
  const writeEnd = openSync(fifo, constants.O_WRONLY)
  return { writeEnd, reader: new Socket({ fd, readable: true, writable: false }) }
}

/** Exit code, once the process has ended and so has its output, or the wait for it. */
async function completion(
  child: ChildProcess,
  readers: readonly Socket[],
  outputMs: number,
): Promise<number> {
  const closed = Promise.all(readers.map((reader) => once(reader, 'close')))
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  const giveUp = setTimeout(() => {
    for (const reader of readers) reader.destroy()
  }, outputMs)
  await closed
  clearTimeout(giveUp)
  return code ?? 128 + (signal === null ? 0 : os.constants.signals[signal])
}

/** SIGINT, SIGTERM, SIGKILL, to this one process and to none of its children. */
async function endWithSignals(
  child: ChildProcess,
  done: Promise<number>,
  grace: Grace,
): Promise<void> {
  const ended = done.then(
    () => true,
    () => true,
  )
  child.kill('SIGINT')
  if (await Promise.race([ended, sleep(grace.interruptMs, false)])) return
  child.kill('SIGTERM')
  if (await Promise.race([ended, sleep(grace.terminateMs, false)])) return
  child.kill('SIGKILL')
  await ended
}

function read(stream: Readable, name: Stream, step: StepProcess): void {
  const decoder = new StringDecoder('utf8')
  let unfinished = ''
  const take = (text: string): void => {
    if (text === '') return
    step.onText(name, text)
    const lines = (unfinished + text).split('\n')
    unfinished = lines.pop() ?? ''
    for (const line of lines) step.onLine(line.replace(/\r$/, ''))
  }
  stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)))
  stream.once('close', () => {
    take(decoder.end())
    if (unfinished !== '') step.onLine(unfinished)
  })
}

function lowerPriority(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE_OF_JOBS)
  } catch {
    // The process may have ended already.
  }
}
