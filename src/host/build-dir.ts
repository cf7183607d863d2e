import { dirname, join } from 'node:path'
import { readTextOrNull } from './small-file.ts'
import { realPathOf } from './workspace-reader.ts'

/** In a configuration of Cargo’s, but not in a comment. */
const SETTING = /^[^#\n]*\bbuild-dir\b/m

/**
 * Whether Cargo is told to keep what it compiles in a folder of its own (`build.build-dir`), which is not
 * in the target directory: it may outlive the job, with a build of the same checkout.
 *
 * @param workspace absolute
 * @param target absolute path of the target directory as builds see it
 */
export function keepsBuildElsewhere(
  workspace: string,
  target: string,
  environment: NodeJS.ProcessEnv,
): boolean {
  const told = environment['CARGO_BUILD_BUILD_DIR'] ?? ''
  // This one beats every file.
  if (told !== '') return !`${told}/`.startsWith(`${target}/`)
  const home = environment['CARGO_HOME'] ?? join(environment['HOME'] ?? '/', '.cargo')
  const folders = [...withThoseAbove(workspace).map((folder) => join(folder, '.cargo')), home]
  return folders.some((folder) =>
    ['config.toml', 'config'].some((name) => {
      const text = readTextOrNull(realPathOf(join(folder, name)))
      return text !== null && SETTING.test(text)
    }),
  )
}

function withThoseAbove(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...withThoseAbove(above)]
}
