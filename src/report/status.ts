import type { Cap } from '../plan/cap.ts'
import type { Verdict } from '../plan/evidence.ts'
import { describeBlocked } from './actions.ts'
import { describeAge } from './ages.ts'
import { capLines } from './cap.ts'
import { jobText, size } from './texts.ts'
import { printable } from './voice.ts'

interface TotalFacts {
  count: number
  bytes: number
  unmeasured: number
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
    forecastBytes: number | null
    madeHoursAgo: number | null
    endedHoursAgo: number | null
    bytes: number | null
    measuredHoursAgo: number | null
    verdict: Verdict
  }[]
  foreign: readonly { path: string; why: string }[]
  snapshots: readonly {
    name: string
    workflow: string | null
    job: string | null
    leg: string | null
    bytes: number | null
    ageHours: number | null
    hits: number
  }[]
  totals: { slots: TotalFacts; snapshots: TotalFacts; trash: TotalFacts }
  waiting: readonly { forecastBytes: number; waitsMinutes: number; passed: number }[] | null
  worktrees: string
  trash: readonly {
    id: string
    slot: string | null
    quarantine: { reason: string; command: string } | null
  }[]
  lastPass: {
    completedAt: number
    /** 0 for never */
    sweptAt: number
    by: string
    retired: readonly string[]
    errors: readonly string[]
  } | null
  cap: Cap | null
}

/** The root at a glance, for people. */
export function statusText(found: StatusFacts): string {
  const { root, disks, reserve, leases, foreign, snapshots, trash, lastPass, worktrees, cap } =
    found
  const { totals, waiting } = found
  const lines = [
    `root    ${root}`,
    ...disks.map(diskText),
    ...(cap === null ? [] : capLines(cap)),
    `reserve ${reserve ? 'set aside' : 'none: made when the disk has room to spare'}`,
    `leases  ${leases.length}${totalText(totals.slots, 'slot')}`,
    ...leases.flatMap(leaseText),
    `snapshots ${snapshots.length}${totalText(totals.snapshots, 'snapshot')}`,
    ...snapshots.map(snapshotText),
    ...waitingText(waiting),
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
    `last sweep ${sweepTime(lastPass?.sweptAt ?? 0)}`,
  ]
  return `${lines.map(printable).join('\n')}\n`
}

function totalText({ count, bytes, unmeasured }: TotalFacts, what: string): string {
  if (count === 0) return ''
  const rest = unmeasured === 0 ? '' : `, ${unmeasured} not measured`
  return `: ${count} ${what}${count === 1 ? '' : 's'}, ${size(bytes)}${rest}`
}

function waitingText(waiting: StatusFacts['waiting']): string[] {
  if (waiting === null) return ['waiting not known: the queue for room could not be looked at']
  return [
    `waiting ${waiting.length}`,
    ...waiting.map(
      ({ forecastBytes, waitsMinutes, passed }) =>
        `  for ${size(forecastBytes)}, since ${Math.round(waitsMinutes)} min${passed === 0 ? '' : `, ${passed} smaller let past`}`,
    ),
  ]
}

function leaseText(lease: StatusFacts['leases'][number]): string[] {
  const { id, state, slot, slotIs, runner, forecastBytes, verdict } = lease
  const age =
    lease.endedHoursAgo === null
      ? describeAge(lease.madeHoursAgo)
      : `ended ${describeAge(lease.endedHoursAgo).replace(/ old$/, ' ago')}`
  const where = slot === null ? `lease ${id}` : slot
  const missing = slotIs === 'present' ? '' : `, its slot is ${slotIs}`
  const forecast = forecastBytes === null ? '' : `, forecast ${size(forecastBytes)}`
  return [
    `  ${where}`,
    `    ${age}, ${measuredText(lease)}`,
    `    ${state}, ${verdict.kind}${missing}${forecast}, runner ${runner ?? 'unknown'}: ${verdict.reasons.join('; ')}`,
  ]
}

function measuredText({ bytes, measuredHoursAgo }: StatusFacts['leases'][number]): string {
  if (bytes === null) return 'not measured'
  if (measuredHoursAgo === null) return `${size(bytes)} when it was last measured`
  return `${size(bytes)}, measured ${describeAge(measuredHoursAgo).replace(/ old$/, ' ago')}`
}

function snapshotText(snapshot: StatusFacts['snapshots'][number]): string {
  const { name, workflow, job, leg, bytes, ageHours, hits } = snapshot
  const from = job === null ? 'unknown' : jobText({ workflow: workflow ?? '', job, leg: leg ?? '' })
  const measured = bytes === null ? 'not measured yet' : size(bytes)
  return `  from ${name}: job ${from}, ${measured}, ${describeAge(ageHours)}, ${hits} hit(s)`
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

function sweepTime(sweptAt: number): string {
  if (sweptAt > 0) return new Date(sweptAt).toISOString()
  return 'none yet: “target-guard install-timer” has one made every 15 minutes'
}

function passText(last: StatusFacts['lastPass']): string {
  if (last === null) return 'none yet'
  const errors =
    last.errors.length === 0 ? '' : `, ${last.errors.length} error(s): ${last.errors.join('; ')}`
  return `${new Date(last.completedAt).toISOString()} by ${last.by}, ${last.retired.length} retired${errors}`
}
