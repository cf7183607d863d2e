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
  const text = textIn(error, 'message') ?? String(error)
  // Directories are held open and used by number (host/folders.ts), which tells a person nothing.
  return text.replaceAll(/\/proc\/(self|[0-9]+)\/fd\/[0-9]+/g, '…')
}

/** The errno name (`ENOENT`, …) of anything that was thrown, or '' when it carries none. */
export function errnoOf(error: unknown): string {
  return textIn(error, 'code') ?? ''
}

/** By its fields, not by `instanceof`: an error may come from another realm (worker, vm, jest). */
function textIn(error: unknown, field: 'message' | 'code'): string | null {
  if (typeof error !== 'object' || error === null) return null
  const text = (error as Record<typeof field, unknown>)[field]
  return typeof text === 'string' ? text : null
}
