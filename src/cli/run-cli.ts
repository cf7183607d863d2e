import { VERSION } from '../plan/version.ts'
import { exitText } from '../report/shell.ts'
import { terminal } from '../report/voice.ts'
import { exitCodeOf, inWords } from '../steps/run-step.ts'
import { COMMANDS } from './commands.ts'
import type { Command, Invocation } from './command.ts'
import { ownWords, parseWords } from './words.ts'

/** What the tool is started with. */
export interface Terminal {
  environment: NodeJS.ProcessEnv
  /** the running entry point */
  script: string
  out: (text: string) => void
  err: (text: string) => void
}

const DONE = 0
const WRONG_USAGE = 2

/**
 * Runs one command: words → settings → step → exit code.
 *
 * @param words the arguments after the program's name
 * @returns 0 done, 1 failed, 2 wrong usage, 75 turned away; or what the command says
 */
export async function runCli(words: readonly string[], terminal_: Terminal): Promise<number> {
  const { out, err } = terminal_
  const [name, ...rest] = words
  if (name === undefined) {
    err(overview())
    return WRONG_USAGE
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    const about = rest[0] === undefined ? undefined : COMMANDS.find((each) => each.name === rest[0])
    out(about === undefined ? overview() : help(about))
    return DONE
  }
  if (name === '--version') {
    out(`${VERSION}\n`)
    return DONE
  }
  const command = COMMANDS.find((each) => each.name === name)
  if (command === undefined) {
    err(`target-guard: there is no command “${name}”.\n\n${overview()}`)
    return WRONG_USAGE
  }
  const own = command.takesCommand === true ? ownWords(rest) : rest
  if (own.includes('--help') || own.includes('-h')) {
    out(help(command))
    return DONE
  }
  return carryOut(command, rest, terminal_)
}

async function carryOut(
  command: Command,
  words: readonly string[],
  { environment, script, out, err }: Terminal,
): Promise<number> {
  try {
    const parsed = parseWords(command, words)
    const invocation: Invocation = {
      ...parsed,
      out,
      runtime: { environment, script, voice: terminal({ err }) },
    }
    return await command.run(invocation)
  } catch (error) {
    err(`target-guard ${command.name}: ${inWords(error)}\n`)
    const code = exitCodeOf(error)
    // To evaluate nothing is a success: a shell is told with its own words that this failed.
    if (command.isEvaluated?.(ownWords(words)) === true) out(exitText(code))
    if (code === WRONG_USAGE) err(`“target-guard ${command.name} --help” tells what is allowed.\n`)
    return code
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((each) => each.name.length))
  const lines = COMMANDS.map((each) => `  ${each.name.padEnd(width)}  ${each.summary}`)
  return `target-guard ${VERSION}: a Cargo target directory for every job, and no directory in use ever deleted.

usage: target-guard COMMAND [options]

${lines.join('\n')}

“target-guard COMMAND --help” tells more. Every setting may also come from the environment:
TARGET_GUARD_ROOT for --root, and so on.
Exit codes: 0 done, 1 failed, 2 wrong usage, 75 turned away for now (the started hook, run).
`
}

function help(command: Command): string {
  const flags = command.flags.map(
    (flag) => [`--${flag.name}${flag.value === null ? '' : ` ${flag.value}`}`, flag.about] as const,
  )
  const all = [...flags, ['--help', 'this text'] as const]
  const width = Math.max(...all.map(([name]) => name.length))
  const lines = all.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`)
  const usage = `usage: target-guard ${command.name}${command.operands === '' ? '' : ` ${command.operands}`} [options]`
  return `${usage}\n\n${command.about}\n\n${lines.join('\n')}\n`
}
