/**
 * Whether a symbolic link surely leads to something inside the tree that it lies in.
 *
 * `..` counts at the beginning of the target only: there it goes up from real directories. Behind a
 * name it would go up from wherever that name leads, which may be another link.
 *
 * @param path of the link, relative to the tree, its directories no links themselves
 */
export function staysInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/')) return false
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const down = parts.findIndex((part) => part !== '..')
  const up = down === -1 ? parts.length : down
  const depth = path.split('/').length - 1
  return up <= depth && !parts.slice(up).includes('..')
}
