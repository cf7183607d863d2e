import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'

/**
 * Everything that can be told of a tree, one line an entry: type, mode, owner, times and content.
 * Two equal listings mean that nothing was touched.
 */
export function listing(path: string): string[] {
  const { mode, uid, gid, nlink, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true })
  const facts = [mode.toString(8), uid, gid, nlink, mtimeNs, ctimeNs].join(' ')
  const kind = lstatSync(path)
  if (kind.isSymbolicLink()) return [`${path} ${facts} -> ${readlinkSync(path)}`]
  if (kind.isFile()) {
    const content = createHash('sha256').update(readFileSync(path)).digest('hex')
    return [`${path} ${facts} ${content}`]
  }
  if (!kind.isDirectory()) return [`${path} ${facts}`]
  const names = readdirSync(path).toSorted((a, b) => (a < b ? -1 : 1))
  return [`${path} ${facts}`, ...names.flatMap((name) => listing(`${path}/${name}`))]
}
