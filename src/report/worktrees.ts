import { ageInWords } from '../plan/worktree.ts'
import { size } from './texts.ts'
import { printable } from './voice.ts'

interface Verdict {
  goes: boolean
  reasons: readonly string[]
}

/** What the command prints for people. */
interface WorktreesFacts {
  inventory: {
    volumes: readonly {
      level: string
      why: string
      usedPercent: number
      reading: {
        path: string
        freeBytes: number
        totalBytes: number
        freeInodes: number | null
        totalInodes: number | null
      }
    }[]
    worktrees: readonly {
      path: string
      kind: string
      git:
        | {
            branch: string | null
            head: string | null
            upstream: { name: string; isGone: boolean } | null
            dirty: number
            untracked: number
            unpushed: number
          }
        | { unknown: string }
      lock: { reason: string; owner: string; why: string } | null
      occupancy: { inhabitants: readonly { what: string }[] }
      newestMs: number | null
      bytes: number | null
      targets: readonly { path: string; bytes: number | null; verdict: Verdict }[]
      verdict: Verdict
    }[]
    locks: readonly { path: string; verdictOf: { goes: boolean; reason: string } }[]
    problems: readonly string[]
  }
  taken: readonly {
    what: string
    path: string
    bytes: number
    reason: string
    refs: readonly string[]
  }[]
  kept: readonly { path: string; why: string }[]
  failures: readonly { path: string; why: string }[]
  notes: readonly string[]
  dryRun: boolean
}

export function worktreesText(found: WorktreesFacts, nowMs: number): string {
  const { inventory, taken, kept, failures, notes, dryRun } = found
  const { volumes, worktrees, locks, problems } = inventory
  const lines = [
    ...volumes.flatMap(volumeText),
    ...(worktrees.length === 0 ? ['no worktrees'] : []),
    ...worktrees.flatMap((each) => worktreeText(each, nowMs)),
    totalText(worktrees),
    ...locks.map(
      ({ path, verdictOf: { goes, reason } }) =>
        `${goes ? 'stale lock' : 'lock'} ${path}: ${reason}`,
    ),
    ...problems.map((problem) => `not looked into: ${problem}`),
    ...taken.flatMap((each) => takenText(each, dryRun)),
    ...kept.map(({ path, why }) => `stays after all: ${path}: ${why}`),
    ...failures.map(({ path, why }) => `not done: ${path}: ${why}`),
    ...notes,
  ]
  return `${lines.map(printable).join('\n')}\n`
}

function volumeText(volume: WorktreesFacts['inventory']['volumes'][number]): string[] {
  const { level, why, usedPercent, reading } = volume
  const { path, freeBytes, totalBytes, freeInodes, totalInodes } = reading
  const inodes =
    freeInodes === null || totalInodes === null
      ? 'no inode count'
      : `${freeInodes} of ${totalInodes} inodes free`
  const floor = why === '' ? '' : `: ${why}`
  return [
    `disk    ${path}: ${level}, ${usedPercent.toFixed(1)} % used, ` +
      `${size(freeBytes)} of ${size(totalBytes)} free, ${inodes}${floor}`,
  ]
}

type WorktreeFacts = WorktreesFacts['inventory']['worktrees'][number]

function worktreeText(worktree: WorktreeFacts, nowMs: number): string[] {
  const { path, kind, bytes, newestMs, git, lock, occupancy, targets, verdict } = worktree
  const age = newestMs === null ? 'of unknown age' : `${ageInWords(nowMs - newestMs)} old`
  const named = kind === 'linked' ? '' : `, ${kind}`
  return [
    `${path}${named}: ${sizeOrUnknown(bytes)}, ${age}`,
    `  ${gitText(git)}`,
    ...(lock === null
      ? []
      : [`  locked, its owner is ${lock.owner}: ${lock.reason} (${lock.why})`]),
    ...occupancy.inhabitants.slice(0, 5).map(({ what }) => `  ${what}`),
    ...targets.map(
      (target) =>
        `  target ${target.path}: ${sizeOrUnknown(target.bytes)}, ${verdictText(target.verdict)}`,
    ),
    `  ${verdictText(verdict)}`,
  ]
}

function gitText(git: WorktreeFacts['git']): string {
  if ('unknown' in git) return `git: unknown (${git.unknown})`
  const { branch, head, upstream, dirty, untracked, unpushed } = git
  const where = branch ?? `detached at ${(head ?? 'nothing').slice(0, 12)}`
  const against =
    upstream === null
      ? 'no upstream'
      : `upstream ${upstream.name}${upstream.isGone ? ' is gone' : ''}`
  return `${where}: ${dirty} dirty, ${untracked} untracked, ${unpushed} un-pushed, ${against}`
}

function verdictText({ goes, reasons }: Verdict): string {
  return `${goes ? 'may go' : 'stays'}: ${reasons.join('; ')}`
}

function sizeOrUnknown(bytes: number | null): string {
  return bytes === null ? 'size unknown' : size(bytes)
}

function totalText(worktrees: readonly WorktreeFacts[]): string {
  const targets = worktrees.flatMap((each) => each.targets)
  const all = sum(worktrees.map(({ bytes }) => bytes))
  const inTargets = sum(targets.map(({ bytes }) => bytes))
  return `${worktrees.length} worktree(s), ${size(all)}; ${targets.length} target dir(s), ${size(inTargets)}`
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, each) => total + (each ?? 0), 0)
}

function takenText(
  { what, path, bytes, reason, refs }: WorktreesFacts['taken'][number],
  dryRun: boolean,
): string[] {
  const verb = dryRun ? 'would remove' : 'removed'
  return [
    `${verb} ${what} ${path}, ${size(bytes)}: ${reason}`,
    ...refs.map((ref) => `  its un-pushed commits are kept by ${ref}`),
  ]
}
