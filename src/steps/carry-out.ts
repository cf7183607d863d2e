import { runErrand } from '../github/cache.ts'
import type { Errand } from '../github/cache.ts'
import { messageOf } from '../plan/guard-error.ts'

/**
 * The whole of a carrier: one errand for the process that started it, and the end.
 *
 * @param text the errand as JSON
 */
export async function carryOut(text: string): Promise<void> {
  // Without whom it was sent by, nobody would clean up after it.
  process.on('disconnect', () => process.exit(1))
  const answer = await runErrand(JSON.parse(text) as Errand).catch((error: unknown) => ({
    kind: 'failed',
    reason: messageOf(error),
  }))
  // Idle sockets of the client would keep the process for minutes.
  process.send?.(answer, () => process.exit(0))
}
