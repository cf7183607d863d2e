import { doctorText } from '../../report/texts.ts'
import { doctor } from '../../steps/doctor.ts'
import { NO_OPERANDS, print, settings } from '../command.ts'
import type { Command } from '../command.ts'
import { HELP, JSON_FLAG, ROOT } from '../flags.ts'

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'check everything the guard relies on, and say how to mend what is not in place',
  about: 'Exit code 1 when something keeps the guard from its work.',
  ...NO_OPERANDS,
  flags: [ROOT, ...HELP, JSON_FLAG],
  run: async (invocation) => {
    const findings = await doctor(settings(invocation), invocation.runtime)
    print(invocation, findings, () => doctorText(findings))
    return findings.some((each) => each.level === 'fail') ? 1 : 0
  },
}
