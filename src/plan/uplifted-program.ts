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

/** What Cargo writes when it has finished a program: `<profile>/.fingerprint/<package>-<id>/bin-<name>`. */
const FINISHED =
  /^(?<profile>.+?)\/(?:\.fingerprint\/[^/]+-|build\/[^/]+\/)(?<id>[0-9a-f]{16})(?:\/fingerprint)?\/(?:bin|example)-[^/.]+$/

/** Where the linker writes one: `<profile>/deps/<name>-<id>`, with the id of the same unit. */
const LINKED = /^(?<profile>.+)\/(?:deps|examples)\/[^/]+-(?<id>[0-9a-f]{16})$/

/**
 * The unit that is finished by a file, as `unitOf` calls it; null where the file is another one. Several
 * may have one name: `cargo check` finishes units of programs, too.
 */
export function finishedBy(path: string): string | null {
  return named(FINISHED.exec(path))
}

/** The unit of which a program is, by the path at which it was linked; null where that is another one. */
export function unitOf(path: string): string | null {
  return named(LINKED.exec(path))
}

function named(match: RegExpExecArray | null): string | null {
  const { profile, id } = match?.groups ?? {}
  return profile === undefined || id === undefined ? null : `${profile} ${id}`
}
