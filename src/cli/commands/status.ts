import { statusText } from '../../report/status.ts'
import { status } from '../../steps/status.ts'
import { NO_OPERANDS, print, settings } from '../command.ts'
import type { Command } from '../command.ts'
import { JSON_FLAG, ROOT } from '../flags.ts'

export const statusCommand: Command = {
  name: 'status',
  summary: 'disk, leases with their evidence, snapshots, trash, last pass, cap',
  about: `Shows everything that is in the root, snapshots included, what speaks for and against each lease,
and how many jobs at once the disk has room for.`,
  ...NO_OPERANDS,
  flags: [ROOT, JSON_FLAG],
  run: async (invocation) => {
    const found = await status(settings(invocation), invocation.runtime)
    print(invocation, found, () => statusText(found))
    return 0
  },
}
