import { readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { statOrNull } from './contents.ts'

/** Where a path leads. */
export interface Way {
  /** free of links; where nothing is: where it would lie */
  path: string
  exists: boolean
  /** the links on the way, each at its own place, also those that links lead to */
  links: readonly string[]
}

/** As many as the kernel follows. */
const LINKS_AT_MOST = 40

/** Follows an absolute path to its end, one component after the other, as the kernel would. */
export function follow(path: string): Way {
  const links: string[] = []
  const left = componentsOf(path)
  let current = '/'
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (name === '..') current = dirname(current)
    if (name === '..' || name === '.' || name === '') continue
    const next = join(current, name)
    const stat = statOrNull(next)
    const isWay = stat?.isDirectory() === true || left.length === 0
    if (stat?.isSymbolicLink() === true && links.length < LINKS_AT_MOST) {
      links.push(next)
      const leadsTo = readlinkSync(next)
      if (leadsTo.startsWith('/')) current = '/'
      left.push(...componentsOf(leadsTo))
    } else if (stat === null || !isWay) {
      return { path: join(next, ...left.toReversed()), exists: false, links }
    } else current = next
  }
  return { path: current, exists: true, links }
}

/** The last first. */
function componentsOf(path: string): string[] {
  return path.split('/').toReversed()
}
