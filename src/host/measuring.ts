/** In the environment of what measures for us: it seems to live in the slot that it walks. */
export const MEASURING = 'TARGET_GUARD_MEASURING'

export const measuringEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, [MEASURING]: '1' })

// The last is a program of its own, so that ending it ends the walk.
const SCRIPT = `command -v ionice >/dev/null 2>&1 && ionice -c 3 true 2>/dev/null && set -- ionice -c 3 "$@"
command -v nice >/dev/null 2>&1 && set -- nice -n 19 "$@"
exec "$@"`

/** What to run a program by that yields to others on disk and CPU, as words before its own. */
export function yielding(words: readonly string[]): string[] {
  return ['-c', SCRIPT, 'sh', ...words]
}
