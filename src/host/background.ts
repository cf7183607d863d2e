import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** What a process in the background needs of the environment; no token of the job goes along. */
const KEPT = new Set(['PATH', 'HOME', 'LANG', 'LC_ALL', 'DOCKER_HOST'])

// Where the kernel groups processes by session, nice(1) counts within the group alone, and this is a
// session of its own: then the group has to be nice.
const YIELDING = `{ echo 19 >/proc/self/autogroup; } 2>/dev/null
command -v ionice >/dev/null 2>&1 && ionice -c 3 true 2>/dev/null && set -- ionice -c 3 "$@"
command -v nice >/dev/null 2>&1 && set -- nice -n 19 "$@"
exec "$@"`

/**
 * Starts a command of the tool and does not wait for it.
 *
 * It outlives the job: without RUNNER_TRACKING_ID the runner's clean-up passes it over, and with its
 * streams closed the runner does not wait for it. It yields to every build, on disk and CPU.
 *
 * @param script the running entry point, `dist/<entry>/index.js`; the tool lies beside it
 * @param variables what it gets besides, and no list of processes shows
 */
export function startInBackground(
  script: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): void {
  // nice and ionice are looked for by the shell: an image may lack one of them.
  const child = spawn(
    'sh',
    ['-c', YIELDING, 'sh', process.execPath, toolBeside(script), ...words],
    {
      cwd: '/',
      detached: true,
      env: { ...ownEnvironment(), ...variables },
      stdio: 'ignore',
    },
  )
  // Whatever it would have done is done by the next one that is started.
  child.on('error', () => {})
  child.unref()
}

/** The tool that lies beside an entry point. */
export function toolBeside(script: string): string {
  return resolve(dirname(realpathSync(script)), '..', 'cli', 'index.js')
}

/** What a process in the background gets of this one’s environment. */
export function ownEnvironment(more: readonly string[] = []): NodeJS.ProcessEnv {
  const names = new Set([...KEPT, ...more])
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.has(name)))
}
