import { setTimeout as sleep } from 'node:timers/promises'

/** How long and how often to look, in milliseconds, and what to call it in the error. */
export interface WaitOptions {
  readonly what?: string
  readonly deadlineMs?: number
  readonly everyMs?: number
}

/**
 * Polls real state until `condition` gives something truthy, and returns that.
 * A condition that throws counts as "not yet".
 * Throws after the deadline (30 s by default), with the condition's last error as the cause.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<NonNullable<T>> {
  const { what = condition.toString(), deadlineMs = 30_000, everyMs = 20 } = options
  const deadline = performance.now() + deadlineMs
  for (;;) {
    let cause: unknown
    try {
      const found = await condition()
      if (found) return found
    } catch (error) {
      cause = error
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${deadlineMs} ms in vain for ${what}`, { cause })
    }
    await sleep(everyMs)
  }
}
