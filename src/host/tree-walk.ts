import { closeSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { at, inside, isDiverted, openFolder, within } from './folders.ts'

/** Folders that lie in one folder. */
export interface Siblings {
  /** the folder that they lie in, from the top down */
  path: readonly string[]
  names: readonly string[]
}

/** Told a folder, which is open meanwhile; answers which of those in it are to be gone into. */
export type Visit = (folder: number, path: readonly string[]) => Siblings | null

/**
 * Goes down a tree without following any link, always to those folders next that have the fewest
 * siblings: what Cargo makes lies beside few others, and is come to before a folder with very many has
 * used up what the caller allows. What vanishes meanwhile is passed over.
 *
 * @param refuse told the folders that cannot be opened; without it they end the walk
 * @throws as openSync does where there is no such tree
 */
export function walkTree(
  base: string,
  visit: Visit,
  refuse: (path: readonly string[], error: unknown) => void = (_, error) => {
    throw error
  },
): void {
  const pending: Siblings[][] = Array.from({ length: SIZES }, () => [])
  const see = (folder: number, path: readonly string[]): void => {
    const next = visit(folder, path)
    if (next !== null) pending[sizeOf(next)]?.push(next)
  }
  within(base, [], (top) => {
    see(top, [])
    for (let next = smallest(pending); next !== undefined; next = smallest(pending)) {
      const { path, names } = next
      const seeAll = (parent: number): void => {
        for (const name of names) {
          const folder = open(at(parent, name), (error) => refuse([...path, name], error))
          if (folder === null) continue
          try {
            see(folder, [...path, name])
          } finally {
            closeSync(folder)
          }
        }
      }
      if (path.length === 0) seeAll(top)
      else inside(top, path.join('/'), seeAll)
    }
  })
}

const SIZES = 33

/** How many, as a power of two: it need not be told more exactly. */
function sizeOf({ names }: Siblings): number {
  return 32 - Math.clz32(names.length)
}

function smallest(pending: readonly Siblings[][]): Siblings | undefined {
  return pending.find((each) => each.length > 0)?.pop()
}

function open(path: string, refuse: (error: unknown) => void): number | null {
  try {
    return openFolder(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && !isDiverted(error)) refuse(error)
    return null
  }
}
