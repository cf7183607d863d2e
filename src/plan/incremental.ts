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
