import { GuardError } from '../../plan/guard-error.ts'
import { sendAlert } from '../../steps/alert.ts'
import { NO_OPERANDS, settings } from '../command.ts'
import type { Command } from '../command.ts'
import { ALERTS, flag } from '../flags.ts'

export const alertCommand: Command = {
  name: 'alert',
  summary: 'post one text to alert-webhook, now; good for trying the address',
  about:
    'Passes call it in the background, at most once per alert-hours and kind for the whole host.',
  ...NO_OPERANDS,
  flags: [flag('text', 'TEXT', 'what to say; default a test message'), ...ALERTS],
  run: async (invocation) => {
    const { alertWebhook } = settings(invocation)
    if (alertWebhook === null) {
      throw new GuardError('No webhook is set.', 'Set TARGET_GUARD_ALERT_WEBHOOK.', { usage: true })
    }
    await sendAlert(alertWebhook, invocation.values.get('text')?.at(-1) ?? 'this is a test')
    return 0
  },
}
