import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { COLD, encodeRecord } from '../plan/build-record.ts'
import type { SeedRecord } from '../plan/build-record.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { Self } from '../plan/evidence.ts'
import type { Job, Owner } from '../plan/job.ts'
import type { Lease } from '../plan/lease.ts'
import { refuseOrigin, sourcesFor } from '../plan/seed.ts'
import type { Origin, SeedWish } from '../plan/seed.ts'
import type { Settings } from '../plan/settings.ts'
import { buildEnvironment } from '../plan/snapshot.ts'
import { awaitAhead, mayHaveAhead, readAhead } from '../host/ahead.ts'
import type { AheadClone } from '../host/ahead.ts'
import { readSeedRecord, writeRecord } from '../host/lease-companions.ts'
import type { Root } from '../host/root.ts'
import { dropSeeding, withSeeding } from '../host/seeding.ts'
import { moveIntoSlot } from '../host/slots.ts'
import { describeAge } from '../report/ages.ts'
import { adaptSeed } from './adapt-seed.ts'
import { askToolchain, askedOf } from './ask-toolchain.ts'
import { cloneSeed } from './clone-seed.ts'
import { slotSource } from './clone-sources.ts'
import type { CloneSource } from './clone-sources.ts'
import { dropSeed } from './drop-seed.ts'
import type { Judged } from './forget-units.ts'
import { findLostPath, inherit } from './inherit.ts'
import { isEmpty, offerTo, whileCheckoutIsRead } from './offer.ts'
import type { Offer } from './offer.ts'
import { restoreHookSeed } from './restore-hook-seed.ts'
import { timesOf, wishOf } from './seed-wish.ts'
import { fetchSeed } from './remote-build.ts'
import type { Runtime } from './runtime.ts'

export interface SeedRequest {
  root: Root
  job: Job
  owner: Owner
  self: Self
  settings: Settings
  /** of the slot that is to be filled */
  lease: Lease
  /** whether unchanged files get the mtimes they had in the seed before anything is built */
  restoresMtimes: boolean
}

/** What a slot was filled with, and why not with something better. */
export interface Seeded {
  record: SeedRecord
  why: string
}

/** A seed that lies beside its slot, and what it may still see of where it came from. */
export interface Filled {
  record: SeedRecord
  origin: Origin
  /** absolute paths at which it may have been built and which do not lead here */
  formerTargets: readonly string[]
  /** absolute paths of former slots that lead here */
  linked: readonly string[]
  /** what is to be built again in it, where that has been found already */
  judged?: Judged | null
  /** whether it is fit for the path of its slot already, and its record says so */
  isFitted?: true
}

/** One way to get a seed, to lie at `place`; a string says why it came to nothing. */
interface Attempt {
  label: string
  attempt: (place: string, wish: SeedWish) => Promise<Filled | string>
}

/**
 * Fills a new slot with the best there is. Cold is always right: whatever goes wrong is told, and no
 * job is stopped.
 *
 * A seed is put together and made fit beside its slot, and comes there by one rename at the end: a slot
 * in which anything can be built is seeded whole, or empty.
 */
export async function seed(request: SeedRequest, runtime: Runtime): Promise<Seeded> {
  const { root, lease } = request
  try {
    const before = readSeedRecord(root, lease.id)
    const isSeeded = before.kind !== 'cold' && !isEmptySlot(request)
    // Noted, and then the hook was ended before the seed lay in its place.
    if (before.kind !== 'cold' && !isSeeded) dropSeed(root, lease, before)
    const seeded = isSeeded
      ? await keepHookSeed(request, before, runtime)
      : await fill(request, runtime)
    if (seeded.record.kind === 'cold') note(request, seeded.record, runtime)
    runtime.voice.info(`seed: ${describeSeed(seeded)}`)
    return seeded
  } catch (error) {
    runtime.voice.warning(`The slot starts cold: seeding it failed (${messageOf(error)}).`)
    return { record: COLD, why: messageOf(error) }
  } finally {
    // What was made while the checkout was, and nobody has looked at.
    dropSeeding(root, lease.id)
  }
}

async function keepHookSeed(
  request: SeedRequest,
  record: SeedRecord,
  runtime: Runtime,
): Promise<Seeded> {
  const { root, lease, settings } = request
  const wish = wishOf(request, runtime)
  return { record, why: await restoreHookSeed({ root, lease, record, wish, settings }, runtime) }
}

function isEmptySlot({ root, lease }: SeedRequest): boolean {
  return readdirSync(`${root.realPath}/${lease.slot}`).length === 0
}

async function fill(request: SeedRequest, runtime: Runtime): Promise<Seeded> {
  const { settings } = request
  if (settings.warm === 'off') return cold('warm is off')
  if (settings.dryRun) return cold('dry-run is on')
  if (!isEmptySlot(request)) return cold('something has been built in it already')
  const unchecked = wishOf(request, runtime)
  const offer = offerTo(request, unchecked, runtime)
  if (isEmpty(offer)) return cold(NOTHING_BUILT)
  // rustc takes the longest to answer; meanwhile the checkout is read.
  const asked = askToolchain(unchecked, offer.fit, runtime.environment)
  return whileCheckoutIsRead(request.root, offer, unchecked, async () =>
    choose(request, offer, { ...unchecked, ...(await asked) }, runtime),
  )
}

/** Tries what there is, best first, until something has filled the slot. */
async function choose(
  request: SeedRequest,
  offer: Offer,
  wish: SeedWish,
  runtime: Runtime,
): Promise<Seeded> {
  const { root, lease } = request
  const attempts = [...attemptsOf(request, offer, wish, runtime)]
  if (attempts.length === 0) return cold(NOTHING_BUILT)
  const left = (await mayHaveAhead(root, lease.id)) ? 'kept' : 'dropped'
  const work = async (folder: string): Promise<Seeded> => {
    const reasons: string[] = []
    for (const [index, { label, attempt }] of attempts.entries()) {
      const place = `${folder}/${index}`
      let outcome: SeedRecord | string
      try {
        // An attempt that came to nothing may have set times before.
        const now = { ...wish, times: timesOf(request) }
        const filled = await attempt(place, now)
        outcome =
          typeof filled === 'string' ? filled : await settle(request, filled, now, place, runtime)
      } catch (error) {
        outcome = messageOf(error)
        runtime.voice.warning(`The slot is not seeded with ${label} (${outcome}).`)
      }
      if (typeof outcome !== 'string') return { record: outcome, why: reasons.join('; ') }
      reasons.push(`${label}: ${outcome}`)
    }
    const { record, why } = cold(reasons.join('; '))
    return { record: { ...record, ...askedOf(wish) }, why }
  }
  return withSeeding(root, lease.id, work, left)
}

/** What was made of a snapshot while the checkout was, in the folder of the seeding. */
async function aheadIn(
  folder: string,
  { root, lease }: SeedRequest,
  { voice }: Runtime,
): Promise<AheadClone | null> {
  const found = (await awaitAhead(root, lease.id)) ? readAhead(folder) : null
  if (found === null || 'place' in found) return found
  voice.warning(`No clone was made while the checkout was (${found.problem}).`)
  return null
}

/** Makes a seed fit for the slot and moves it there; a string says why it may not be built in. */
async function settle(
  request: SeedRequest,
  filled: Filled,
  wish: SeedWish,
  place: string,
  runtime: Runtime,
): Promise<SeedRecord | string> {
  const { root, lease } = request
  let isSettled = false
  try {
    const adapted = await adaptSeed({ ...request, ...filled, wish, place }, runtime)
    if (typeof adapted === 'string') return adapted
    const record = note(request, { ...adapted, ...askedOf(wish) }, runtime)
    const lost = findLostPath(root, lease, filled)
    if (lost !== null) return `${lost}, which is compiled in, does not lead to it any more`
    moveIntoSlot(root, place, lease.slot)
    isSettled = true
    return record
  } finally {
    if (!isSettled) dropSeed(root, lease, filled.record)
  }
}

/** Notes what the slot is seeded with, and what it will be good for. */
function note({ root, lease }: SeedRequest, seeded: SeedRecord, runtime: Runtime): SeedRecord {
  const record = { ...seeded, environment: buildEnvironment(runtime.environment) }
  writeRecord(root, lease.id, '.seed', encodeRecord(record))
  return record
}

function cold(why: string): Seeded {
  return { record: COLD, why }
}

/** The ways to fill a slot, best first. */
function* attemptsOf(
  request: SeedRequest,
  { slots, snapshots, isRemote }: Offer,
  wish: SeedWish,
  runtime: Runtime,
): Generator<Attempt> {
  const { root, self, job, settings, lease } = request
  const judged = sourcesFor(slots, wish)
  for (const { source, slot, origin, refusal } of judged) {
    if (!['auto', 'inherit'].includes(settings.warm) || origin?.isElsewhere === true) break
    yield {
      label: slot,
      attempt: async (place, now) => {
        if (origin === null) return refusal ?? NOTHING_KNOWN
        const why = refusal ?? refuseOrigin(origin, now)
        if (why !== null) return why
        if (source.record.isKept) return 'it is kept as it is'
        return inherit({ root, self, lease, place, source, slot, origin }, runtime)
      },
    }
  }
  if (settings.warm === 'inherit') return
  for (const source of [
    ...nearest(judged.flatMap((each) => slotSource(root, each))),
    ...snapshots,
  ]) {
    yield {
      label: source.label,
      attempt: async (place, now) => {
        const why =
          refuseOrigin(source.origin, now) ?? refuseEnvironment(root, source, runtime.environment)
        if (why !== null) return why
        const isSnapshot = 'snapshot' in source.place
        const ahead = isSnapshot ? await aheadIn(dirname(place), request, runtime) : null
        return cloneSeed({ root, self, job, settings, lease, place, source }, ahead, runtime)
      },
    }
  }
  if (isRemote) {
    yield {
      label: 'the cache service',
      attempt: async (place, now) => fetchSeed({ ...request, place }, now, runtime),
    }
  }
}

/** Cargo would build all of it again: it lies beside what this environment asks for. */
function refuseEnvironment(
  root: Root,
  { id, origin }: CloneSource,
  environment: NodeJS.ProcessEnv,
): string | null {
  if (origin.isElsewhere !== true) return null
  const isSame = readSeedRecord(root, id).environment === buildEnvironment(environment)
  return isSame ? null : 'it was built with other variables'
}

/** A clone that comes to nothing costs time, too: of those of other worktrees only few are tried. */
function nearest(sources: readonly CloneSource[]): CloneSource[] {
  const own = sources.filter(({ origin }) => origin.isElsewhere !== true)
  const others = sources.filter(({ origin }) => origin.isElsewhere === true)
  return [...own, ...others.slice(0, ELSEWHERE_AT_MOST)]
}

const ELSEWHERE_AT_MOST = 2

const NOTHING_BUILT = 'nothing has been built here for this job yet'
const NOTHING_KNOWN = 'nothing is known of its build'

/** What a slot was filled with, for people. */
export function describeSeed({ record, why }: Seeded): string {
  const { kind, source, ageHours, generation } = record
  const reasons = why === '' ? '' : ` (${why})`
  if (kind === 'cold') return `cold${reasons}`
  return `${kind} of lease ${source ?? ''}, ${describeAge(ageHours)}, handed down ${generation} time(s)${reasons}`
}
