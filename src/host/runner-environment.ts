import { existsSync, fstatSync, lstatSync, rmdirSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { GuardError, errnoOf } from '../plan/guard-error.ts'
import { at, isDiverted, makeFolder, makeFolders, within } from './folders.ts'
import { inFolder, placeFile } from './placed-file.ts'
import { readSmallFile, removeFile } from './small-file.ts'

/*
 * Root may install hooks for a runner of another user, who owns all that lies there: nothing is gone to,
 * read or given away through a link.
 */

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
  const index = lines.findLastIndex((each) => each.startsWith(`${name}=`))
  if (value === null && index < 0) return
  const line = value === null ? [] : [`${name}=${value}`]
  const wanted = (
    index < 0 ? lines.toSpliced(end, 0, ...line) : lines.toSpliced(index, 1, ...line)
  ).join('\n')
  if (text === '' && value !== null) writeText(runner, `${line.join('')}\n`)
  else if (wanted === '') inFolder(runner, (folder) => removeFile(at(folder, ENVIRONMENT)))
  else if (wanted !== text) writeText(runner, wanted)
}

const ENVIRONMENT = '.env'

/** @throws GuardError where it is no file, or cannot be read */
function readText(runner: string): string {
  return readPlain(`${runner}/${ENVIRONMENT}`) ?? ''
}

/** Whole or not at all: a runner that starts meanwhile reads the one or the other. */
function writeText(runner: string, text: string): void {
  inFolder(runner, (folder) => {
    const before = lstatSync(at(folder, ENVIRONMENT), { throwIfNoEntry: false }) ?? null
    const mode = before === null ? 0o644 : before.mode & 0o777
    // Its owner must be able to read it still.
    const owner = process.geteuid?.() === 0 ? before : null
    placeFile(folder, ENVIRONMENT, text, { mode, owner })
  })
}

/** Whether a directory is a runner's. */
export function isRunner(directory: string): boolean {
  return ['.runner', 'run.sh', 'config.sh'].some((name) => existsSync(`${directory}/${name}`))
}

/** Where a script of a runner lies. */
export interface ScriptPlace {
  runner: string
  folder: string
  name: string
}

/** Writes a script, whole, with its folder. @throws GuardError where that is not to be trusted */
export function writeScript({ runner, folder, name }: ScriptPlace, text: string): void {
  makeFolders(dirname(folder))
  inFolder(dirname(folder), (parent) => makeFolder(at(parent, basename(folder))))
  inScripts(runner, folder, (scripts) =>
    placeFile(scripts, name, text, { mode: 0o755, owner: null }),
  )
}

/** The text of a script, null where there is none. @throws GuardError where something else lies there */
export function readScript(path: string): string | null {
  return readPlain(path)
}

/** Removes a script of ours, and its folder when nothing else is in it. */
export function removeScript({ runner, folder, name }: ScriptPlace): void {
  try {
    inScripts(runner, folder, (scripts) => removeFile(at(scripts, name)))
    inFolder(dirname(folder), (parent) => rmdirSync(at(parent, basename(folder))))
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes(errnoOf(error))) throw error
  }
}

/** @throws GuardError where hooks of a runner may not be read or written, before anything is */
export function assertTrusted(runner: string, folder: string): void {
  readText(runner)
  try {
    inScripts(runner, folder, () => {})
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

/** Works in the folder of scripts: who else could write there would have the runner start what they like. */
function inScripts<Value>(runner: string, folder: string, work: (scripts: number) => Value): Value {
  const trusted = new Set([0, process.geteuid?.(), statSync(runner).uid])
  const refused = (why: string): GuardError =>
    new GuardError(
      `The hooks cannot lie in ${folder}: ${why}.`,
      'Remove it, or name another folder with --scripts.',
      { usage: true },
    )
  try {
    return inFolder(dirname(folder), (parent) =>
      within(at(parent, '.'), [basename(folder)], (scripts) => {
        if (!trusted.has(fstatSync(scripts).uid)) {
          throw refused('it belongs to neither root nor the runner’s user')
        }
        return work(scripts)
      }),
    )
  } catch (error) {
    if (isDiverted(error)) throw refused('it is a link, or no directory')
    throw error
  }
}

function readPlain(path: string): string | null {
  const text = readSmallFile(path)
  if (text === null || typeof text === 'string') return text
  throw new GuardError(
    `${path} cannot be read (${text.problem}).`,
    'It has to be a file, and no link to one.',
    { usage: true },
  )
}
