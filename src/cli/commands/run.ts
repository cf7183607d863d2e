import { GuardError } from '../../plan/guard-error.ts'
import { exportText, unsetText } from '../../report/shell.ts'
import { endPrinted, printEnvironment } from '../../steps/print-environment.ts'
import { run } from '../../steps/run.ts'
import { print, settings } from '../command.ts'
import type { Command, Invocation } from '../command.ts'
import {
  ADMISSION,
  DISK,
  JSON_FLAG,
  LEG,
  ON_CRITICAL,
  RESERVE,
  RETENTION,
  ROOT,
  WARM,
  flag,
} from '../flags.ts'

export const runCommand: Command = {
  name: 'run',
  summary: 'one command with a target dir of its own, outside workflows: people, scripts, agents',
  about: `Gets a slot for this git worktree (or directory), warm from the last run here, or else in another
worktree of the repository, sets CARGO_TARGET_DIR and runs the command as if there were nothing between:
same terminal, directory, signals and exit code (127 not found, 126 not executable; ended by a signal, this
ends by the same). When it ends the slot is kept for the next run here, whatever the exit code, as
retention-hours and room allow. Runs at the same time, and a run within a run, have a slot each. Turned
away (75), the command was not started; nobody could tell it to skip its build, so --on-critical skip is fail.
--print-env prints what a shell has to set, for eval "$(target-guard run --print-env)"; the lease lives as
long as that shell, or until eval "$(target-guard run --end)", which alone keeps the slot warm.`,
  operands: '-- CMD…',
  operandCount: { least: 0, most: Number.MAX_SAFE_INTEGER },
  takesCommand: true,
  isEvaluated: (words) => words.some((word) => EVALUATED.test(word)) && !words.includes('--json'),
  flags: [
    flag('print-env', null, 'print the variables to set, instead of running a command'),
    flag(
      'pid',
      'PID',
      'with --print-env: whose life the lease follows; default the calling process',
    ),
    flag(
      'end',
      null,
      'end the lease of --print-env, and print what to unset; or give up a kept slot',
    ),
    flag('lease', 'ID', 'with --end: which one; default that of the environment'),
    flag('keep', null, 'leave the slot as it is, whatever comes, until --end --lease names it'),
    flag('verbose', null, 'say what is done, on standard error'),
    ROOT,
    WARM,
    LEG,
    ...ADMISSION,
    RESERVE,
    ON_CRITICAL,
    ...RETENTION,
    ...DISK,
    JSON_FLAG,
  ],
  run: async (invocation) => {
    const { operands, switches, values, runtime } = invocation
    const options = { isVerbose: switches.has('verbose') }
    const mode = modeOf(invocation)
    if (mode === 'command') {
      const kept = { ...options, isKept: switches.has('keep') }
      return run(operands, settings(invocation), kept, runtime)
    }
    const chosen = settings(invocation)
    if (mode === 'print') {
      const wanted = { ...options, pid: pidOf(invocation) }
      const variables = await printEnvironment(chosen, wanted, runtime)
      print(invocation, variables, () => exportText(variables))
    } else {
      const id = values.get('lease')?.at(-1) ?? null
      const names = await endPrinted(chosen, id, options, runtime)
      print(invocation, names, () => unsetText(names))
    }
    return 0
  },
}

/** As a shell may have been told to evaluate it, with other words that are wrong. */
const EVALUATED = /^--(print-env|end)(=|$)/

/** What is asked for: just one of the three. */
function modeOf({ operands, switches, values }: Invocation): 'command' | 'print' | 'end' {
  const wanted = [
    ...(operands.length > 0 ? (['command'] as const) : []),
    ...(switches.has('print-env') ? (['print'] as const) : []),
    ...(switches.has('end') ? (['end'] as const) : []),
  ]
  const [mode, ...more] = wanted
  if (mode === undefined || more.length > 0) {
    throw new GuardError(
      mode === undefined ? 'No command is given.' : 'More than one thing is asked for.',
      'Give a command after “--”, or --print-env, or --end.',
      { usage: true },
    )
  }
  const lost = [
    ...(mode !== 'print' && values.has('pid') ? ['--pid goes with --print-env'] : []),
    ...(mode !== 'command' && switches.has('keep') ? ['--keep goes with a command'] : []),
    ...(mode !== 'end' && values.has('lease') ? ['--lease goes with --end'] : []),
    ...(mode === 'command' && switches.has('json')
      ? ['--json goes with --print-env or --end']
      : []),
  ]
  if (lost.length === 0) return mode
  throw new GuardError(`${lost.join('; ')}.`, 'Leave it out.', { usage: true })
}

function pidOf({ values }: Invocation): number | null {
  const text = values.get('pid')?.at(-1)
  if (text === undefined) return null
  if (/^[1-9][0-9]{0,9}$/.test(text)) return Number(text)
  throw new GuardError(`“${text}” is no process.`, 'Give --pid a number.', { usage: true })
}
