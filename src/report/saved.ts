import type { SeedKind } from '../plan/build-record.ts'
import type { Saved } from '../plan/saved.ts'
import { duration } from './ages.ts'

/** What a seed saved, for people. */
export function describeSaved(seed: SeedKind, { seconds, coldSeconds }: Saved): string {
  const saved = coldSeconds - seconds
  const worth = saved > 0 ? `${duration(saved)} saved` : 'nothing saved'
  return `${worth} by the seed (${seed}): this job took ${duration(seconds)}, the last cold one ${duration(coldSeconds)}`
}

/** The same of an earlier job, before this one can tell; '' where there is nothing to tell. */
export function describeLastSaved(savedSeconds: number | null): string {
  return savedSeconds === null || savedSeconds <= 0
    ? ''
    : `; the last seed of this job saved ${duration(savedSeconds)} against a cold build`
}
