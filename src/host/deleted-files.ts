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
  const files = descriptorsOf(pid).flatMap((name) => heldAt(`/proc/${pid}/fd/${name}`, directory))
  if (files.length === 0) return []
  const found = readProcess(pid)
  const command = typeof found === 'string' ? found : found.command
  // One file, however many descriptors of it the process has.
  const unique = new Map(files.map((file) => [file.inode, file]))
  return [...unique.values()].map(({ path, bytes }) => ({ pid, command, path, bytes }))
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`)
  } catch {
    // Gone meanwhile, or another user's: then nobody can tell.
    return []
  }
}

function heldAt(descriptor: string, directory: string): (Held & { inode: string })[] {
  try {
    const link = readlinkSync(descriptor)
    if (!link.endsWith(DELETED) || !isAtOrBelow(link, directory)) return []
    const { blocks, dev, ino, nlink } = statSync(descriptor)
    // It may be called that, and it may have another name that keeps it.
    if (nlink > 0) return []
    return [{ path: link.slice(0, -DELETED.length), bytes: blocks * 512, inode: `${dev}:${ino}` }]
  } catch {
    // Closed meanwhile; the process has others.
    return []
  }
}

type Held = Pick<HeldFile, 'path' | 'bytes'>
