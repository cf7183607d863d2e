import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'

/** The runner's `.env`: one NAME=value a line, no quotes, read when the runner starts. */

/** The value of a variable in a runner's `.env`, null where it is not set. */
export function readVariable(runner: string, name: string): string | null {
  const line = readLines(runner).findLast((each) => each.startsWith(`${name}=`))
  return line === undefined ? null : line.slice(name.length + 1).trim()
}

/** Sets or (with null) removes a variable; every other line stays as it is. */
export function writeVariable(runner: string, name: string, value: string | null): void {
  const lines = readLines(runner)
  const others = lines.filter((each) => !each.startsWith(`${name}=`))
  const wanted = value === null ? others : [...others, `${name}=${value}`]
  if (wanted.join('\n') === lines.join('\n')) return
  replaceFile(`${runner}/.env`, wanted.length === 0 ? '' : `${wanted.join('\n')}\n`)
}

function readLines(runner: string): string[] {
  try {
    const lines = readFileSync(`${runner}/.env`, 'utf8').split('\n')
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Whole or not at all: a runner that starts meanwhile reads the one or the other. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.target-guard`
  const mode = existsSync(path) ? statSync(path).mode & 0o777 : 0o644
  writeFileSync(temporary, text, { mode })
  chmodSync(temporary, mode)
  renameSync(temporary, path)
}

/** Whether a directory is a runner's. */
export function isRunner(directory: string): boolean {
  return ['.runner', 'run.sh', 'config.sh'].some((name) => existsSync(`${directory}/${name}`))
}

/** Writes a script, whole, with its folder. */
export function writeScript(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true })
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
