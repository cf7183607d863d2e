/**
 * An error whose text is written for the person who has to act on it.
 *
 * `what` says what happened and to what; `next` says what to do about it. `usage` marks bad input,
 * which is refused before anything is touched (exit code 2 on the command line).
 */
export class GuardError extends Error {
  override readonly name = 'GuardError'
  readonly usage: boolean

  constructor(what: string, next: string, options: { usage?: boolean; cause?: unknown } = {}) {
    super(`${what} ${next}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.usage = options.usage ?? false
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The errno name (`ENOENT`, …) of anything that was thrown, or '' when it carries none. */
export function errnoOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return ''
}
