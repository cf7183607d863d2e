import { GuardError } from '../../plan/guard-error.ts'
import { environmentTwin } from '../../plan/input.ts'
import { timerText } from '../../report/texts.ts'
import { installTimer } from '../../steps/install-timer.ts'
import { NO_OPERANDS, print, settings } from '../command.ts'
import type { Command } from '../command.ts'
import {
  ALERTS,
  DISK,
  HELP,
  JSON_FLAG,
  RETENTION,
  ROOT,
  SNAPSHOTS,
  WORKTREES,
  flag,
} from '../flags.ts'

export const installTimerCommand: Command = {
  name: 'install-timer',
  summary: 'sweep the host every 15 minutes, by a systemd timer',
  about: `Writes a systemd service and timer that run “sweep”, and starts the timer. The sweep yields to every
build, needs neither network nor free disk, and runs with the settings given here and no others; only
alert-webhook may come from the environment, which keeps it out of the list of processes.
Running it again changes nothing.`,
  ...NO_OPERANDS,
  flags: [
    flag('remove', null, 'stop the timer and take both units away'),
    flag('units', 'DIR', 'write the units there and start nothing; default /etc/systemd/system'),
    flag('user', 'NAME', 'who sweeps; default root, who sees and can delete everything'),
    ROOT,
    ...RETENTION,
    ...DISK,
    SNAPSHOTS,
    ...HELP,
    WORKTREES,
    ...ALERTS,
    JSON_FLAG,
  ],
  run: async (invocation) => {
    const { values, switches, runtime } = invocation
    // The timer has neither this environment nor this user’s home: the root is written out.
    const { root, alertWebhook } = settings(invocation)
    const isGiven = invocation.settings.has('root') || rootIn(runtime.environment) !== ''
    if (!isGiven && !switches.has('remove')) refuseOwnOfRoot(root)
    const given = new Map([...invocation.settings, ['root', root] as const])
    given.delete('alert-webhook')
    const lines = installTimer(
      {
        folder: values.get('units')?.at(-1) ?? null,
        user: values.get('user')?.at(-1) ?? null,
        remove: switches.has('remove'),
        root,
        isWatching: values.has('worktrees'),
        alertWebhook,
        flags: [
          ...[...given].map(([name, text]) => `--${name}=${text}`),
          ...(values.get('worktrees') ?? []).map((text) => `--worktrees=${text}`),
        ],
      },
      process.execPath,
      runtime.script,
    )
    print(invocation, lines, () => timerText(lines))
    return 0
  },
}

function rootIn(environment: NodeJS.ProcessEnv): string {
  return environment[environmentTwin('root')] ?? ''
}

/** The default is a place in the home of who calls: where that is root, the runners are elsewhere. */
function refuseOwnOfRoot(root: string): void {
  if (process.geteuid?.() !== 0) return
  throw new GuardError(
    `Run by root and without --root, the timer would sweep ${root}, which is root’s own.`,
    'Name the root of the runners: --root DIR, as “status” prints it for their user.',
    { usage: true },
  )
}
