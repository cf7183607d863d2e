import type { Job } from '../plan/job.ts'
import type { Action } from '../plan/reclaim.ts'
import { describeAction } from './actions.ts'
import { printable } from './voice.ts'

/** What the commands print for people; with `--json` the same values go out as they are. */

interface ReapFacts {
  deleted: readonly string[]
  busy: readonly { id: string; why: string }[]
  quarantined: readonly { id: string; why: string; command: string }[]
  reclaimedBytes: number
  untold: readonly string[]
}

interface FailedAction {
  action: Action
  why: string
}

export function explainText(actions: readonly Action[]): string {
  const lines = actions.length === 0 ? ['nothing there'] : actions.map(describeAction)
  return `${lines.map(printable).join('\n')}\n`
}

/** What a sweep did, or would do, a line each; what could not be done is told as that. */
export function sweepText(
  { actions, failures }: { actions: readonly Action[]; failures: readonly FailedAction[] },
  reaped: ReapFacts | null,
  dryRun: boolean,
): string {
  const said = actions.map((action) => {
    const failure = failures.find((each) => each.action === action)
    if (failure !== undefined) return `not done: ${describeAction(action)} (${failure.why})`
    return `${dryRun ? 'would ' : ''}${describeAction(action)}`
  })
  const lines = said.length === 0 ? ['nothing to do: no lease, no slot'] : said
  return `${lines.map(printable).join('\n')}\n${reaped === null ? '' : reapText(reaped)}`
}

export function reapText({
  deleted,
  busy,
  quarantined,
  reclaimedBytes,
  untold,
}: ReapFacts): string {
  const lines = [
    `${deleted.length} entr${deleted.length === 1 ? 'y' : 'ies'} deleted from the trash, ${size(reclaimedBytes)} more free`,
    ...busy.map(({ id, why }) => `left for the next reaper: ${id}: ${why}`),
    ...quarantined.flatMap(({ id, why, command }) => [
      `in quarantine: ${id}: ${why}`,
      `  to remove it: ${command}`,
    ]),
    ...untold.map((why) => `not told in the history: ${why}`),
  ]
  return `${lines.map(printable).join('\n')}\n`
}

/** A job as people tell it from others of its repository. */
export function jobText({ workflow, job, leg }: Pick<Job, 'workflow' | 'job' | 'leg'>): string {
  return `${workflow === '' ? '' : `${workflow} `}${job}${leg === '' ? '' : ` (leg ${leg})`}`
}

/** Bytes for people: GB as 10⁹, like the inputs. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`
}

export function doctorText(
  findings: readonly { check: string; level: string; text: string; mend: string }[],
): string {
  const width = Math.max(...findings.map((each) => each.check.length))
  const lines = findings.map(({ check, level, text, mend }) => {
    const line = `${level.padEnd(4)}  ${check.padEnd(width)}  ${printable(text)}`
    return mend === '' ? line : `${line}\n${' '.repeat(width + 8)}→ ${printable(mend)}`
  })
  return `${lines.join('\n')}\n`
}

export function hooksText(
  installed: readonly {
    runner: string
    event: string
    done: string
    script: string
    previous: string | null
  }[],
): string {
  const lines = installed.map(({ event, done, script, previous }) => {
    const before =
      previous === null
        ? ''
        : done === 'removed'
          ? `, ${previous} is back`
          : `, goes on to ${previous}`
    return `${done}: ${event} hook ${script}${before}`
  })
  const changed = installed.some(({ done }) => done === 'installed' || done === 'removed')
  if (changed) lines.push('Restart these runners: they read .env when they start.')
  return `${lines.join('\n')}\n`
}

export function timerText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
