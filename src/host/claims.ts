import { readdirSync } from 'node:fs'
import { randomInt } from 'node:crypto'
import { encodeClaimLedger, parseClaimLedger } from '../plan/claim-ledger.ts'
import type { ClaimLedger } from '../plan/claim-ledger.ts'
import { claimedIn } from '../plan/lease.ts'
import { isLeaseId } from '../plan/naming.ts'
import { leasePath } from './lease-companions.ts'
import { LIVE } from './leases.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { readSmallFile, readTextOrNull, replaceFile } from './small-file.ts'

/** What a live lease may claim of the disk, by its own word alone. */
export interface Claim {
  id: string
  /** null where it says nothing, or cannot be read */
  forecastBytes: number | null
  /** whether its slot was ever sampled */
  isSampled: boolean
}

/** A number from 0 up to but without this one. */
type Chance = (below: number) => number

/**
 * What live leases claim, whoever has them; to be done by one at a time. Nothing else in them is
 * checked; a claim that matters is looked at again with `findLease`.
 *
 * @param chance which of those that are remembered are read all the same
 */
export function readClaims(root: Root, chance: Chance = randomInt): Claim[] {
  const names = readdirSync(controlPath(root, 'leases'))
  const sampled = new Set(names.filter((name) => name.endsWith('.size')))
  const ids = names
    .filter((name) => name.endsWith(LIVE))
    .map((name) => name.slice(0, -LIVE.length))
    .filter(isLeaseId)
  const claims = ids.length < MANY ? readAll(root, ids) : readMany(root, ids, chance)
  return ids.flatMap((id) => {
    const forecastBytes = claims.get(id)
    if (forecastBytes === undefined) return []
    return [
      { id, forecastBytes: numberOrNull(forecastBytes), isSampled: sampled.has(`${id}.size`) },
    ]
  })
}

/** So many leases are read as quickly as remembered. */
const MANY = 64

/** Some that are remembered are read all the same, and others that are not, without taking note. */
const SOME = 16

type Claimed = number | null | 'unreadable'

function numberOrNull(claimed: Claimed): number | null {
  return claimed === 'unreadable' ? null : claimed
}

/** By id; one that is gone meanwhile is left out. */
function readAll(root: Root, ids: readonly string[]): Map<string, Claimed> {
  const claims = new Map<string, Claimed>()
  for (const id of ids) {
    const text = readSmallFile(leasePath(root, `${id}${LIVE}`))
    if (text === null) continue
    claims.set(id, typeof text === 'string' ? claimedIn(text) : 'unreadable')
  }
  return claims
}

/**
 * Reads those alone that were not there the last time: a lease is written once, and its id is nobody
 * else’s ever, so what was read in it stays true. That it is live, its name has just told.
 */
function readMany(root: Root, ids: readonly string[], chance: Chance): Map<string, Claimed> {
  const remembered = readLedger(root, ids, chance)
  const others = readAll(
    root,
    ids.filter((id) => !remembered.has(id)),
  )
  const claims = new Map([...remembered, ...others])
  if (others.size >= SOME) writeLedger(root, claims)
  return claims
}

/** What is remembered of these leases: nothing where it is not what some of them say. */
function readLedger(root: Root, ids: readonly string[], chance: Chance): ClaimLedger {
  const ledger = parseClaimLedger(readTextOrNull(ledgerPath(root)) ?? '')
  const known = ids.filter((id) => ledger.has(id))
  const step = Math.ceil(known.length / SOME)
  const first = step > 1 ? chance(step) : 0
  const some = known.filter((_, index) => index % step === first)
  for (const [id, claimed] of readAll(root, some)) {
    if (claimed !== ledger.get(id)) return new Map()
  }
  return new Map(known.map((id) => [id, ledger.get(id) ?? null]))
}

function writeLedger(root: Root, claims: ReadonlyMap<string, Claimed>): void {
  const lasting = new Map<string, number | null>()
  for (const [id, claimed] of claims) if (claimed !== 'unreadable') lasting.set(id, claimed)
  try {
    replaceFile(ledgerPath(root), encodeClaimLedger(lasting))
  } catch {
    // A full disk, or another user's root: the leases themselves are read again then.
    return
  }
}

function ledgerPath(root: Root): string {
  return controlPath(root, 'claims.json')
}
