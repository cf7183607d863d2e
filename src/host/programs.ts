import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { errnoOf } from '../plan/guard-error.ts'

/** A program that has been started, and its end: rejected where it failed, or could not be started. */
export interface Started {
  child: ChildProcess
  ended: Promise<void>
}

/** A program that ended by itself, and not well. */
class FailedProgram extends Error {
  override readonly name = 'FailedProgram'
}

/** What a program gets of our environment: options for tar or zstd in it could mean anything. */
const KEPT = ['PATH', 'TMPDIR'] as const

/**
 * Starts a program that is killed when the signal says so.
 *
 * @param stdio its input and output; what it complains of becomes the error
 */
export function startProgram(
  command: string,
  words: readonly string[],
  stdio: { input: 'ignore' | 'pipe'; output: 'ignore' | 'pipe' | number },
  signal: AbortSignal,
): Started {
  const kept = KEPT.map((name) => [name, process.env[name]] as const)
  const child = spawn(command, words, {
    env: { ...Object.fromEntries(kept), LC_ALL: 'C' },
    killSignal: 'SIGKILL',
    signal,
    stdio: [stdio.input, stdio.output, 'pipe'],
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(0, 1000)
  })
  const ended = new Promise<void>((resolve, reject) => {
    let refusal: Error | undefined
    child.on('error', (error) => {
      refusal = error
      // Else it is still there, and its end follows.
      if (child.pid === undefined) reject(error)
    })
    child.on('close', (code, killed) => {
      if (code === 0) resolve()
      else if (code === null)
        reject(refusal ?? new Error(`${command} was ended by ${String(killed)}`))
      else reject(new FailedProgram(`${command} ended with ${code}: ${complaint.trim()}`))
    })
  })
  // Whoever waits for it later is told all the same.
  ended.catch(() => {})
  return { child, ended }
}

/**
 * Does work with programs, and waits for their end. Where the work or one of them fails, all are
 * killed, and none is left when this returns.
 *
 * @throws Error of the program that failed by itself, else what the work has thrown
 */
export async function together<Value>(
  programs: readonly Started[],
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    const value = await work()
    await Promise.all(programs.map(({ ended }) => ended))
    return value
  } catch (error) {
    for (const { child } of programs) child.kill('SIGKILL')
    const ends = await Promise.allSettled(programs.map(({ ended }) => ended))
    // A pipe that breaks says less than the program that broke it.
    const failed = ends.find((end) => end.status === 'rejected' && isFailure(end.reason))
    throw isBrokenPipe(error) && failed?.status === 'rejected' ? failed.reason : error
  }
}

/** What a program prints, '' where it cannot be run. */
export async function printed(
  command: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const started = startProgram(command, words, { input: 'ignore', output: 'pipe' }, signal)
  let text = ''
  outputOf(started)
    .setEncoding('utf8')
    .on('data', (part: string) => {
      text += part
    })
  try {
    await started.ended
    return text
  } catch {
    return ''
  }
}

export function outputOf({ child }: Started): Readable {
  if (child.stdout === null) throw new Error('this program was started without a pipe behind it')
  return child.stdout
}

export function inputOf({ child }: Started): Writable {
  if (child.stdin === null) throw new Error('this program was started without a pipe before it')
  return child.stdin
}

function isFailure(error: unknown): boolean {
  return error instanceof FailedProgram
}

/** Whether a program went away before it had read all. */
export function isBrokenPipe(error: unknown): boolean {
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(errnoOf(error))
}
