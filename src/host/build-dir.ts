import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errnoOf } from '../plan/guard-error.ts'
import { readSmallFile } from './small-file.ts'
import { realPathOf } from './workspace-reader.ts'

/** In a configuration of Cargo’s, but not in a comment. */
const SETTING = /^[^#\n]*\bbuild-dir\b/m

/** What Cargo calls its configuration in a folder `.cargo`, and in its home. */
const NAMES = ['config.toml', 'config']
const ENDINGS = NAMES.map((name) => `/.cargo/${name}`)

/** Where a build looks for Cargo’s configuration. */
export interface Configured {
  /** absolute */
  workspace: string
  /** paths of files in it, relative to it: a build may begin in any folder */
  sources: Iterable<string>
  /** absolute path of the target directory as builds see it */
  target: string
  environment: NodeJS.ProcessEnv
}

/**
 * Whether Cargo is told to keep what it compiles in a folder of its own (`build.build-dir`), which is not
 * in the target directory: it may outlive the job, with a build of the same checkout. One that cannot be read
 * counts as one that says so.
 */
export function keepsBuildElsewhere(configured: Configured): boolean {
  const { workspace, sources, target, environment } = configured
  const told = environment['CARGO_BUILD_BUILD_DIR'] ?? ''
  // This one beats every file.
  if (told !== '') return !`${told}/`.startsWith(`${target}/`)
  const home = environment['CARGO_HOME'] ?? join(environment['HOME'] ?? '/', '.cargo')
  const folders = [...withThoseAbove(workspace).map((folder) => join(folder, '.cargo')), home]
  const above = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const below = [...sources]
    .filter((path) => ENDINGS.some((ending) => path.endsWith(ending)))
    .map((path) => join(workspace, path))
  return [...above, ...below].some(mayHoldSetting)
}

function mayHoldSetting(file: string): boolean {
  if (!mayBeThere(file)) return false
  const text = readSmallFile(realPathOf(file))
  return typeof text === 'string' ? SETTING.test(text) : text !== null
}

/** Below what is no folder nothing is: a home may be /dev/null. Where nobody may look, something may be. */
function mayBeThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    return errnoOf(error) !== 'ENOTDIR'
  }
}

function withThoseAbove(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...withThoseAbove(above)]
}
