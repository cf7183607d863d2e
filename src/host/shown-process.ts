import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { livingThread } from './processes.ts'

/** Where /proc shows a process, and what it runs. */
export interface Shown {
  /** below /proc: `PID`, or `PID/task/TID` where the first thread has ended and another has not */
  at: string
  /** '' where that is not told */
  program: string
}

/** Null of a kernel thread, or what is dead: it holds nothing that /proc shows, and most processes are that. */
export function shownBy(pid: number): Shown | null {
  const program = programOf(`${pid}`)
  if (program !== null) return { at: `${pid}`, program }
  const thread = livingThread(pid)
  if (thread === null) return null
  const at = `${pid}/task/${thread.id}`
  const its = programOf(at)
  return its === null ? null : { at, program: its }
}

/** '' where it is not told; null where there is none. */
export function programOf(at: string): string | null {
  try {
    return withoutMark(readlinkSync(`/proc/${at}/exe`))
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? null : ''
  }
}

/** The files that a process has open. */
export function openFiles(folder: string): string[] {
  const files: string[] = []
  try {
    for (const name of readdirSync(`${folder}/fd`)) {
      const file = openFile(`${folder}/fd/${name}`)
      if (file.startsWith('/')) files.push(file)
    }
  } catch {
    // Gone meanwhile, or another user's: no sign, no conclusion.
    return files
  }
  return files
}

/**
 * Where a descriptor leads; '' where it has been closed.
 *
 * @throws where none of this process may be read: the kernel asks the same for each of them
 */
function openFile(link: string): string {
  try {
    return withoutMark(readlinkSync(link))
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(errnoOf(error))) throw error
    return ''
  }
}

/**
 * Arguments name files that are not open at this moment: rustc's `--out-dir`, a linker's output.
 *
 * @param mustHave whether the process has some: a kernel thread, or what is dead, has none
 */
export function argumentsOf(folder: string, mustHave: boolean): string[] {
  try {
    let text = readFileSync(`${folder}/cmdline`, 'utf8')
    if (!mustHave) return text.split('\0')
    // Amid an exec(2) there are none yet, for microseconds where the machine is not too busy.
    for (let tries = 0; text === '' && tries < EXEC_TRIES; tries += 1) {
      const isBusy = /\) [RD] /.test(readFileSync(`${folder}/stat`, 'utf8'))
      if (!isBusy && tries >= TRIES_AT_REST) break
      Atomics.wait(PAUSE, 0, 0, 1)
      text = readFileSync(`${folder}/cmdline`, 'utf8')
    }
    return text.split('\0')
  } catch {
    // Gone meanwhile, or another user's: no sign, no conclusion.
    return []
  }
}

/** A millisecond each: few for a program that shows no arguments for good, as it may choose to. */
const TRIES_AT_REST = 10
const EXEC_TRIES = 200
const PAUSE = new Int32Array(new SharedArrayBuffer(4))

/** Whether this user may not see where a process works. */
export function isHidden(at: string): boolean {
  try {
    readlinkSync(`/proc/${at}/cwd`)
    return false
  } catch (error) {
    return ['EACCES', 'EPERM'].includes(errnoOf(error))
  }
}

/** A link in /proc without the kernel's ` (deleted)`; null where it cannot be read. */
export function readLink(path: string): string | null {
  try {
    return withoutMark(readlinkSync(path))
  } catch {
    // Gone meanwhile, a kernel thread, or another user's: no sign, no conclusion.
    return null
  }
}

function withoutMark(path: string): string {
  return path.endsWith(' (deleted)') ? path.slice(0, -' (deleted)'.length) : path
}
