import {
  chmodSync,
  chownSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { makeFolders } from './folders.ts'
import { errnoOf } from '../plan/guard-error.ts'

/** The runner's `.env`: one NAME=value a line, no quotes, read when the runner starts. */

/** The value of a variable in a runner's `.env`, null where it is not set; the last line counts. */
export function readVariable(runner: string, name: string): string | null {
  const line = readText(runner)
    .split('\n')
    .findLast((each) => each.startsWith(`${name}=`))
  return line === undefined ? null : line.slice(name.length + 1).trim()
}

/**
 * Sets or (with null) removes a variable; every other line stays where and as it is, so that setting
 * a former value again gives the former file, byte for byte.
 */
export function writeVariable(runner: string, name: string, value: string | null): void {
  const text = readText(runner)
  const lines = text.split('\n')
  // What follows the last line break is a line only where it is not empty.
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length
  const at = lines.findLastIndex((each) => each.startsWith(`${name}=`))
  if (value === null && at < 0) return
  const line = value === null ? [] : [`${name}=${value}`]
  const wanted = (at < 0 ? lines.toSpliced(end, 0, ...line) : lines.toSpliced(at, 1, ...line)).join(
    '\n',
  )
  if (text === '' && value !== null) replaceFile(`${runner}/.env`, `${line.join('')}\n`)
  else if (wanted === '') rmSync(`${runner}/.env`, { force: true })
  else if (wanted !== text) replaceFile(`${runner}/.env`, wanted)
}

function readText(runner: string): string {
  try {
    return readFileSync(`${runner}/.env`, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return ''
    throw error
  }
}

/** Whole or not at all: a runner that starts meanwhile reads the one or the other. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.target-guard`
  const before = statSync(path, { throwIfNoEntry: false }) ?? null
  const mode = before === null ? 0o644 : before.mode & 0o777
  writeFileSync(temporary, text, { mode })
  chmodSync(temporary, mode)
  // Root may install hooks for a runner of another user, who must be able to read it still.
  if (before !== null && process.geteuid?.() === 0) chownSync(temporary, before.uid, before.gid)
  renameSync(temporary, path)
}

/** Whether a directory is a runner's. */
export function isRunner(directory: string): boolean {
  return ['.runner', 'run.sh', 'config.sh'].some((name) => existsSync(`${directory}/${name}`))
}

/** Writes a script, whole, with its folder. */
export function writeScript(folder: string, name: string, text: string): void {
  makeFolders(folder)
  const path = `${folder}/${name}`
  writeFileSync(`${path}.new`, text, { mode: 0o755 })
  chmodSync(`${path}.new`, 0o755)
  renameSync(`${path}.new`, path)
}

/** The text of a script, null where there is none. */
export function readScript(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Removes a script of ours, and its folder when nothing else is in it. */
export function removeScript(folder: string, name: string): void {
  rmSync(`${folder}/${name}`, { force: true })
  try {
    rmdirSync(folder)
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes(errnoOf(error))) throw error
  }
}
