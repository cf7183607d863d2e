export function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

export function title(text: string): void {
  say(`\n── ${text}`)
}

/** What somebody else said, indented. */
export function tell(text: string): void {
  for (const line of text.trim().split('\n')) say(`     ${line}`)
}
