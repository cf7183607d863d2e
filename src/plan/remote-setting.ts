import { CONTENT_GROUPS } from './archive-content.ts'
import type { ContentGroup } from './archive-content.ts'
import type { Job } from './job.ts'

/** Snapshots through the Actions cache service. */
export interface RemoteSetting {
  mode: RemoteCache
  /** of what is packed or unpacked, before compression */
  maxBytes: number
  exclude: RemoteExclude
}

export const REMOTE_CACHE = ['off', 'restore', 'restore-save'] as const
export type RemoteCache = (typeof REMOTE_CACHE)[number]

/**
 * Who saves: a successful push to the default branch, where that is wanted. Whether this host keeps snapshots,
 * or seeds slots, is another question: one that goes after the job does neither.
 */
export function maySave(
  job: Pick<Job, 'trusted'>,
  result: string,
  { remote, dryRun }: { remote: Pick<RemoteSetting, 'mode'>; dryRun: boolean },
): boolean {
  return job.trusted && result === 'success' && remote.mode === 'restore-save' && !dryRun
}

/** What of a target dir is not saved; see plan/archive-content.ts. */
export interface RemoteExclude {
  groups: readonly ContentGroup[]
  globs: readonly string[]
}

/** What is not saved unless a person says otherwise. */
export const EXCLUDED: RemoteExclude = { groups: ['incremental', 'binaries'], globs: [] }

export const EXCLUDE_ALLOWED = `none, or ${CONTENT_GROUPS.join(', ')} and globs with a /, between blanks`

/** Words between blanks or line breaks: groups by name, and globs, which have a slash. */
export function parseExclude(text: string): RemoteExclude | undefined {
  const words = text.split(/\s+/).filter((word) => word !== '')
  if (words.join() === 'none') return { groups: [], globs: [] }
  const globs = words.filter((word) => word.includes('/'))
  const named = words.filter((word) => !word.includes('/'))
  const groups = CONTENT_GROUPS.filter((group) => named.includes(group))
  const isKnown = named.every((word) => CONTENT_GROUPS.some((group) => group === word))
  return isKnown && globs.every(isGlob) ? { groups, globs } : undefined
}

/** Relative to the target dir, in names that can be there. */
function isGlob(word: string): boolean {
  return word.length <= 1024 && word.split('/').every((name) => !['', '.', '..'].includes(name))
}
