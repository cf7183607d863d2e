import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import type { Errand } from '../github/cache.ts'
import { hasCacheService, sendCarrier } from '../github/carrier.ts'
import type { Carried } from '../github/carrier.ts'
import { findCompression, pack, unpack } from '../host/archive.ts'
import type { Compression } from '../host/archive.ts'
import { makeStaging, removeStaging } from '../host/staging.ts'
import { readTree } from '../host/target-tree.ts'
import { archiveContent } from '../plan/archive-content.ts'
import type { ContentPolicy } from '../plan/archive-content.ts'
import { messageOf } from '../plan/guard-error.ts'
import { formatManifest, judgeManifest } from '../plan/remote-manifest.ts'
import { MANIFEST, RECORD, TREE } from '../plan/tar-gate.ts'
import type { Runtime } from './runtime.ts'

export interface RestoreRequest {
  key: string
  restoreKeys: readonly string[]
  /** where the target dir comes to lie at the end, by one rename; nothing is there yet */
  into: string
  /** on the same disk, absent; made, and removed again: after a kill it is all that is left */
  staging: string
  /** of the target dir; a longer download is cut off, too */
  maxBytes: number
  /** for all of it */
  timeLimitMs: number
}

export type Restored =
  /** `record` is what the save was given; both counts are of what lies in `into` now */
  | { hit: 'exact' | 'prefix'; key: string; record: string; entries: number; bytes: number }
  /** a fault is worth a warning; that there is nothing yet is none */
  | { miss: string; isFault: boolean }

export interface SaveRequest {
  key: string
  /** a target dir that nobody works in */
  from: string
  /** absent, with room for the archive; made, and removed again */
  staging: string
  /** text that goes along, and is none of ours */
  record: string
  policy: ContentPolicy
  timeLimitMs: number
}

export type Saved =
  | { saved: string; archiveBytes: number; bytes: number; entries: number; leftOut: number }
  | { skipped: string; isFault: boolean }

type Place = Pick<Runtime, 'environment' | 'script'>

/** More than the largest target dirs have; each entry costs memory before it costs disk. */
const MAX_ENTRIES = 1_000_000

/** Fetches a target dir from the Actions cache service. Never throws. */
export async function restoreSeed(request: RestoreRequest, place: Place): Promise<Restored> {
  const outcome = await staged(request, place, (compression, signal) =>
    restore(request, place, compression, signal),
  )
  return 'failure' in outcome ? { miss: outcome.failure, isFault: true } : outcome
}

/** Saves a target dir to the Actions cache service. Never throws. */
export async function saveSeed(request: SaveRequest, place: Place): Promise<Saved> {
  const outcome = await staged(request, place, (compression, signal) =>
    save(request, place, compression, signal),
  )
  return 'failure' in outcome ? { skipped: outcome.failure, isFault: true } : outcome
}

async function restore(
  request: RestoreRequest,
  place: Place,
  compression: Compression,
  signal: AbortSignal,
): Promise<Restored> {
  const { key, restoreKeys, staging, maxBytes, into } = request
  const file = FILES[compression]
  const errand: Errand = { kind: 'fetch', file, key, restoreKeys }
  const carried = await sendCarrier(errand, {
    ...place,
    folder: staging,
    maxFileBytes: maxBytes,
    signal,
  })
  const matchedKey = matchedKeyOf(carried)
  if (matchedKey === null) return { miss: 'the cache service has none yet', isFault: false }
  const folder = join(staging, 'unpacked')
  mkdirSync(folder, { mode: 0o700 })
  const limits = { bytes: maxBytes, entries: MAX_ENTRIES }
  const totals = await unpack({ archive: join(staging, file), folder, compression, limits }, signal)
  const wrong = judgeManifest(
    readFileSync(join(folder, MANIFEST), 'utf8'),
    request,
    matchedKey,
    totals,
  )
  if (wrong !== null) throw new Error(wrong)
  const record = readFileSync(join(folder, RECORD), 'utf8')
  signal.throwIfAborted()
  chmodSync(join(folder, TREE), 0o755)
  renameSync(join(folder, TREE), into)
  return { hit: matchedKey === key ? 'exact' : 'prefix', key: matchedKey, record, ...totals }
}

async function save(
  request: SaveRequest,
  place: Place,
  compression: Compression,
  signal: AbortSignal,
): Promise<Saved> {
  const { key, from, staging, record, policy } = request
  const content = archiveContent(readTree(from), policy)
  if (content.kind === 'unfit') return { skipped: content.reason, isFault: true }
  const { bytes, leftOut } = content
  const entries = content.entries.length
  if (entries === 0) return { skipped: 'the target dir is empty', isFault: false }
  const archive = join(staging, FILES[compression])
  const list = join(staging, 'list')
  // The link is a step on the way of each name, and no entry itself.
  symlinkSync(resolve(from), join(staging, TREE))
  writeFileSync(join(staging, MANIFEST), formatManifest({ key, bytes, entries }))
  writeFileSync(join(staging, RECORD), record)
  const names = [MANIFEST, RECORD, ...content.entries.map(({ path }) => `${TREE}/${path}`)]
  writeFileSync(list, names.map((name) => `${name}\0`).join(''))
  await pack({ folder: staging, list, archive, compression }, signal)
  const archiveBytes = statSync(archive).size
  const errand: Errand = { kind: 'store', file: FILES[compression], key }
  const maxFileBytes = archiveBytes + 1_048_576
  const carried = await sendCarrier(errand, { ...place, folder: staging, maxFileBytes, signal })
  const why = whyNotStored(carried)
  return why ?? { saved: key, archiveBytes, bytes, entries, leftOut }
}

/** The names say how they are compressed: the service then keeps both kinds apart. */
const FILES: Record<Compression, string> = {
  zstd: 'target-guard.tar.zst',
  gzip: 'target-guard.tar.gz',
}

/** @throws Error where the errand failed, with why */
function matchedKeyOf(carried: Carried): string | null {
  if ('failure' in carried) throw new Error(carried.failure)
  const { result, complaints } = carried
  if (result.kind === 'fetch' && result.matchedKey !== null) return result.matchedKey
  if (complaints !== '') throw new Error(complaints)
  return null
}

/** What the library says of a key that is there already, and of nothing else. */
const IS_THERE = /^Failed to save: [^;]*, another job may be creating this cache\.$/

function whyNotStored(carried: Carried): Saved | null {
  if ('failure' in carried) throw new Error(carried.failure)
  const { result, complaints } = carried
  if (result.kind === 'store' && result.stored) return null
  if (IS_THERE.test(complaints)) return { skipped: 'it is there already', isFault: false }
  throw new Error(complaints === '' ? 'the cache service did not take it' : complaints)
}

/** Does work in a staging of its own within the time limit, and leaves nothing of it. */
async function staged<Outcome>(
  { staging, timeLimitMs }: { staging: string; timeLimitMs: number },
  { environment }: Place,
  work: (compression: Compression, signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome | { failure: string }> {
  if (!hasCacheService(environment)) return { failure: 'this job has no cache service' }
  const signal = AbortSignal.timeout(timeLimitMs)
  let isMade = false
  try {
    makeStaging(staging)
    isMade = true
    const compression = await findCompression(signal)
    if (compression === null) throw new Error('GNU tar is not on this host')
    return await work(compression, signal)
  } catch (error) {
    const isLate = signal.aborted
    return { failure: isLate ? `it took longer than ${timeLimitMs / 1000} s` : messageOf(error) }
  } finally {
    if (isMade) discard(staging)
  }
}

/** What cannot be removed now is left to whoever finds it: it holds up no build. */
function discard(staging: string): void {
  try {
    removeStaging(staging)
  } catch {
    // The caller knows the place, and its next pass looks there.
  }
}
