import { sweepText } from '../../report/texts.ts'
import { sweep } from '../../steps/sweep.ts'
import { WATCHED } from '../../steps/watched-worktrees.ts'
import type { Runtime } from '../../steps/runtime.ts'
import { NO_OPERANDS, print, settings } from '../command.ts'
import type { Command, Invocation } from '../command.ts'
import {
  ALERTS,
  DISK,
  DRY_RUN,
  HELP,
  JSON_FLAG,
  RETENTION,
  ROOT,
  SNAPSHOTS,
  WORKTREES,
  flag,
} from '../flags.ts'

export const sweepCommand: Command = {
  name: 'sweep',
  summary: 'the pass for the whole host: stale slots of all runners, orphans, the trash',
  about: `Takes stale slots of every runner out of service, on conclusive evidence only, and empties the
trash. What is in use, unknown or not target-guard’s stays, and is reported with the reason.`,
  ...NO_OPERANDS,
  flags: [
    ROOT,
    ...RETENTION,
    ...DISK,
    ...HELP,
    SNAPSHOTS,
    ...ALERTS,
    DRY_RUN,
    WORKTREES,
    flag('adopt', 'PATH', 'also take this slot, which has no lease; may be given several times'),
    JSON_FLAG,
  ],
  run: async (invocation) => {
    const adopted = invocation.values.get('adopt') ?? []
    const done = await sweep(settings(invocation), adopted, watching(invocation))
    const { dryRun } = settings(invocation)
    if (done === null) {
      print(invocation, { actions: [], reaped: null }, () => '')
      return 0
    }
    print(invocation, { actions: done.actions, ...done.heartbeat, reaped: done.reaped }, () =>
      sweepText(done, done.reaped, dryRun),
    )
    return done.isNoted && done.failures.length + done.unadoptable.length === 0 ? 0 : 1
  },
}

/** The flag wins over the variable. */
function watching({ values, runtime }: Invocation): Runtime {
  const given = values.get('worktrees')?.at(-1)
  if (given === undefined) return runtime
  return { ...runtime, environment: { ...runtime.environment, [WATCHED]: given } }
}
