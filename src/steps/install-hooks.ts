import { basename, dirname, isAbsolute, resolve } from 'node:path'
import { realpathSync } from 'node:fs'
import {
  assertTrusted,
  isRunner,
  readScript,
  readVariable,
  removeScript,
  writeScript,
  writeVariable,
} from '../host/runner-environment.ts'
import { readTextOrNull } from '../host/small-file.ts'
import { GuardError } from '../plan/guard-error.ts'
import { HOOKS, hookScript, previousIn, runnerIn } from '../plan/hook-script.ts'

/** What install-hooks is asked to do. */
export interface InstallRequest {
  /** runner directories */
  runners: readonly string[]
  remove: boolean
  /** where the scripts go, null for `<runner>/target-guard` */
  scripts: string | null
  /** settings for the hooks, by environment variable */
  variables: readonly (readonly [name: string, value: string])[]
}

/** What was done to one hook of one runner. */
export interface InstalledHook {
  runner: string
  event: string
  done: 'installed' | 'unchanged' | 'removed' | 'absent'
  script: string
  /** the hook that it goes on to, or that was put back */
  previous: string | null
}

/**
 * Writes both hook scripts and names them in the runner's `.env`; or takes both away again.
 *
 * Every runner is checked before the first is touched. Running it twice changes nothing.
 */
export function installHooks(request: InstallRequest, tool: string): InstalledHook[] {
  const runners = request.runners.map((path) => resolve(path))
  for (const runner of runners) check(runner, request)
  return runners.flatMap((runner) =>
    HOOKS.map((hook) =>
      request.remove ? removeHook(runner, hook, request) : installHook(runner, hook, request, tool),
    ),
  )
}

type Hook = (typeof HOOKS)[number]

function check(runner: string, { scripts }: InstallRequest): void {
  if (!isRunner(runner)) {
    throw new GuardError(
      `${runner} is not a runner’s directory: it has no .runner, run.sh or config.sh.`,
      'Name the directory that the runner was unpacked into.',
      { usage: true },
    )
  }
  const folder = folderOf(runner, scripts)
  if (/\s/.test(folder)) {
    throw new GuardError(
      `The hooks cannot lie in “${folder}”: the runner starts a hook unquoted, so a path with blanks fails every job.`,
      'Use --scripts with a directory without blanks.',
      { usage: true },
    )
  }
  if (scripts !== null && !isAbsolute(scripts)) {
    throw new GuardError(`--scripts is ${scripts}.`, 'It must be an absolute path.', {
      usage: true,
    })
  }
  assertTrusted(runner, folder)
  for (const { script } of HOOKS) readScript(`${folder}/${script}`)
}

/** One folder for each runner: two may share a folder for scripts. */
function folderOf(runner: string, scripts: string | null): string {
  if (scripts === null) return `${runner}/target-guard`
  return `${scripts}/${runner.replaceAll(/[^A-Za-z0-9]+/g, '-').replace(/^-/, '')}`
}

function installHook(
  runner: string,
  hook: Hook,
  { scripts, variables }: InstallRequest,
  tool: string,
): InstalledHook {
  const folder = folderOf(runner, scripts)
  const script = `${folder}/${hook.script}`
  const named = readVariable(runner, hook.variable)
  const before = readScript(script)
  // Named already, it is our own: what it goes on to stands in it.
  const previous = named === script ? previousIn(before ?? '') : named
  const text = hookScript({
    event: hook.event,
    runner,
    tool: realpathSync(tool),
    previous: previous ?? '',
    variables,
  })
  const isUnchanged = named === script && before === text
  if (!isUnchanged) {
    writeScript({ runner, folder, name: hook.script }, text)
    writeVariable(runner, hook.variable, script)
  }
  const done = isUnchanged ? 'unchanged' : 'installed'
  return { runner, event: hook.event, done, script, previous: previous === '' ? null : previous }
}

function removeHook(runner: string, hook: Hook, { scripts }: InstallRequest): InstalledHook {
  const usual = `${folderOf(runner, scripts)}/${hook.script}`
  const named = readVariable(runner, hook.variable)
  // It goes from where it was put, whatever folder is named this time.
  const script = named !== null && isOurs(named, runner, hook) ? named : usual
  const before = readScript(script)
  // One that is named and not there fails every job, whoever has removed it.
  const previous = before === null && named === script ? '' : previousIn(before ?? '')
  if (previous === null) return { runner, event: hook.event, done: 'absent', script, previous }
  const putBack = previous === '' ? null : previous
  // Somebody may have named another hook since; that stays.
  if (named === script) writeVariable(runner, hook.variable, putBack)
  removeScript({ runner, folder: dirname(script), name: hook.script })
  return { runner, event: hook.event, done: 'removed', script, previous: putBack }
}

/** A script of another runner’s is that one’s, whatever this one’s `.env` names. */
function isOurs(named: string, runner: string, hook: Hook): boolean {
  if (basename(named) !== hook.script) return false
  const text = readTextOrNull(named) ?? ''
  return previousIn(text) !== null && runnerIn(text) === runner
}
