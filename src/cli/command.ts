import type { Settings } from '../plan/settings.ts'
import { settingsOf } from '../steps/settings-of.ts'
import type { Runtime } from '../steps/runtime.ts'
import type { Flag } from './flags.ts'
import type { ParsedWords } from './words.ts'

/** One command of the tool. */
export interface Command {
  name: string
  /** one line for the overview */
  summary: string
  /** what its help says */
  about: string
  /** its operands, for the usage line */
  operands: string
  operandCount: { least: number; most: number }
  /** whether its operands are another command, after `--`: those words are not its own */
  takesCommand?: true
  /** whether a shell evaluates what it prints: then its failure is told there, too */
  isEvaluated?: (words: readonly string[]) => boolean
  flags: readonly Flag[]
  /** @returns the exit code */
  run: (invocation: Invocation) => Promise<number>
}

/** A command with its arguments and where it speaks. */
export interface Invocation extends ParsedWords {
  runtime: Runtime
  out: (text: string) => void
}

/** For commands without operands. */
export const NO_OPERANDS = { operands: '', operandCount: { least: 0, most: 0 } }

/** Prints as JSON or as text. */
export function print({ switches, out }: Invocation, value: unknown, text: () => string): void {
  out(switches.has('json') ? `${JSON.stringify(value, null, 2)}\n` : text())
}

/** The settings of a command: its flags, then the environment, then the defaults. */
export function settings(invocation: Invocation): Settings {
  return settingsOf(invocation.runtime.environment, invocation.settings)
}
