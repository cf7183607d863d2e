import { explainText } from '../../report/texts.ts'
import { explain } from '../../steps/explain.ts'
import { print, settings } from '../command.ts'
import type { Command } from '../command.ts'
import { DISK, JSON_FLAG, RETENTION, ROOT } from '../flags.ts'

export const explainCommand: Command = {
  name: 'explain',
  summary: 'what a sweep would do to each slot and why; touches nothing',
  about: 'With PATH: only what lies there, absolute or relative to the root.',
  operands: '[PATH]',
  operandCount: { least: 0, most: 1 },
  flags: [ROOT, ...RETENTION, ...DISK, JSON_FLAG],
  run: async (invocation) => {
    const path = invocation.operands[0] ?? null
    const actions = await explain(settings(invocation), path, invocation.runtime)
    print(invocation, actions, () => explainText(actions))
    return 0
  },
}
