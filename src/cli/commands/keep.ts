import { GuardError } from '../../plan/guard-error.ts'
import { isLeaseId } from '../../plan/naming.ts'
import { keep } from '../../steps/keep.ts'
import { NO_OPERANDS, settings } from '../command.ts'
import type { Command } from '../command.ts'
import { DISK, DRY_RUN, HELP, ROOT, flag } from '../flags.ts'

export const keepCommand: Command = {
  name: 'keep',
  summary: 'watch over one lease until it ends (what the background process of a job runs)',
  about: `Measures the disk and the slot of a lease while its job runs, makes room once when the disk turns
critical, and notes what it saw for the end of the job.`,
  ...NO_OPERANDS,
  flags: [ROOT, flag('lease', 'ID', 'whose slot it is'), ...DISK, ...HELP, DRY_RUN],
  run: async (invocation) => {
    const id = invocation.values.get('lease')?.at(-1) ?? ''
    if (!isLeaseId(id)) {
      throw new GuardError('No lease is named.', 'Give its id with --lease.', { usage: true })
    }
    await keep(settings(invocation), id, invocation.runtime)
    return 0
  },
}
