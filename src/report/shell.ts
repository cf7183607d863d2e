/** A word as every POSIX shell reads it back. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** A word of a command that somebody is to give: as it is where every shell takes it so. */
export function commandWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : shellWord(text)
}

/** What a shell evaluates to set these variables for itself and all that it starts. */
export function exportText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${shellWord(value)}\n`)
    .join('')
}

/** What a shell evaluates to forget them. */
export function unsetText(names: readonly string[]): string {
  return names.length === 0 ? '' : `unset ${names.join(' ')}\n`
}

/** What a shell evaluates to an exit code and nothing else. */
export function exitText(code: number): string {
  return `(exit ${code})\n`
}
