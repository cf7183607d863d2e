import { readTwins } from '../github/inputs.ts'
import type { Settings } from '../plan/settings.ts'

/** Settings of a command: its flags, then the environment, then the defaults. */
export function settingsOf(
  environment: NodeJS.ProcessEnv,
  flags: ReadonlyMap<string, string>,
): Settings {
  return readTwins(environment, flags)
}
