import { readdirSync, readFileSync } from 'node:fs'

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return undefined
  }
}

/** The fields of /proc/PID/stat from the third (state) on; undefined when there is no such process. */
function statFields(pid: number): string[] | undefined {
  const stat = readProc(pid, 'stat')
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Whether the process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  const state = statFields(pid)?.[0]
  return state !== undefined && state !== 'Z' && state !== 'X'
}

/** Whether a signal has stopped the process. */
export function isStopped(pid: number): boolean {
  return statFields(pid)?.[0] === 'T'
}

/** Start time in clock ticks since boot: with the pid it names one process for good. */
export function startTimeOf(pid: number): string | undefined {
  return statFields(pid)?.[19]
}

/** The parent's pid; undefined when there is no such process. */
export function parentOf(pid: number): number | undefined {
  const parent = statFields(pid)?.[1]
  return parent === undefined ? undefined : Number(parent)
}

/** The process name as the kernel keeps it (at most 15 bytes). */
export function commOf(pid: number): string | undefined {
  return readProc(pid, 'comm')?.trimEnd()
}

/** Every pid on the machine right now. */
export function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** Living processes that were started with `NAME=value` in their environment. */
export function processesWith(name: string, value: string): number[] {
  const wanted = `${name}=${value}`
  return allProcesses().filter(
    (pid) => isAlive(pid) && readProc(pid, 'environ')?.split('\0').includes(wanted) === true,
  )
}

/** Sends SIGKILL to one process; a process that is gone already is fine. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
