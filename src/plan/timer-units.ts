/** Name of both units, without their endings. */
export const UNIT = 'target-guard-sweep'

/** What the timer starts. */
export interface TimerUnits {
  /** absolute path of node */
  node: string
  /** absolute path of dist/cli/index.js */
  tool: string
  /** settings as flags of sweep, e.g. `--root=/mnt/targets` */
  flags: readonly string[]
  /** null for root */
  user: string | null
  /** a file of variables that only root may read, for settings that are secret; null without any */
  secrets: string | null
}

/**
 * The service: one sweep, at the back of every queue. It needs no network, no variable and no free
 * disk, so nothing that a host may lack keeps it from running.
 */
export function serviceUnit({ node, tool, flags, user, secrets }: TimerUnits): string {
  const command = [node, tool, 'sweep', ...flags].map(word).join(' ')
  return `[Unit]
Description=target-guard: prune stale Cargo target directories
Documentation=man:systemd.timer(5)

[Service]
Type=oneshot
ExecStart=${command}
${user === null ? '' : `User=${user}\n`}${secrets === null ? '' : `EnvironmentFile=-${specifier(secrets)}\n`}Nice=19
CPUSchedulingPolicy=batch
IOSchedulingClass=idle
TimeoutStartSec=2h
`
}

/** The timer: every 15 minutes, not all hosts at once, made up for after a power cut. */
export function timerUnit(): string {
  return `[Unit]
Description=target-guard: sweep every 15 minutes

[Timer]
OnCalendar=*:0/15
RandomizedDelaySec=3min
AccuracySec=1min
Persistent=true

[Install]
WantedBy=timers.target
`
}

/** Settings that are secret, as systemd.exec(5) reads them: a unit may be read by everybody. */
export function secretsFile(variables: ReadonlyMap<string, string>): string {
  return [...variables].map(([name, value]) => `${name}="${quoted(value)}"\n`).join('')
}

/** A word of ExecStart, quoted as systemd.service(5) says. */
function word(text: string): string {
  return `"${specifier(quoted(text)).replaceAll('$', '$$$$')}"`
}

function quoted(text: string): string {
  return text.replaceAll(/[\\"]/g, (each) => `\\${each}`)
}

/** `%` begins a specifier in units. */
function specifier(text: string): string {
  return text.replaceAll('%', '%%')
}
