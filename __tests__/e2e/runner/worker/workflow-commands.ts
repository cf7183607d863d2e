import type { Annotation } from '../messages.ts'

const LEVELS = ['error', 'warning', 'notice'] as const
const COMMANDS = new Set<string>([
  ...LEVELS,
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'group',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
])
const MAX_OF_A_LEVEL = 10
const MAX_MESSAGE_LENGTH = 4096

/** Reads `::command key=value::data` from one step's lines and keeps what the runner would show of it. */
export class WorkflowCommands {
  readonly annotations: Annotation[] = []
  /** Whether a command was refused, which fails the step. */
  failed = false
  #stopToken: string | null = null

  /** Takes one line of stdout or stderr, without its newline. */
  read(line: string): void {
    const match = /^\s*::([^\s:]+)(?: (.*?))?::(.*)$/s.exec(line)
    if (match === null) return
    const [, command = '', properties = '', data = ''] = match
    if (this.#stopToken !== null) {
      if (command === this.#stopToken) this.#stopToken = null
      return
    }
    if (COMMANDS.has(command)) this.#obey(command, properties, unescapeData(data))
  }

  /** Adds an annotation, within the runner's limits of ten for each level and 4,096 characters. */
  annotate(
    level: Annotation['level'],
    message: string,
    properties: Annotation['properties'] = {},
  ): void {
    if (this.annotations.filter((each) => each.level === level).length >= MAX_OF_A_LEVEL) return
    this.annotations.push({ level, message: message.slice(0, MAX_MESSAGE_LENGTH), properties })
  }

  #obey(command: string, properties: string, data: string): void {
    const level = LEVELS.find((each) => each === command)
    if (level !== undefined) this.annotate(level, data, readProperties(properties))
    else if (command === 'stop-commands') this.#stopToken = data
    else if (command === 'set-env' || command === 'add-path') {
      this.failed = true
      this.annotate('error', `The \`${command}\` command is disabled.`)
    }
  }
}

function readProperties(text: string): Record<string, string> {
  const pairs = text
    .trim()
    .split(',')
    .map((pair) => pair.split(/=(.*)/s, 2))
    .filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, unescapeProperty(value)]))
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}

function unescapeProperty(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}
