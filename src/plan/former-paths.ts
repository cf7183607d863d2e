/**
 * Paths are compared as bytes: names on a disk need not be UTF-8. All texts here hold one byte in each
 * character (latin1), as `bytesOf` gives them.
 */

/** Paths that were compiled in at a former place of a target directory or a workspace. */
export interface FormerPaths {
  /** target directories that no longer are this one */
  readonly targets: readonly string[]
  readonly workspaces: readonly string[]
  /** lead to this target directory, though a former path may be their beginning */
  readonly living: readonly string[]
}

/** A path or other text as bytes. */
export function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** Where there are so many, there may be more: nothing is to be made of the list. */
export const HITS_AT_MOST = 20_000

/** Where any of these paths begins in some bytes; ends after 20,000. */
export function hitsIn(
  bytes: Buffer,
  paths: readonly string[],
  living: readonly string[],
): number[] {
  const hits: number[] = []
  for (const path of paths) {
    const spared = living.filter((each) => each !== path && each.startsWith(path))
    for (let hit = bytes.indexOf(path, 0, 'latin1'); hit !== -1 && hits.length < HITS_AT_MOST;) {
      if (!spared.some((each) => isAt(bytes, hit, each))) hits.push(hit)
      hit = bytes.indexOf(path, hit + 1, 'latin1')
    }
  }
  return hits
}

/** Whether a text has any of these paths. */
export function mentions(
  text: string,
  paths: readonly string[],
  living: readonly string[],
): boolean {
  if (paths.every((path) => !text.includes(path))) return false
  return hitsIn(Buffer.from(text, 'latin1'), paths, living).length > 0
}

function isAt(bytes: Buffer, from: number, text: string): boolean {
  return bytes.toString('latin1', from, from + text.length) === text
}
