import type { SeedRecord } from '../plan/build-record.ts'
import type { Lease } from '../plan/lease.ts'
import { removeFormerPath } from '../host/former-paths.ts'
import { dropSeedRecords } from '../host/lease-companions.ts'
import type { Root } from '../host/root.ts'

/**
 * Forgets a seed that may not be built in, and has not come into its slot. What cannot be removed now
 * is no harm, and goes with the slot.
 */
export function dropSeed(root: Root, lease: Lease, { former }: SeedRecord): void {
  for (const each of former) removeFormerPath(root, each, lease.slot)
  dropSeedRecords(root, lease.id)
}
