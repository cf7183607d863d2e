import { treatmentOf } from './clone.ts'
import type { LinkedFile } from './linked-file.ts'

/**
 * Programs as people find them: Cargo gives what the linker wrote to `deps` or `examples` a second name
 * without a hash. Paths are relative to the target directory.
 */

/**
 * Whether all that was written into are programs that people find, by either name: people may write into
 * these. A test’s program has no such name.
 *
 * @param record what was shared
 * @param written paths of what was written into, among that
 */
export function arePrograms(record: readonly LinkedFile[], written: readonly string[]): boolean {
  const inodes = new Map(record.map(({ path, inode }) => [path, inode]))
  const found = record.filter(({ path }) => isUplifted(path))
  const programs = new Set<string | undefined>(found.map(({ inode }) => inode))
  return written.every((path) => programs.has(inodes.get(path)))
}

function isUplifted(path: string): boolean {
  return treatmentOf(path, 'file', { skipIncremental: true }) === 'uplifted'
}

/** What Cargo writes when it has finished a program: `<profile>/.fingerprint/<unit>/bin-<name>`. */
const FINISHED =
  /^(?<profile>.+?)\/(?:\.fingerprint\/[^/]+|build\/[^/]+\/[^/]+\/fingerprint)\/(?<what>(?:bin|example)-[^/]+)$/

/** The program that is finished by a file, as `programOf` calls it; null where the file is another one. */
export function finishedBy(path: string): string | null {
  const { profile, what } = FINISHED.exec(path)?.groups ?? {}
  return profile === undefined || what === undefined ? null : `${profile}/${what}`
}

/**
 * What a program is called here: `<profile>/bin-<name>`, or `example-`.
 *
 * @param path as people find it
 */
export function programOf(path: string): string {
  const parts = path.split('/')
  const name = parts.pop() ?? ''
  const isExample = parts.at(-1) === 'examples'
  const profile = (isExample ? parts.slice(0, -1) : parts).join('/')
  return `${profile}/${isExample ? 'example' : 'bin'}-${name}`
}
