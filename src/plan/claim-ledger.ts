import { isRecord, parseObject } from './lease.ts'
import { isLeaseId } from './naming.ts'
import { isAmount } from './size-sample.ts'

/** What live leases claim of the disk in bytes, by their ids; null for a lease that says nothing. */
export type ClaimLedger = ReadonlyMap<string, number | null>

export function encodeClaimLedger(ledger: ClaimLedger): string {
  return `${JSON.stringify({ version: 1, claims: Object.fromEntries(ledger) })}\n`
}

/** Reads a ledger that anybody may have written; what is damaged is passed over. */
export function parseClaimLedger(text: string): ClaimLedger {
  const found = parseObject(text)
  const ledger = new Map<string, number | null>()
  if (found?.['version'] !== 1 || !isRecord(found['claims'])) return ledger
  for (const [id, bytes] of Object.entries(found['claims'])) {
    if (isLeaseId(id) && (bytes === null || isAmount(bytes))) ledger.set(id, bytes)
  }
  return ledger
}
