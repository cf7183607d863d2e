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
  return foundBy((pid) => isMarked(pid, `${name}=${value}`)).found
}

/** Which processes are looked for, and of which nobody can tell at this moment. */
export interface FoundProcesses {
  found: number[]
  /** amid an exec(2) /proc shows no environment; nor of what is ending, but has files open still */
  untold: number[]
}

/**
 * Living processes that were started with `NAME=value` in their environment, or that an argument leads
 * into one of these folders: what goes on in the background keeps little of its environment.
 */
export function processesOf(
  name: string,
  value: string,
  folders: readonly string[],
): FoundProcesses {
  const leadsThere = (word: string): boolean =>
    folders.some((folder) => word === folder || word.startsWith(`${folder}/`))
  return foundBy((pid) => {
    const isWith = isMarked(pid, `${name}=${value}`)
    if (isWith !== false || pid === process.pid) return isWith
    return (readProc(pid, 'cmdline')?.split('\0') ?? []).some(leadsThere)
  })
}

function foundBy(isOne: (pid: number) => boolean | 'untold'): FoundProcesses {
  const told = allProcesses().map((pid) => ({ pid, is: isOne(pid) }))
  return {
    found: told.filter(({ pid, is }) => is === true && isAlive(pid)).map(({ pid }) => pid),
    untold: told.filter(({ is }) => is === 'untold').map(({ pid }) => pid),
  }
}

function isMarked(pid: number, mark: string): boolean | 'untold' {
  const variables = environmentOf(pid)
  return typeof variables === 'object' ? variables.includes(mark) : (variables ?? false)
}

/** Kernel's PF_KTHREAD. */
const KERNEL_THREAD = 0x20_00_00

/** The variables a process was started with; undefined where it has none, or nobody may read them. */
function environmentOf(pid: number): string[] | 'untold' | undefined {
  // Who shows arguments, but no environment, has none, or came out of an exec(2) between the two.
  for (let tries = 0; tries < 5; tries += 1) {
    const text = readProc(pid, 'environ')
    if (text !== '') return text?.split('\0')
    if (readProc(pid, 'cmdline') !== '') continue
    const flags = Number(statFields(pid)?.[6])
    const isOnItsWay = (flags & KERNEL_THREAD) === 0 && (isAlive(pid) || hasLivingThread(pid))
    return isOnItsWay ? 'untold' : undefined
  }
  return undefined
}

/** Of a process that was killed the first thread may have ended while others still write. */
function hasLivingThread(pid: number): boolean {
  return threadsOf(pid).some((thread) => {
    const stat = readProc(pid, `task/${thread}/stat`) ?? ') X'
    return !['Z', 'X'].includes(stat.charAt(stat.lastIndexOf(')') + 2))
  })
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** Sends SIGKILL to one process; a process that is gone already is fine. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
