import { GuardError, messageOf } from '../plan/guard-error.ts'
import type { Runtime } from './runtime.ts'

/**
 * Runs one phase of the action: the one place that catches.
 *
 * @returns the exit code: 1 fails the step
 */
export async function runStep(
  step: (runtime: Runtime) => Promise<unknown>,
  runtime: Runtime,
): Promise<number> {
  try {
    await step(runtime)
    return 0
  } catch (error) {
    runtime.voice.error(inWords(error))
    return 1
  }
}

/**
 * Runs a hook. A hook that fails would fail every job of the host, so whatever goes wrong is an
 * error annotation, and the job goes on without a slot.
 */
export async function runHook(
  hook: (runtime: Runtime) => Promise<unknown>,
  runtime: Runtime,
): Promise<number> {
  try {
    await hook(runtime)
  } catch (error) {
    runtime.voice.error(`${inWords(error)} The job goes on without a target dir of its own.`)
  }
  return 0
}

/** What was thrown, for a person; what we did not foresee comes with its trace. */
export function inWords(error: unknown): string {
  if (error instanceof GuardError) return error.message
  const trace = error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
  return `Unforeseen, please report it: ${trace}`
}
