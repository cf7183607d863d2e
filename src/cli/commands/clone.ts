import { GuardError } from '../../plan/guard-error.ts'
import { isLeaseId } from '../../plan/naming.ts'
import { cloneAhead } from '../../steps/clone-ahead.ts'
import { NO_OPERANDS, settings } from '../command.ts'
import type { Command } from '../command.ts'
import { DISK, ROOT, flag } from '../flags.ts'

export const cloneCommand: Command = {
  name: 'clone',
  summary: 'clone a snapshot for one lease (what the background process of pre runs)',
  about: `Makes the clone that a job will be seeded with while its checkout is made; the job takes it over,
or makes its own. What it is for is in the environment of the job.`,
  ...NO_OPERANDS,
  flags: [ROOT, flag('lease', 'ID', 'whose slot it is for'), ...DISK],
  run: async (invocation) => {
    const id = invocation.values.get('lease')?.at(-1) ?? ''
    if (!isLeaseId(id)) {
      throw new GuardError('No lease is named.', 'Give its id with --lease.', { usage: true })
    }
    await cloneAhead(settings(invocation), id, invocation.runtime)
    return 0
  },
}
