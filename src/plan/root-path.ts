/** Whether a text can be a path that means the same wherever it is read. */
export function isPath(text: string): boolean {
  const isRooted = text.startsWith('/') || text === '~' || text.startsWith('~/')
  return isRooted && !/\p{Cc}/u.test(text) && text.length <= 1024
}

/** The path with `~` expanded. */
export function absolute(path: string, { home }: { home: string }): string {
  const expanded = path === '~' || path.startsWith('~/') ? `${home}${path.slice(1)}` : path
  return normalise(expanded)
}

/** Removes doubled and closing slashes and `.`; a `..` stays, and is refused with the root. */
function normalise(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return `/${parts.join('/')}`
}
