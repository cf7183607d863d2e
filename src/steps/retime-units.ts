import { lstatSync, realpathSync } from 'node:fs'
import type { BuildInputs, Input } from '../plan/build-inputs.ts'
import { messageOf } from '../plan/guard-error.ts'
import { whyNotAsOutside, whyNotKept, whyRunAgain } from '../plan/retiming.ts'
import type { Sight } from '../plan/retiming.ts'
import { readCheckout } from '../host/checkout.ts'
import { dropFingerprint } from '../host/fingerprints.ts'
import { newestIn, readFolder } from '../host/folder-contents.ts'
import { findNamedInputs } from '../host/named-inputs.ts'
import type { NamedInputs } from '../host/named-inputs.ts'
import { setUnitStart } from '../host/unit-times.ts'
import { readUnits } from '../host/units.ts'
import type { Unit } from '../host/units.ts'
import { WorkspaceReader, withRealPaths } from '../host/workspace-reader.ts'

/** A target directory that was built in another worktree, and the one that it will be used in. */
export interface Retiming {
  /** in which nobody builds, and whose files are nobody else’s */
  target: string
  workspace: string
  /** what was recorded when it was built */
  inputs: BuildInputs
  /** what never changes, as Cargo sees it; absolute */
  unchanging: readonly string[]
}

export interface RetimedUnits {
  /** how many got a new start */
  kept: number
  /** those that Cargo builds again, and why */
  dropped: ReadonlyMap<string, string>
  /** in words, why the target directory must not be used; else null */
  problem: string | null
}

/** The clock of the file system may lag behind by a tick, and what is written next must look newer. */
const LAG_MS = 50

/**
 * Has Cargo take for fresh what was compiled from just what lies here, and build everything else
 * again. No file of a worktree gets another time: the units do, in the target directory.
 */
export async function retimeUnits(retiming: Retiming): Promise<RetimedUnits> {
  try {
    return await retime(retiming)
  } catch (error) {
    return refused(messageOf(error))
  }
}

function refused(problem: string): RetimedUnits {
  return { kept: 0, dropped: new Map(), problem }
}

async function retime({ target, inputs, ...rest }: Retiming): Promise<RetimedUnits> {
  // Before anything is looked at: what is written from now on is newer.
  const startMs = Date.now() - LAG_MS
  const beforeNs = BigInt(startMs - 1) * 1_000_000n
  const workspace = realpathSync(rest.workspace)
  const recorded = new Map(inputs.inputs.map((input) => [input.path, input]))
  const passedOver = withRealPaths([target, ...rest.unchanging])
  const reader = new WorkspaceReader(workspace, [], recorded)
  const checkout = await readCheckout(workspace, reader.below(passedOver))
  reader.know(checkout.sources)
  const { units, gaps } = readUnits(target)
  const [gap] = [...inputs.gaps, ...checkout.gaps, ...gaps]
  if (gap !== undefined) return refused(`not all inputs are known: ${gap}`)
  const starts = units.map(({ startedNs }) => startedNs ?? 0n)
  if (starts.some((start) => start >= beforeNs)) {
    return refused('by this clock it was built in the future')
  }
  const former = [inputs.workspace, ...inputs.former].filter((path) => path !== workspace)
  const { sources } = checkout
  const around = { workspace, former, sources, passedOver, isFresh: true }
  const named = findNamedInputs(units, around)
  const recordedNs = BigInt(inputs.newestNs)
  const evidence = { target, reader, recorded, recordedNs, beforeNs }
  const judge = new Judge(evidence, named, new Set(inputs.lost))
  const dropped = judge.judge(units)
  for (const fingerprint of dropped.keys()) dropFingerprint(target, fingerprint)
  const kept = [...judge.compiled].filter((fingerprint) => !dropped.has(fingerprint))
  for (const fingerprint of kept) {
    const problem = setUnitStart(target, fingerprint, startMs)
    if (problem !== null) return refused(problem)
  }
  return { kept: kept.length, dropped, problem: null }
}

interface Evidence {
  target: string
  reader: WorkspaceReader
  recorded: ReadonlyMap<string, Input>
  /** the newest start of a unit when the inputs were recorded */
  recordedNs: bigint
  beforeNs: bigint
}

class Judge {
  /** fingerprints of compiled units whose inputs lie where times differ */
  readonly compiled = new Set<string>()
  readonly #evidence: Evidence
  readonly #named: NamedInputs
  readonly #lost: ReadonlySet<string>
  readonly #dropped = new Map<string, string>()

  constructor(evidence: Evidence, named: NamedInputs, lost: ReadonlySet<string>) {
    this.#evidence = evidence
    this.#named = named
    this.#lost = lost
  }

  /** Fingerprints that nobody can vouch for, and why. */
  judge(units: readonly Unit[]): ReadonlyMap<string, string> {
    for (const unit of units) {
      const isLost = this.#named.lost.has(unit) || this.#lost.has(unit.fingerprint)
      if (isLost) this.#drop(unit, 'what it was made of is not all there, or not known')
      if (this.#named.listless.has(unit)) this.#drop(unit, 'it looks at its whole package')
      if (this.#named.entangled.has(unit)) this.#drop(unit, 'it was made of what other builds make')
      // Somebody built in it once its job had ended, as in a slot that is kept, of whatever lay there.
      const isLater = (unit.startedNs ?? 0n) > this.#evidence.recordedNs
      if (isLater) this.#drop(unit, 'it was built after its inputs were recorded')
    }
    const { found, links } = this.#named
    for (const [path, namers] of [...found, ...links]) {
      for (const unit of namers) this.#look(path, unit)
    }
    for (const unit of units) if (this.compiled.has(unit.fingerprint)) this.#lookInside(unit)
    return this.#dropped
  }

  #look(path: string, unit: Unit): void {
    const { reader, beforeNs } = this.#evidence
    const startedNs = unit.startedNs ?? 0n
    if (unit.kind === 'compiled') {
      this.compiled.add(unit.fingerprint)
      this.#dropFor(path, unit, whyNotKept(this.#sightOf(path), startedNs, beforeNs))
    } else if (reader.isInside(path)) {
      this.#dropFor(path, unit, whyRunAgain(this.#sightOf(path), startedNs))
    } else this.#dropFor(path, unit, whyNotAsOutside(this.#wholeSightOf(path)))
  }

  /** Its new start must not hide that something in its target directory is newer than what it saw. */
  #lookInside(unit: Unit): void {
    const prefix = `${unit.builtIn}/`
    if (unit.builtIn === '') this.#drop(unit, 'it does not tell where it was built')
    for (const input of unit.inputs) {
      if (!input.startsWith(prefix)) continue
      const place = `${this.#evidence.target}/${input.slice(prefix.length)}`
      const stat = lstatSync(place, { bigint: true, throwIfNoEntry: false })
      const isSeen = stat !== undefined && stat.isFile() && stat.mtimeNs <= (unit.startedNs ?? 0n)
      if (!isSeen) this.#drop(unit, `${input} was made after it`)
    }
  }

  #sightOf(path: string): Sight {
    const { reader, recorded } = this.#evidence
    return { recorded: recorded.get(reader.nameOf(path)), present: reader.find(path) }
  }

  /** As what lies outside is recorded: a folder as a whole. */
  #wholeSightOf(path: string): Sight {
    const sight = this.#sightOf(path)
    const { find } = this.#evidence.reader
    const found = sight.present?.kind === 'directory' ? find(path) : null
    const folder = found === null ? null : readFolder(path, find)
    if (found === null || folder === null) return sight
    return { ...sight, present: newestIn(path, found, folder) }
  }

  #dropFor(path: string, unit: Unit, why: string | null): void {
    if (why !== null) this.#drop(unit, `${path} ${why}`)
  }

  #drop({ fingerprint }: Unit, why: string): void {
    if (!this.#dropped.has(fingerprint)) this.#dropped.set(fingerprint, why)
  }
}
