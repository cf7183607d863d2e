import { readFileSync, readlinkSync } from 'node:fs'
import type { ProcessKey } from '../plan/job.ts'
import { hasEnded, readGroup, readProcess } from './processes.ts'

/**
 * The process that asked for what this command prints: a shell, an agent. In `$(…)` the parent is a
 * copy of the shell that ends with the command, and the shell itself is meant.
 *
 * @returns null where /proc does not tell
 */
export function findCaller(from: number = process.ppid): ProcessKey | null {
  let found = readProcess(from)
  while (typeof found !== 'string') {
    const parent = readProcess(found.parent)
    if (typeof parent === 'string' || !isCopyOf(found.pid, parent.pid)) break
    found = parent
  }
  return typeof found === 'string' ? null : { pid: found.pid, start: found.start }
}

/** One process by its number; null where there is none. */
export function findOwner(pid: number): ProcessKey | null {
  const found = readProcess(pid)
  if (typeof found === 'string' || hasEnded(found.state)) return null
  return { pid: found.pid, start: found.start }
}

/**
 * Whether a process was forked from its parent and has started no program since. A shell that was
 * started at the prompt of another has a process group of its own.
 */
function isCopyOf(pid: number, parent: number): boolean {
  if (readGroup(pid) === pid) return false
  try {
    const isSameProgram = readlinkSync(`/proc/${pid}/exe`) === readlinkSync(`/proc/${parent}/exe`)
    return isSameProgram && words(pid) === words(parent)
  } catch {
    // Another user's, or gone meanwhile.
    return false
  }
}

function words(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
}
