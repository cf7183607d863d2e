import { refuseOrigin, sourcesFor } from '../plan/seed.ts'
import type { CloneSource } from './clone-sources.ts'
import { offerTo } from './offer.ts'
import type { Runtime } from './runtime.ts'
import { wishOf } from './seed-wish.ts'
import type { SeedRequest } from './seed.ts'

/**
 * What the job will be cloned from, as far as that can be told yet: a snapshot, where there is no slot of
 * its own branch, which would be moved and not cloned.
 */
export function sourceAhead(request: SeedRequest, runtime: Runtime): CloneSource | null {
  const { warm, dryRun } = request.settings
  if (!['auto', 'clone'].includes(warm) || dryRun) return null
  const wish = wishOf(request, runtime)
  const { slots, snapshots } = offerTo(request, wish, runtime)
  const isOwn = sourcesFor(slots, wish).some(
    ({ origin, refusal }) => origin !== null && refusal === null,
  )
  if (isOwn) return null
  return snapshots.find(({ origin }) => refuseOrigin(origin, wish) === null) ?? null
}
