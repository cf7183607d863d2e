import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { isAtOrBelow } from './mounts.ts'
import { listProcesses, readProcess } from './processes.ts'

/** A file that is deleted and takes its space all the same, because somebody has it open. */
export interface HeldFile {
  pid: number
  command: string
  /** where it was */
  path: string
  bytes: number
}

const DELETED = ' (deleted)'

/** Deleted files below a directory that processes still have open, the largest first. */
export function findHeldFiles(directory: string): HeldFile[] {
  return listProcesses()
    .flatMap((pid) => heldBy(pid, directory))
    .toSorted((a, b) => b.bytes - a.bytes)
}

function heldBy(pid: number, directory: string): HeldFile[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      const link = readlinkSync(`/proc/${pid}/fd/${name}`)
      if (!link.endsWith(DELETED) || !isAtOrBelow(link, directory)) return []
      const { blocks } = statSync(`/proc/${pid}/fd/${name}`)
      const found = readProcess(pid)
      const command = typeof found === 'string' ? found : found.command
      return [{ pid, command, path: link.slice(0, -DELETED.length), bytes: blocks * 512 }]
    })
  } catch {
    // Gone meanwhile, or another user's: then nobody can tell.
    return []
  }
}
