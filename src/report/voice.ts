/** To whom a step speaks: a workflow's log and annotations, or a terminal. */
export interface Voice {
  info: (text: string) => void
  notice: (text: string) => void
  /** @param title of the annotation, where it is not target-guard’s own */
  warning: (text: string, title?: string) => void
  /** @param title as for a warning */
  error: (text: string, title?: string) => void
}

/** Every line of ours in a log begins with it. */
export const TAG = '[target-guard]'

/**
 * Text of others (paths, command names) on one line without control characters: a planted newline
 * could otherwise begin a workflow command.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD')
}

/** Our own line breaks stay, those of others do not survive `printable`. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** Speaks on a terminal, on standard error: standard output is for what a command prints. */
export function terminal({ err }: { err: (text: string) => void }): Voice {
  const say = (prefix: string) => (text: string) => err(`${TAG} ${prefix}${printable(text)}\n`)
  const [error, warning] = [say('error: '), say('warning: ')]
  return {
    info: say(''),
    notice: say(''),
    warning: (text, title) => warning(titled(text, title)),
    error: (text, title) => error(titled(text, title)),
  }
}

function titled(text: string, title: string | undefined): string {
  return title === undefined ? text : `${title}: ${text}`
}
