import { describeAge } from './ages.ts'
import type { Action } from '../plan/reclaim.ts'
import type { Verdict } from '../plan/evidence.ts'
import { describeAction, describeBlocked } from './actions.ts'
import { printable } from './voice.ts'

/** What the commands print for people; with `--json` the same values go out as they are. */

interface ReapFacts {
  deleted: readonly string[]
  busy: readonly { id: string; why: string }[]
  quarantined: readonly { id: string; why: string; command: string }[]
  reclaimedBytes: number
}

export function explainText(actions: readonly Action[]): string {
  const lines = actions.length === 0 ? ['nothing there'] : actions.map(describeAction)
  return `${lines.map(printable).join('\n')}\n`
}

export function sweepText(
  actions: readonly Action[],
  reaped: ReapFacts | null,
  dryRun: boolean,
): string {
  const said = actions.map((action) => `${dryRun ? 'would ' : ''}${describeAction(action)}`)
  const lines = said.length === 0 ? ['nothing to do: no lease, no slot'] : said
  return `${lines.map(printable).join('\n')}\n${reaped === null ? '' : reapText(reaped)}`
}

export function reapText({ deleted, busy, quarantined, reclaimedBytes }: ReapFacts): string {
  const lines = [
    `${deleted.length} entr${deleted.length === 1 ? 'y' : 'ies'} deleted from the trash, ${size(reclaimedBytes)} more free`,
    ...busy.map(({ id, why }) => `left for the next reaper: ${id}: ${why}`),
    ...quarantined.flatMap(({ id, why, command }) => [
      `in quarantine: ${id}: ${why}`,
      `  to remove it: ${command}`,
    ]),
  ]
  return `${lines.map(printable).join('\n')}\n`
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

interface StatusFacts {
  root: string
  disks: readonly {
    path: string
    level: string
    why: string
    usedPercent: number
    freeBytes: number
    totalBytes: number
    freeInodes: number | null
    totalInodes: number | null
  }[]
  reserve: boolean
  leases: readonly {
    id: string
    state: string
    slot: string | null
    slotIs: string
    runner: string | null
    verdict: Verdict
  }[]
  foreign: readonly { path: string; why: string }[]
  snapshots: readonly {
    name: string
    job: string | null
    bytes: number | null
    ageHours: number | null
    hits: number
  }[]
  worktrees: string
  trash: readonly {
    id: string
    slot: string | null
    quarantine: { reason: string; command: string } | null
  }[]
  lastPass: {
    completedAt: number
    sweptAt: number | null
    by: string
    retired: readonly string[]
    errors: readonly string[]
  } | null
}

export function statusText(found: StatusFacts): string {
  const { root, disks, reserve, leases, foreign, snapshots, trash, lastPass, worktrees } = found
  const lines = [
    `root    ${root}`,
    ...disks.map(diskText),
    `reserve ${reserve ? 'set aside' : 'none: made when the disk has room to spare'}`,
    `leases  ${leases.length}`,
    ...leases.flatMap(leaseText),
    `snapshots ${snapshots.length}`,
    ...snapshots.map(snapshotText),
    `trash   ${trash.length}`,
    ...trash.flatMap((entry) =>
      entry.quarantine === null
        ? [`  ${describeBlocked(entry)}: waits for the reaper`]
        : [
            `  ${describeBlocked(entry)}: in quarantine: ${entry.quarantine.reason}`,
            `    to remove it: ${entry.quarantine.command}`,
          ],
    ),
    ...(foreign.length === 0 ? [] : [`foreign ${foreign.length}`]),
    ...foreign.map(({ path, why }) => `  leave ${path}: ${why}`),
    `worktrees ${worktrees}`,
    `last pass ${passText(lastPass)}`,
    `last sweep ${sweepTime(lastPass?.sweptAt ?? null)}`,
  ]
  return `${lines.map(printable).join('\n')}\n`
}

function leaseText(lease: StatusFacts['leases'][number]): string[] {
  const { id, state, slot, slotIs, runner, verdict } = lease
  const where = slot === null ? `lease ${id}` : slot
  const missing = slotIs === 'present' ? '' : `, its slot is ${slotIs}`
  return [
    `  ${where}`,
    `    ${state}, ${verdict.kind}${missing}, runner ${runner ?? 'unknown'}: ${verdict.reasons.join('; ')}`,
  ]
}

function snapshotText(snapshot: StatusFacts['snapshots'][number]): string {
  const { name, job, bytes, ageHours, hits } = snapshot
  const measured = bytes === null ? 'not measured yet' : size(bytes)
  return `  from ${name}: job ${job ?? 'unknown'}, ${measured}, ${describeAge(ageHours)}, ${hits} hit(s)`
}

function diskText(disk: StatusFacts['disks'][number]): string {
  const { path, level, why, usedPercent, freeBytes, totalBytes, freeInodes, totalInodes } = disk
  const inodes =
    freeInodes === null || totalInodes === null
      ? 'no inode count'
      : `${freeInodes} of ${totalInodes} inodes free`
  const floor = why === '' ? '' : `: ${why}`
  return `disk    ${path}: ${level}, ${usedPercent} % used, ${size(freeBytes)} of ${size(totalBytes)} free, ${inodes}${floor}`
}

function sweepTime(sweptAt: number | null): string {
  if (sweptAt !== null) return new Date(sweptAt).toISOString()
  return 'none yet: “target-guard install-timer” has one made every 15 minutes'
}

function passText(last: StatusFacts['lastPass']): string {
  if (last === null) return 'none yet'
  const errors =
    last.errors.length === 0 ? '' : `, ${last.errors.length} error(s): ${last.errors.join('; ')}`
  return `${new Date(last.completedAt).toISOString()} by ${last.by}, ${last.retired.length} retired${errors}`
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
