import type { SeedRecord } from '../plan/build-record.ts'
import type { Lease } from '../plan/lease.ts'
import { removeFormerPath } from '../host/former-paths.ts'
import { dropInputs } from '../host/leases.ts'
import type { Root } from '../host/root.ts'
import { emptySlot } from '../host/seeding.ts'

/** Takes a seed that may not be built in out of its slot again; what is left is a cold start. */
export function dropSeed(root: Root, lease: Lease, { former }: SeedRecord): void {
  emptySlot(root, lease.slot, lease.id)
  dropInputs(root, lease.id)
  for (const each of former) removeFormerPath(root, each, lease.slot)
}
