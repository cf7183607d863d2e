import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Root } from './root.ts'

/** What the reaper needs of the environment; no token of the job goes along. */
const KEPT = new Set(['PATH', 'HOME', 'LANG', 'LC_ALL', 'DOCKER_HOST'])

/**
 * Starts the reaper and does not wait for it.
 *
 * It outlives the job: without RUNNER_TRACKING_ID the runner's clean-up passes it over, and with
 * its streams closed the runner does not wait for it. It yields to every build, on disk and CPU.
 *
 * @param script the running entry point, `dist/<entry>/index.js`; the tool lies beside it
 */
export function startReaper(
  root: Root,
  script: string,
  settings: { privilegedHelper: string; helperImage: string | null },
): void {
  const tool = resolve(dirname(realpathSync(script)), '..', 'cli', 'index.js')
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => KEPT.has(name)),
  )
  const helper = ['--privileged-helper', settings.privilegedHelper]
  if (settings.helperImage !== null) helper.push('--helper-image', settings.helperImage)
  const command = [process.execPath, tool, 'reap', '--root', root.path, ...helper]
  // nice and ionice are looked for by the shell: an image may lack one of them.
  const reaper = spawn('sh', ['-c', YIELDING, 'sh', ...command], {
    cwd: '/',
    detached: true,
    env: environment,
    stdio: 'ignore',
  })
  // Without it the trash waits for the next pass, which starts another.
  reaper.on('error', () => {})
  reaper.unref()
}

// Where the kernel groups processes by session, nice(1) counts within the group alone, and this is a
// session of its own: then the group has to be nice.
const YIELDING = `{ echo 19 >/proc/self/autogroup; } 2>/dev/null
command -v ionice >/dev/null 2>&1 && ionice -c 3 true 2>/dev/null && set -- ionice -c 3 "$@"
command -v nice >/dev/null 2>&1 && set -- nice -n 19 "$@"
exec "$@"`
