/** The two hooks of a runner: the variable that names each, and our script for it. */
export const HOOKS = [
  { event: 'job-started', variable: 'ACTIONS_RUNNER_HOOK_JOB_STARTED', script: 'job-started.sh' },
  {
    event: 'job-completed',
    variable: 'ACTIONS_RUNNER_HOOK_JOB_COMPLETED',
    script: 'job-completed.sh',
  },
] as const

const LIMIT_SECONDS = 600

/** Exit code of a hook that turns its job away. */
const REFUSED = 75

export type HookEvent = (typeof HOOKS)[number]['event']

/** What a hook script is made of. */
export interface HookScript {
  event: HookEvent
  /** the runner's directory */
  runner: string
  /** absolute path of dist/cli/index.js */
  tool: string
  /** the hook that was there before, '' for none */
  previous: string
  /** settings for this host, by environment variable; the runner's own environment wins */
  variables: readonly (readonly [name: string, value: string])[]
}

/**
 * A runner's hook. The runner starts it as `bash -e PATH`, so nothing in it may fail by chance.
 *
 * It finds node where the runner keeps its own, gives up after a while (the runner sets hooks no
 * limit, and an emergency pass on a full disk may take minutes), and never fails the job
 * itself; a hook that was there before keeps its say.
 */
export function hookScript(hook: HookScript): string {
  const { event, runner, tool, previous, variables } = hook
  const settings = variables.map(
    ([name, value]) => `if [ -z "\${${name}:-}" ]; then ${name}=${word(value)}; fi\nexport ${name}`,
  )
  return `#!/usr/bin/env bash
# Written by “target-guard install-hooks”; “install-hooks --remove” takes it away again.
runner=${word(runner)}
tool=${word(tool)}
previous=${word(previous)}
${settings.join('\n')}
node=
for candidate in "$runner/externals/node24/bin/node" "$runner/externals/node20/bin/node"; do
  if [ -x "$candidate" ]; then node=$candidate; break; fi
done
if [ -z "$node" ]; then node=$(command -v node) || node=; fi
guard() {
  if [ -z "$node" ]; then
    echo "::error title=target-guard::No node was found: neither in $runner/externals nor on PATH. The job goes on without a target dir of its own."
    return 0
  fi
  if [ ! -f "$tool" ]; then
    echo "::error title=target-guard::$tool is gone. Install target-guard again, or run install-hooks --remove. The job goes on without a target dir of its own."
    return 0
  fi
  limit=
${event === 'job-started' ? WAITS : ''}  if command -v timeout >/dev/null 2>&1; then limit="timeout --kill-after=5 ${limitOf(event)}"; fi
  code=0
  $limit "$node" "$tool" hook ${event} || code=$?
  # ${REFUSED} turns the job away: the disk is critical, or has no room for it. Nothing else of ours may fail a job.
  if [ "$code" = ${REFUSED} ]; then return ${REFUSED}; fi
  if [ "$code" != 0 ]; then
    echo "::error title=target-guard::The ${event} hook ended with $code. The job goes on."
  fi
}
earlier() {
  if [ -z "$previous" ]; then return 0; fi
  case $previous in
    *.js)
      if [ -z "$node" ]; then
        echo "::error title=target-guard::No node was found: neither in $runner/externals nor on PATH. The job goes on without the hook $previous."
        return 0
      fi
      "$node" "$previous"
      ;;
    *.ps1) pwsh "$previous" ;;
    *) bash -e "$previous" ;;
  esac
}
${event === 'job-started' ? 'guard\nearlier' : 'status=0\nearlier || status=$?\nguard\nexit $status'}
`
}

/** A job may have to wait for room before it starts; what is no number is not reckoned with. */
const WAITS = `  minutes=\${TARGET_GUARD_ADMISSION_TIMEOUT_MINUTES:-15}
  minutes=\${minutes%%.*}
  case $minutes in '' | *[!0-9]* | ?????*) minutes=15 ;; esac
`

function limitOf(event: HookEvent): string {
  if (event !== 'job-started') return String(LIMIT_SECONDS)
  return `$((10#$minutes * 60 + ${LIMIT_SECONDS + 60}))`
}

/** The hook that a script of ours goes on to; null where the text is not such a script. */
export function previousIn(text: string): string | null {
  return wordIn(/^previous=('(?:[^']|'\\'')*')$/m, text)
}

/** The directory of the runner that a script of ours is for; null where the text is not such a script. */
export function runnerIn(text: string): string | null {
  return wordIn(/^runner=('(?:[^']|'\\'')*')$/m, text)
}

function wordIn(line: RegExp, text: string): string | null {
  const found = line.exec(text)?.[1]
  return found === undefined ? null : found.slice(1, -1).replaceAll(String.raw`'\''`, "'")
}

function word(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
