import { reapText } from '../../report/texts.ts'
import { existingRoot } from '../../steps/existing-root.ts'
import { emptyTrash } from '../../steps/reap.ts'
import { NO_OPERANDS, print, settings } from '../command.ts'
import type { Command } from '../command.ts'
import { HELP, JSON_FLAG, ROOT, SNAPSHOTS } from '../flags.ts'

export const reapCommand: Command = {
  name: 'reap',
  summary: 'delete what is in the trash (what the background process runs)',
  about: `Deletes what passes have taken out of service. What cannot be deleted stays in quarantine, with
the command that would remove it. Jobs that have ended are told in the history, from which forecasts learn.`,
  ...NO_OPERANDS,
  flags: [ROOT, ...HELP, SNAPSHOTS, JSON_FLAG],
  run: async (invocation) => {
    const chosen = settings(invocation)
    const reaped = await emptyTrash(
      existingRoot(chosen, invocation.runtime),
      chosen,
      invocation.runtime,
    )
    print(invocation, reaped, () => reapText(reaped))
    return reaped.quarantined.length + reaped.untold.length > 0 ? 1 : 0
  },
}
