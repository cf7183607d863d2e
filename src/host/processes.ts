import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import type { ProcessState } from '../plan/evidence.ts'
import type { ProcessKey } from '../plan/job.ts'

/** Clock ticks in a second (USER_HZ), as /proc counts them on every Linux that node runs on. */
export const TICKS = 100

/** What /proc/PID/stat tells of a process. */
export interface ProcessStat extends ProcessKey {
  /** the command's name, at most 15 bytes */
  command: string
  /** one letter: R, S, D, T, Z, X, …; where only the first thread has ended, that of one that has not */
  state: string
  parent: number
}

/**
 * Reads /proc/PID/stat.
 *
 * @returns 'gone' where there is no such process, 'hidden' where /proc will not tell (hidepid)
 */
export function readProcess(pid: number): ProcessStat | 'gone' | 'hidden' {
  try {
    const found = parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'))
    if (found === null) return 'hidden'
    return hasEnded(found.state)
      ? { ...found, state: livingThread(pid)?.state ?? found.state }
      : found
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ESRCH') return 'gone'
    // With hidepid=2 the folder of another user's process is not there; a signal still finds it.
    return code === 'ENOENT' && !isThere(pid) ? 'gone' : 'hidden'
  }
}

/** Whether a state is that of a zombie, or of what is about to be gone. */
export function hasEnded(state: string): boolean {
  return state === 'Z' || state === 'X'
}

/**
 * A thread that runs on, although the first one, whose name in /proc is the process's own, has ended:
 * by pthread_exit(3), or amid the end of a killed process. Null where there is none.
 */
export function livingThread(pid: number): { id: string; state: string } | null {
  for (const id of threadsOf(pid)) {
    if (id === String(pid)) continue
    try {
      const thread = parseStat(pid, readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8'))
      if (thread !== null && !hasEnded(thread.state)) return { id, state: thread.state }
    } catch {
      // This one has ended meanwhile; another may live.
      continue
    }
  }
  return null
}

/** The numbers of its threads, none where /proc does not show them. */
export function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    // Gone meanwhile, or not to be seen: no sign, no conclusion.
    return []
  }
}

/** Whether the kernel knows a process by this number; EPERM means that it does. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) !== 'ESRCH'
  }
}

/** Fields are counted after the last `)`: a command's name may hold blanks and brackets. */
export function parseStat(pid: number, text: string): ProcessStat | null {
  const opening = text.indexOf('(')
  const closing = text.lastIndexOf(')')
  if (opening < 0 || closing < opening) return null
  const fields = text
    .slice(closing + 1)
    .trim()
    .split(' ')
  const [state, parent] = fields
  const start = fields[19]
  if (state === undefined || parent === undefined || start === undefined) return null
  const known = { parent: Number(parent), start: Number(start) }
  if (!Number.isInteger(known.parent) || !Number.isInteger(known.start)) return null
  return { pid, command: text.slice(opening + 1, closing), state, ...known }
}

/** The process group of a process, null where /proc does not tell. */
export function readGroup(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const group = Number(text.slice(text.lastIndexOf(')') + 1).split(' ')[3])
    return Number.isInteger(group) ? group : null
  } catch {
    // Gone meanwhile.
    return null
  }
}

/** How a recorded process is found now; a zombie has ended. */
export function stateOf(recorded: ProcessKey): ProcessState {
  const found = readProcess(recorded.pid)
  if (found === 'gone' || found === 'hidden') return found
  if (found.start !== recorded.start) return 'replaced'
  return hasEnded(found.state) ? 'gone' : 'alive'
}

/** Lives exactly as long as its job. */
const WORKER = 'Runner.Worker'

/** What only passes a command on may end before the job does, and is no evidence of it. */
const PASSING_ON = new Set(
  (
    'sh bash dash ash zsh ksh fish busybox timeout nice ionice env setsid sudo su runuser gosu ' +
    'su-exec xargs make npm npx sshd tini dumb-init docker-init'
  ).split(' '),
)

/** The runner process, null where there is none, and whether it is GitHub's. */
export interface FoundWorker {
  worker: ProcessKey | null
  isGithubs: boolean
}

/**
 * The runner process that this one works for: the nearest ancestor that is GitHub's Worker; with
 * other runners (act, Gitea's) the one that started this command, past shells and the like.
 *
 * There is none in a job container, or under a shell alone.
 */
export function findWorker(from: number = process.ppid): FoundWorker {
  let starter: ProcessKey | null = null
  let pid = from
  for (let depth = 0; depth < 64 && pid > 1; depth += 1) {
    const found = readProcess(pid)
    if (found === 'gone' || found === 'hidden') break
    const key = { pid: found.pid, start: found.start }
    if (found.command === WORKER) return { worker: key, isGithubs: true }
    if (starter === null && !PASSING_ON.has(found.command)) starter = key
    pid = found.parent
  }
  return { worker: starter, isGithubs: false }
}

/** The numbers of all processes that /proc shows; throws as readdirSync does. */
export function listProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
}

/** The pid namespace of the host itself: its number is fixed in the kernel (proc_ns.h). */
const HOST_PID_NAMESPACE = 'pid:[4026531836]'

/**
 * Whether a pid namespace has come to its end, and with it every process that was ever in it.
 *
 * Only root in the host's own namespace sees all processes; for anybody else the answer is no. A
 * number that is in use again counts as the old namespace, and keeps what belongs to it.
 */
export function isNamespaceGone(namespace: string): boolean {
  if (process.geteuid?.() !== 0) return false
  if (readNamespace('self') !== HOST_PID_NAMESPACE) return false
  return listProcesses().every((pid) => {
    // The first process is of this very namespace; some sandboxes let nobody look at it.
    if (pid === 1) return true
    const found = readNamespace(pid)
    return found === 'gone' || (found !== 'hidden' && found !== namespace)
  })
}

function readNamespace(pid: number | 'self'): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch (error) {
    return ['ENOENT', 'ESRCH'].includes(errnoOf(error)) ? 'gone' : 'hidden'
  }
}

/** Whether this process sees every process of the host, by number: neither a container nor hidepid. */
export function seesHost(): boolean {
  if (readNamespace('self') !== HOST_PID_NAMESPACE) return false
  return readProcess(1) !== 'hidden'
}

/**
 * The first process that has this number in a container of the host, in words; null where there is
 * none. What works in a container writes the number that it has there.
 */
export function findInContainer(pid: number): string | null {
  for (const each of listProcesses()) {
    const [, ...inner] = namespacePids(each)
    if (inner.includes(pid)) return `pid ${pid} is a process in a container (here ${each})`
  }
  return null
}

/** The numbers of a process, that of the host first. */
function namespacePids(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    return (/^NSpid:\t(.*)$/m.exec(text)?.[1] ?? '').split('\t').map(Number)
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errnoOf(error))) return []
    throw error
  }
}
