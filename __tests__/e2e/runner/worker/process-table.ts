import { readdirSync, readFileSync } from 'node:fs'
import type { Orphan } from '../messages.ts'

/** Every process now, as `pid_name`, the way the runner remembers who was there before the job. */
export function snapshotProcesses(): Set<string> {
  return new Set(pids().map((pid) => `${pid}_${nameOf(pid)}`))
}

/**
 * Kills with SIGKILL every process that is not in `before` and was started with this tracking id.
 * One look at the process table, no second one; a process whose environment is unreadable is missed.
 */
export function killOrphans(trackingId: string, before: ReadonlySet<string>): Orphan[] {
  const orphans: Orphan[] = []
  for (const pid of pids()) {
    const command = nameOf(pid)
    if (pid === process.pid || before.has(`${pid}_${command}`)) continue
    if (!environmentOf(pid).includes(`RUNNER_TRACKING_ID=${trackingId}`)) continue
    if (kill(pid)) orphans.push({ pid, command })
  }
  return orphans
}

/** Whether the signal could be sent: the process may be gone, or another user's. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function nameOf(pid: number): string {
  return readProc(pid, 'comm').trimEnd()
}

function environmentOf(pid: number): string[] {
  return readProc(pid, 'environ').split('\0')
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
