import { takeHybridOut } from '../host/hybrid-mark.ts'
import type { WrittenInto } from '../host/hybrid-mark.ts'
import { spoilEnd } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { evict } from '../host/snapshots.ts'
import type { Published } from '../host/snapshots.ts'
import type { Runtime } from './runtime.ts'

/** Why what has a damaged record is no seed. */
export const SHARED_UNKNOWN = 'what it shares with others is not known any more'

/** A source that somebody wrote into through a hard link of a clone. */
export interface Spoilt extends WrittenInto {
  label: string
  /** the snapshot, or the lease of the ended slot */
  place: Published | { lease: string }
}

/**
 * Somebody wrote through a link: the source is no longer what was built, and no other of the kind will be
 * shared.
 *
 * @returns why it is no seed, in words
 */
export function giveUpHybrid(
  root: Root,
  { label, place, ...into }: Spoilt,
  { voice }: Runtime,
): string {
  const shared = takeHybridOut(root, label, into) === 'programs' ? 'programs' : 'files'
  if ('lease' in place) spoilEnd(root, place.lease)
  else evict(root, place)
  const why = wroteInto(into.written)
  voice.warning(
    `${why}. That is no seed any more, and clones of this root share no ${shared} by hard link any more.`,
  )
  return why
}

export function wroteInto(written: readonly string[]): string {
  return `a build wrote into ${written[0] ?? ''}, which others share`
}
