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

/** What to do about an error of the file system; where it is read-only, nothing else helps. */
export function nextAfter(error: unknown, otherwise: string): string {
  if (errnoOf(error) !== 'EROFS') return otherwise
  return 'Its file system is read-only. Look into the kernel’s log (dmesg) why, and mount it for writing again.'
}

/** Whether an error says that there is no room: no blocks, no inodes, or none of this user's. */
export function isNoSpace(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errnoOf(error))
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  const text = textIn(error, 'message') ?? String(error)
  // Directories are held open and used by number (host/folders.ts), which tells a person nothing.
  return text.replaceAll(/\/proc\/(self|[0-9]+)\/fd\/[0-9]+/g, '…')
}

/** libuv has no name for it; to us it is a full disk like any other. */
const QUOTA_EXCEEDED = -122

/** The errno name (`ENOENT`, …) of anything that was thrown, or '' when it carries none. */
export function errnoOf(error: unknown): string {
  if (fieldOf(error, 'errno') === QUOTA_EXCEEDED) return 'EDQUOT'
  return textIn(error, 'code') ?? ''
}

function textIn(error: unknown, field: string): string | null {
  const text = fieldOf(error, field)
  return typeof text === 'string' ? text : null
}

/** By its fields, not by `instanceof`: an error may come from another realm (worker, vm, jest). */
function fieldOf(error: unknown, field: string): unknown {
  return typeof error === 'object' && error !== null
    ? (error as Record<string, unknown>)[field]
    : undefined
}
