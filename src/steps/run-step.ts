import { GuardError, messageOf } from '../plan/guard-error.ts'
import { REFUSED_TITLE, RefusedError } from './refuse.ts'
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
    say(error, runtime, '')
    return 1
  }
}

/**
 * Runs a hook. A hook that fails would fail every job of the host, so whatever goes wrong is an
 * error annotation, and the job goes on without a slot; but a job that is turned away must fail.
 */
export async function runHook(
  hook: (runtime: Runtime) => Promise<unknown>,
  runtime: Runtime,
): Promise<number> {
  try {
    await hook(runtime)
  } catch (error) {
    if (error instanceof RefusedError) {
      say(error, runtime, '')
      return REFUSED
    }
    say(error, runtime, ' The job goes on without a target dir of its own.')
  }
  return 0
}

/** Exit code: refused for now, try later (EX_TEMPFAIL of sysexits.h). */
export const REFUSED = 75
const FAILED = 1
const WRONG_USAGE = 2

/** The exit code of a command that ended with this error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof RefusedError) return REFUSED
  return error instanceof GuardError && error.usage ? WRONG_USAGE : FAILED
}

function say(error: unknown, { voice }: Runtime, addition: string): void {
  const title = error instanceof RefusedError ? REFUSED_TITLE : undefined
  voice.error(`${inWords(error)}${addition}`, title)
}

/** What was thrown, for a person; what we did not foresee comes with its trace. */
export function inWords(error: unknown): string {
  if (error instanceof GuardError) return error.message
  const trace = error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
  return `Unforeseen, please report it: ${trace}`
}
