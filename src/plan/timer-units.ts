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
  /** root.json of what is to be swept, without which nothing is started; null where there is more to do */
  condition: string | null
  /** null for root */
  user: string | null
  /** absolute path of a file with variables that no list of processes shows; null without one */
  variables: string | null
}

/**
 * The service: one sweep, at the back of every queue. It needs no network, no variable and no free
 * disk, so nothing that a host may lack keeps it from running.
 */
export function serviceUnit(units: TimerUnits): string {
  const { node, tool, flags, condition, user, variables } = units
  // Variables are looked for in the arguments alone.
  const words = [tool, 'sweep', ...flags].map((each) => word(each).replaceAll('$', '$$$$'))
  const command = [word(node), ...words].join(' ')
  // With the whole group, systemd would end what a sweep leaves in the background: an alert.
  return `[Unit]
Description=target-guard: prune stale Cargo target directories
Documentation=man:systemd.timer(5)
${
  condition === null
    ? ''
    : `ConditionPathExists=${specifier(condition)}
`
}
[Service]
Type=oneshot
ExecStart=${command}
${user === null ? '' : `User=${user}\n`}${variables === null ? '' : `EnvironmentFile=-${specifier(variables)}\n`}KillMode=process
Nice=19
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

/** One line of an environment file, quoted as systemd.exec(5) says. */
export function variableLine(name: string, value: string): string {
  return `${name}="${value.replaceAll(/[\\"$`]/g, (each) => `\\${each}`)}"\n`
}

/** A word of ExecStart, quoted as systemd.service(5) says. */
function word(text: string): string {
  return `"${specifier(text.replaceAll(/[\\"]/g, (each) => `\\${each}`))}"`
}

/** `%` begins a specifier in units. */
function specifier(text: string): string {
  return text.replaceAll('%', '%%')
}
