import { messageOf } from '../plan/guard-error.ts'
import { withProfiles } from '../host/profiles.ts'
import { findTwins } from '../host/twin-checkouts.ts'
import type { Runtime } from './runtime.ts'

/**
 * Warns where a job has two checkouts of one project, as to compare them, and one target directory: Cargo
 * tells what it built of them apart by nothing but times.
 *
 * @param slot absolute path
 */
export function warnOfTwins(slot: string, { environment, voice }: Runtime): void {
  const workspace = environment['GITHUB_WORKSPACE'] ?? ''
  if (workspace === '') return
  try {
    const twins = findTwins(workspace)
    if (twins === null) return
    const [one, other] = twins.folders
    // Who did as told below has a target directory of that name.
    const isApart = withProfiles(slot, (found) =>
      found.some(({ path }) => path.startsWith(`${other}/`)),
    )
    if (isApart) return
    voice.warning(
      `The checkouts ${one} and ${other} both hold the package ${twins.package} and share one target ` +
        'directory, where Cargo may take what it built of one for the other. Build the second with ' +
        `--target-dir "$CARGO_TARGET_DIR/${other}".`,
    )
  } catch (error) {
    voice.info(`whether two checkouts share the target directory is not known: ${messageOf(error)}`)
  }
}
