import { hostname } from 'node:os'
import { claimAlert } from '../host/alert-clock.ts'
import { startInBackground } from '../host/background.ts'
import type { Root } from '../host/root.ts'
import type { AlertKind } from '../plan/alert.ts'
import { GuardError, errnoOf, messageOf } from '../plan/guard-error.ts'
import type { Settings } from '../plan/settings.ts'
import { TAG } from '../report/voice.ts'
import type { Runtime } from './runtime.ts'

const WAIT_MS = 5000

/**
 * Tells the webhook, where one is set and an alert of this kind is due on this host.
 *
 * It is sent by a process in the background: an address that does not answer holds up nobody.
 */
export async function alert(
  root: Root,
  settings: Settings,
  about: { kind: AlertKind; text: string },
  { script, voice }: Runtime,
): Promise<void> {
  const { alertWebhook, alertHours } = settings
  if (alertWebhook === null || settings.dryRun) return
  try {
    if (!(await claimAlert(root, about.kind, alertHours, Date.now()))) return
    startInBackground(script, ['alert', '--text', `${root.path}: ${about.text}`], {
      TARGET_GUARD_ALERT_WEBHOOK: alertWebhook,
    })
    voice.info(`alert sent (${about.kind})`)
  } catch (error) {
    voice.warning(`No alert was sent (${messageOf(error)}).`)
  }
}

/**
 * Posts one text to a Slack-compatible address.
 *
 * @throws GuardError where it is not accepted within five seconds; the address is in no text
 */
export async function sendAlert(address: string, text: string): Promise<void> {
  const body = JSON.stringify({ text: `${TAG} ${hostname()}: ${text}` })
  const headers = { 'content-type': 'application/json' }
  const next = 'Look at alert-webhook and at the network of this host.'
  let status: number
  try {
    const signal = AbortSignal.timeout(WAIT_MS)
    // A redirect would turn the POST into a GET, and tell the text to another address.
    const request = { method: 'POST', headers, body, signal, redirect: 'manual' } as const
    const answer = await fetch(address, request)
    status = answer.status
    // Whatever else it says is not waited for.
    await answer.body?.cancel()
  } catch (error) {
    throw new GuardError(whyUnsent(error), next)
  }
  if (status < 200 || status > 299) throw new GuardError(`The webhook answered ${status}.`, next)
}

/** The error’s own text may hold the address, which is a secret: its name and its code do not. */
function whyUnsent(error: unknown): string {
  const { name, cause } = error instanceof Error ? error : { name: '', cause: null }
  if (name === 'TimeoutError') return `The webhook did not answer within ${WAIT_MS} ms.`
  const code = /^[A-Z][A-Z0-9_]{0,40}$/.exec(errnoOf(cause))?.[0]
  return `The webhook could not be reached${code === undefined ? '' : ` (${code})`}.`
}
