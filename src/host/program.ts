import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { errnoOf } from '../plan/guard-error.ts'

/** How a program is run. */
export interface Running {
  cwd: string
  /** what it reads from its standard input */
  input?: Buffer
  /** after so many ms it is killed, with all that it started */
  waitMs?: number
}

const TOLD_AT_MOST = 4096

/**
 * Runs a program until its end.
 *
 * @throws Error with the first line that it wrote to standard error, unless it ends with 0
 */
export async function runProgram(
  program: string,
  words: readonly string[],
  { cwd, input, waitMs }: Running,
): Promise<void> {
  if (waitMs !== undefined && waitMs <= 0) throw new Error('it took too long')
  const options: SpawnOptions = { cwd, detached: true, env: { ...process.env, LC_ALL: 'C' } }
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, words, { ...options, stdio: ['pipe', 'ignore', 'pipe'] })
    let said = ''
    let isLate = false
    const late = (): void => {
      isLate = true
      killGroup(child.pid)
    }
    const timer = waitMs === undefined ? undefined : setTimeout(late, waitMs)
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      said = (said + part).slice(0, TOLD_AT_MOST)
    })
    child.on('error', reject)
    child.on('close', (status, signal) => {
      clearTimeout(timer)
      if (isLate) reject(new Error('it took too long'))
      else if (status === 0) resolve()
      else reject(new Error(said.split('\n')[0] || `${program} ended with ${status ?? signal}`))
    })
    // It ends before it has read all when the first copies fail; its exit code says so.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/**
 * Kills a program that takes too long. Where it cannot be started, spawn()’s own limit would still keep
 * this process from ending before it has passed.
 */
export function limitTime(child: ChildProcess, waitMs: number): void {
  const timer = setTimeout(() => child.kill('SIGKILL'), waitMs)
  child.on('close', () => clearTimeout(timer))
}

/** Ends a program that leads a group, with all that it started. */
export function killGroup(leader: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, signal)
  } catch (error) {
    // It has ended already, and only its output is still to come.
    if (errnoOf(error) !== 'ESRCH') throw error
  }
}

/** Whether a program complained of an option, as busybox’s do before they touch anything. */
export function isUnknownOption(said: string): boolean {
  return /(?:unrecognized|unknown|invalid) option/.test(said)
}
