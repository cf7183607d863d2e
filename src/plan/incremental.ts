import type { ConstantPaths } from './constant-paths.ts'
import type { Origin } from './seed.ts'

/**
 * What rustc takes of the state of incremental compilation in a seed: `all` where its builds see the
 * target dir at the path it was built at, `some` at another one, `none` from another workspace. Measured
 * with rustc 1.95: a changed crate takes 1, 1.3 to 1.4, and 1.6 to 1.8 times as long.
 */
export type IncrementalUse = 'all' | 'some' | 'none'

/** What the job that builds in a seed sees. */
export interface Surroundings {
  constantPaths: ConstantPaths
  /** the job’s variables */
  environment: NodeJS.ProcessEnv
}

/** Of what use the state in a build is to a job. */
export function incrementalUse(
  { workspace, isElsewhere }: Pick<Origin, 'workspace' | 'isElsewhere'>,
  { constantPaths, environment }: Surroundings,
): IncrementalUse {
  if (environment['CARGO_INCREMENTAL'] === '0' || isElsewhere === true) return 'none'
  // The directory that it is called in is among rustc’s options: with another one it drops everything.
  const isSame = constantPaths.workspace !== null || workspace === environment['GITHUB_WORKSPACE']
  if (!isSame) return 'none'
  return constantPaths.target === null ? 'some' : 'all'
}

/** What rustc keeps of one crate, as it compiled it with one set of options. */
export interface CrateState {
  /** `<crate>-<id>`; the id is rustc’s own, by which no unit is called */
  name: string
  /** when rustc last wrote it, nanoseconds since the epoch */
  mtimeNs: bigint
}

/** A unit that is left, and may have a state. */
export interface CompiledCrate {
  crate: string
  /** when it was last compiled, by Cargo’s own mark; null where there is none */
  startedNs: bigint | null
}

const STATE = /^(?<crate>[A-Za-z0-9_]+)-[0-9a-z]+$/

/**
 * The states that no unit is left of. Each unit’s is the one of its crate that rustc wrote first after
 * that was begun, or else the newest; should another one have been of use, its crate is compiled as
 * without any. What is not called like a state is nobody’s to judge.
 */
export function staleStates(
  states: readonly CrateState[],
  units: readonly CompiledCrate[],
): string[] {
  const left = new Map<string, CrateState[]>()
  for (const state of states.toSorted((one, two) => Number(one.mtimeNs - two.mtimeNs))) {
    const crate = STATE.exec(state.name)?.groups?.['crate']
    if (crate !== undefined) left.set(crate, [...(left.get(crate) ?? []), state])
  }
  // The last one first: what was written after that cannot be an earlier one’s, unless nothing else is.
  const order = units.toSorted((one, two) => Number((two.startedNs ?? 0n) - (one.startedNs ?? 0n)))
  for (const { crate, startedNs } of order) {
    const own = left.get(crate) ?? []
    const after = own.findIndex(({ mtimeNs }) => startedNs !== null && mtimeNs >= startedNs)
    own.splice(after, 1)
  }
  return [...left.values()].flat().map(({ name }) => name)
}
