import { parseArgs } from 'node:util'
import { GuardError, messageOf } from '../plan/guard-error.ts'
import type { Command } from './command.ts'

/** Arguments of a command, sorted. */
export interface ParsedWords {
  operands: string[]
  /** settings by the name of their input */
  settings: Map<string, string>
  /** every other flag that takes a value; a repeated one has several */
  values: Map<string, string[]>
  /** flags without a value that are set */
  switches: Set<string>
}

/**
 * Sorts a command's arguments.
 *
 * @throws GuardError for a flag it does not have, a value that is missing, or too many operands
 */
export function parseWords(command: Command, words: readonly string[]): ParsedWords {
  const options = Object.fromEntries(
    command.flags.map((flag) => [
      flag.name,
      { type: flag.value === null ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  )
  const parsed: ParsedWords = {
    operands: [],
    settings: new Map(),
    values: new Map(),
    switches: new Set(),
  }
  try {
    const { positionals, values } = parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
      strict: true,
    })
    parsed.operands = positionals
    for (const flag of command.flags) {
      const given = values[flag.name] as (string | boolean)[] | undefined
      if (given === undefined) continue
      const texts = given.filter((each) => typeof each === 'string')
      if (flag.setting) parsed.settings.set(flag.name, texts.at(-1) ?? 'true')
      else if (flag.value === null) parsed.switches.add(flag.name)
      else parsed.values.set(flag.name, texts)
    }
  } catch (error) {
    throw new GuardError(messageOf(error), '', { usage: true, cause: error })
  }
  if (command.takesCommand === true && parsed.operands.length > commandIn(words).length) {
    throw new GuardError(
      `“${parsed.operands[0] ?? ''}” stands before “--”.`,
      `Write “${command.name} -- CMD…”.`,
      { usage: true },
    )
  }
  const { least, most } = command.operandCount
  if (parsed.operands.length < least || parsed.operands.length > most) {
    throw new GuardError(
      `${parsed.operands.length} operand(s) were given.`,
      `The command takes ${command.operands === '' ? 'none' : command.operands}.`,
      { usage: true },
    )
  }
  return parsed
}

/** The words before `--`: what follows is another command’s. */
export function ownWords(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  return end < 0 ? words : words.slice(0, end)
}

function commandIn(words: readonly string[]): readonly string[] {
  return words.slice(ownWords(words).length + 1)
}
