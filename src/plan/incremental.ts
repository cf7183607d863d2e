import type { ConstantPaths } from './constant-paths.ts'
import type { Origin } from './seed.ts'

/**
 * What rustc takes of the state of incremental compilation in a seed: `all` where its builds see the
 * target dir at the path it was built at, `some` at another one, `none` from another workspace. Measured
 * with rustc 1.95: a changed crate takes 1, 1.3 to 1.4, and 1.6 to 1.8 times as long.
 */
export type IncrementalUse = 'all' | 'some' | 'none'

/** Where a seed is to be built in. */
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
  if (constantPaths.target !== null) return 'all'
  // The directory that it is called in is among rustc’s options: with another one it drops everything.
  const isSame = constantPaths.workspace !== null || workspace === environment['GITHUB_WORKSPACE']
  return isSame ? 'some' : 'none'
}

/** What rustc keeps of one crate, as it compiled it with one set of options. */
export interface CrateState {
  /** `<crate>-<id>`, which nobody else can tell a unit by */
  name: string
  /** when rustc last wrote it, nanoseconds since the epoch */
  mtimeNs: bigint
}

/**
 * The states that no unit is left of: of each crate the oldest, where there are more than units of that
 * name. Should one of them be of use after all, its crate is compiled as without any.
 *
 * @param crates the crate’s name of each unit that is left
 */
export function staleStates(states: readonly CrateState[], crates: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const crate of crates) left.set(crate, (left.get(crate) ?? 0) + 1)
  return states
    .toSorted((one, two) => Number(two.mtimeNs - one.mtimeNs))
    .filter(({ name }) => {
      const crate = name.slice(0, Math.max(0, name.lastIndexOf('-')))
      const most = left.get(crate) ?? 0
      left.set(crate, most - 1)
      return most <= 0
    })
    .map(({ name }) => name)
}
