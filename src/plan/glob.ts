/** Whether a path is what a glob names: `*` is any part of one name, `**` any number of folders. */
export function matchesGlob(path: string, glob: string): boolean {
  return matches(path.split('/'), glob.split('/'))
}

function matches(names: readonly string[], globs: readonly string[]): boolean {
  const [glob, ...after] = globs
  if (glob === undefined) return names.length === 0
  if (glob === '**') {
    return matches(names, after) || (names.length > 0 && matches(names.slice(1), globs))
  }
  const [name, ...rest] = names
  return name !== undefined && matchesName(name, glob.split('*')) && matches(rest, after)
}

/** Whether the parts between stars come one after the other, the first and last at the ends. */
function matchesName(name: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts
  const last = others.pop()
  if (last === undefined) return name === first
  if (!name.startsWith(first)) return false
  let from = first.length
  for (const part of others) {
    const found = name.indexOf(part, from)
    if (found === -1) return false
    from = found + part.length
  }
  return name.endsWith(last) && name.length - last.length >= from
}
