import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'

/** The github context's keys of one step's command files, with their absolute paths on the host. */
export interface FileCommands {
  readonly env: string
  readonly output: string
  readonly path: string
  readonly state: string
  readonly step_summary: string
}

const PREFIXES = {
  env: 'set_env_',
  output: 'set_output_',
  path: 'add_path_',
  state: 'save_state_',
  step_summary: 'step_summary_',
} as const

/** Makes one step's empty command files below `temp`. */
export function createFileCommands(temp: string): FileCommands {
  const directory = path.join(temp, '_runner_file_commands')
  const suffix = randomUUID()
  mkdirSync(directory, { recursive: true })
  const make = (key: keyof typeof PREFIXES): string => {
    const file = path.join(directory, PREFIXES[key] + suffix)
    writeFileSync(file, '')
    return file
  }
  return {
    env: make('env'),
    output: make('output'),
    path: make('path'),
    state: make('state'),
    step_summary: make('step_summary'),
  }
}

/** The text of a command file; a file that the step removed is empty. */
export function readCommandFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/**
 * `NAME=value` lines and `NAME<<DELIMITER` blocks, in order.
 * Throws with the runner's words for a line that is neither, and for a block without its end.
 */
export function* readPairs(text: string): Generator<[name: string, value: string]> {
  const lines = new Lines(text)
  for (let line = lines.next(); line !== null; line = lines.next()) {
    if (line !== '') yield readPair(line, lines)
  }
}

function readPair(line: string, lines: Lines): [string, string] {
  const equals = line.indexOf('=')
  const heredoc = line.indexOf('<<')
  if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
    return [line.slice(0, equals), line.slice(equals + 1)]
  }
  if (heredoc < 0) throw new Error(`Invalid format '${line}'`)
  const name = line.slice(0, heredoc)
  const delimiter = line.slice(heredoc + 2)
  if (name === '' || delimiter === '') {
    throw new Error(
      `Invalid format '${line}'. Name must not be empty and delimiter must not be empty`,
    )
  }
  return [name, readBlock(delimiter, lines)]
}

function readBlock(delimiter: string, lines: Lines): string {
  const value: string[] = []
  for (;;) {
    const line = lines.next()
    if (line === delimiter) return value.join('\n')
    if (line === null) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
    if (lines.unended) throw new Error('Invalid value. EOF marker missing new line.')
    value.push(line)
  }
}

class Lines {
  /** Whether the line read last had no newline behind it. */
  unended = false
  readonly #text: string
  #index = 0

  constructor(text: string) {
    this.#text = text
  }

  next(): string | null {
    if (this.#index >= this.#text.length) return null
    const newline = this.#text.indexOf('\n', this.#index)
    this.unended = newline < 0
    const end = this.unended ? this.#text.length : newline
    const line = this.#text.slice(this.#index, end)
    this.#index = end + 1
    return line
  }
}
