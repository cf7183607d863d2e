import { capText } from '../../report/cap.ts'
import { cap } from '../../steps/cap.ts'
import { existingRoot } from '../../steps/existing-root.ts'
import { NO_OPERANDS, print, settings } from '../command.ts'
import type { Command } from '../command.ts'
import { JSON_FLAG, RESERVE, ROOT } from '../flags.ts'

export const capCommand: Command = {
  name: 'cap',
  summary: 'how many jobs at once the disk has room for',
  about: `Shows floor((free + may go − reserve) / peak) with its figures, for the host, each repository and
each job; the peak is the 95th percentile of the last 20 jobs. What may go are the known sizes of ended slots
and of snapshots, which make room before a job waits.`,
  ...NO_OPERANDS,
  flags: [ROOT, RESERVE, JSON_FLAG],
  run: async (invocation) => {
    const chosen = settings(invocation)
    const found = await cap(existingRoot(chosen, invocation.runtime), chosen)
    print(invocation, found, () => capText(found))
    return found === null ? 1 : 0
  },
}
