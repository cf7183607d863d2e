import type { Occupancy } from './evidence.ts'
import type { LockVerdict } from './worktree-lock.ts'

/** `main` is a repository's own work tree, `linked` one that `git worktree add` made. */
export type WorktreeKind = 'main' | 'linked' | 'bare'

/** What git says of a worktree. */
export interface GitState {
  /** null where the head is detached */
  branch: string | null
  /** null before the first commit */
  head: string | null
  upstream: { name: string; isGone: boolean } | null
  /** tracked files that differ from the commit */
  dirty: number
  untracked: number
  /** paths that git ignores and that are no target dirs */
  ignored: readonly string[]
  /** commits that no remote-tracking ref reaches */
  unpushed: number
  /** a rebase, merge, … that has not ended; null without one */
  operation: string | null
  /** stashes that were made on its branch */
  stashes: number
  hasSubmodules: boolean
}

/** What only a closer look tells; taken where the rest speaks for removal. */
export interface CloserLook {
  /** files that git was told not to look at (assume-unchanged, skip-worktree) */
  unseen: number
  hasSubmodules: boolean
  /** un-pushed commits that nothing but the worktree's own reflog holds */
  inReflogOnly: readonly string[]
}

export interface WorktreeLock extends LockVerdict {
  reason: string
}

/** A target dir of a worktree, by Cargo's `CACHEDIR.TAG` and `.rustc_info.json`. */
export interface TargetDir {
  path: string
  /** null where they could not be measured */
  bytes: number | null
  newestMs: number | null
  occupancy: Occupancy
  /** whether git ignores it: 'tracked' where files in it are part of the repository */
  git: 'ignored' | 'untracked' | 'tracked' | 'unknown'
  /** worktrees inside it */
  holdsWorktree: boolean
  /** left by a removal that did not end */
  isLeftover: boolean
}

export interface Worktree {
  path: string
  kind: WorktreeKind
  /** the repository's common git directory, null where it is gone */
  repository: string | null
  /** whether it lies below a directory that was given */
  isWithin: boolean
  /** what git says, or in words why it cannot */
  git: GitState | { unknown: string }
  /** null where it was not taken; in words why it failed */
  closer: CloserLook | { unknown: string } | null
  lock: WorktreeLock | null
  occupancy: Occupancy
  newestMs: number | null
  /** everything in it, target dirs too, but no other worktree */
  bytes: number | null
  targets: readonly TargetDir[]
  /** worktrees that lie in it */
  inner: readonly string[]
}

export interface StalePolicy {
  nowMs: number
  olderThanMs: number
  /** whether un-pushed commits may be given a ref of their own instead */
  withRecoveryRefs: boolean
}

export interface WorktreeVerdict {
  goes: boolean
  /** why it stays, strongest first; why it goes, else */
  reasons: readonly string[]
}

/** Whether a whole worktree may go. Whatever is unknown keeps it. */
export function judgeWorktree(worktree: Worktree, policy: StalePolicy): WorktreeVerdict {
  const reasons = [
    ...byPlace(worktree),
    ...byLock(worktree.lock),
    ...byOccupancy(worktree.occupancy),
    ...byGit(worktree.git, policy),
    ...byAge(worktree, policy),
    ...byCloserLook(worktree.closer, policy),
  ]
  if (reasons.length > 0) return { goes: false, reasons }
  return { goes: true, reasons: [whyGoing(worktree, policy)] }
}

/** Whether everything but the closer look, which takes longer, speaks for removal. */
export function deservesCloserLook(worktree: Worktree, policy: StalePolicy): boolean {
  return judgeWorktree({ ...worktree, closer: NOTHING_FOUND }, policy).goes
}

const NOTHING_FOUND: CloserLook = { unseen: 0, hasSubmodules: false, inReflogOnly: [] }

function byPlace({ kind, isWithin, inner, targets }: Worktree): string[] {
  const holding = targets.find(({ holdsWorktree }) => holdsWorktree)
  return [
    ...(isWithin ? [] : ['it lies outside the given directories']),
    ...(kind === 'main' ? ['it is the main worktree of its repository'] : []),
    ...(inner.length > 0 ? [`another worktree lies in it: ${inner[0] ?? ''}`] : []),
    ...(holding === undefined ? [] : [`another worktree lies in ${holding.path}`]),
  ]
}

function byLock(lock: WorktreeLock | null): string[] {
  if (lock === null || lock.owner === 'dead') return []
  return [`it is locked${lock.reason === '' ? '' : ` (${lock.reason})`}: ${lock.why}`]
}

function byOccupancy({ inhabitants, unknown }: Occupancy): string[] {
  return [...inhabitants.map((each) => each.what), ...unknown]
}

function byGit(git: Worktree['git'], { withRecoveryRefs }: StalePolicy): string[] {
  if ('unknown' in git) return [git.unknown]
  const { head, dirty, untracked, ignored, unpushed, operation, stashes, hasSubmodules } = git
  const [example = ''] = ignored
  return [
    ...(head === null ? ['it has no commit yet'] : []),
    ...(operation === null ? [] : [`a ${operation} has not ended in it`]),
    ...counted(dirty, 'changed file'),
    ...counted(untracked, 'untracked path'),
    ...(ignored.length === 0
      ? []
      : [`${plural(ignored.length, 'ignored path')} besides target dirs (${example})`]),
    ...(stashes === 0 ? [] : [`${plural(stashes, 'stash', 'es')} made on its branch`]),
    ...(hasSubmodules ? [SUBMODULES] : []),
    ...(unpushed === 0 || withRecoveryRefs ? [] : [plural(unpushed, 'un-pushed commit')]),
  ]
}

const SUBMODULES = 'it has submodules, whose commits are not looked at'

function byCloserLook(
  closer: Worktree['closer'],
  { withRecoveryRefs }: StalePolicy,
): readonly string[] {
  if (closer === null) return []
  if ('unknown' in closer) return [closer.unknown]
  const { unseen, hasSubmodules, inReflogOnly } = closer
  return [
    ...(unseen === 0 ? [] : [`${plural(unseen, 'file')} that git was told not to look at`]),
    ...(hasSubmodules ? [SUBMODULES] : []),
    ...(inReflogOnly.length === 0 || withRecoveryRefs
      ? []
      : [
          `${plural(inReflogOnly.length, 'un-pushed commit')} that only its reflog holds ` +
            `(${(inReflogOnly[0] ?? '').slice(0, 12)})`,
        ]),
  ]
}

function byAge({ newestMs }: Worktree, { nowMs, olderThanMs }: StalePolicy): string[] {
  if (newestMs === null) return ['the age of its newest file is not known']
  const ageMs = nowMs - newestMs
  // Files are written in whole ticks of the kernel's clock, which may be a little ahead.
  if (ageMs < -1000) return ['its newest file is of the future']
  if (ageMs < olderThanMs) {
    return [`its newest file is ${ageInWords(ageMs)} old, less than ${ageInWords(olderThanMs)}`]
  }
  return []
}

function whyGoing({ git, lock, newestMs }: Worktree, { nowMs }: StalePolicy): string {
  const unpushed = 'unknown' in git ? 0 : git.unpushed
  const pushed = unpushed === 0 ? 'fully pushed' : `${unpushed} un-pushed, for a recovery ref`
  const locked = lock === null ? '' : `, its lock’s owner is dead (${lock.why})`
  return `clean, ${pushed}, nobody in it, ${ageInWords(nowMs - (newestMs ?? nowMs))} old${locked}`
}

/** Programs that build, or run what was built, without holding Cargo's lock all the time. */
const BUILDERS =
  /^pid \d+ \((?:cargo|rustc|rustdoc|clippy-driver|rust-analyzer|miri|cross|build-script|sccache|cc1|collect2|ld|lld|mold|make|ninja|cmake)/

/** Whether a target dir may go: nothing builds in its worktree, and it is Cargo's alone. */
export function judgeTarget(
  target: TargetDir,
  worktree: Worktree,
  { nowMs, olderThanMs }: { nowMs: number; olderThanMs: number },
): WorktreeVerdict {
  const elsewhere = worktree.isWithin ? [] : ['it lies outside the given directories']
  const building = [
    ...worktree.occupancy.inhabitants
      .map((each) => each.what)
      .filter((each) => BUILDERS.test(each)),
    // Cargo's lock on one of them is a build in the worktree.
    ...worktree.targets.flatMap((each) => byOccupancy(each.occupancy)),
    ...worktree.occupancy.unknown,
  ]
  const ageMs = target.newestMs === null ? null : nowMs - target.newestMs
  const young =
    olderThanMs === 0 || (ageMs !== null && ageMs >= olderThanMs)
      ? []
      : [`it is not older than ${ageInWords(olderThanMs)}`]
  const byRepository = {
    ignored: [],
    untracked: ['git does not ignore it, so it may be somebody’s work'],
    tracked: ['files in it are tracked'],
    unknown: ['git cannot tell whether files in it are tracked'],
  }[target.isLeftover && target.git === 'untracked' ? 'ignored' : target.git]
  const inner = target.holdsWorktree ? ['a worktree lies in it'] : []
  const reasons = [...elsewhere, ...building, ...byRepository, ...inner, ...young]
  if (reasons.length > 0) return { goes: false, reasons: [...new Set(reasons)] }
  const age = ageMs === null ? 'of unknown age' : `${ageInWords(ageMs)} old`
  return { goes: true, reasons: [`nothing builds in its worktree, ${age}`] }
}

function counted(count: number, what: string): string[] {
  return count === 0 ? [] : [plural(count, what)]
}

function plural(count: number, what: string, ending = 's'): string {
  return `${count} ${what}${count === 1 ? '' : ending}`
}

/** A time span, in the largest unit that fits. */
export function ageInWords(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 120) return `${Math.max(0, Math.floor(minutes))} min`
  const hours = minutes / 60
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} d`
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A time span as people write it: `24h`, `15min`, `7d`, `0`; null for anything else. */
export function parseSpan(text: string): number | null {
  if (text === '0') return 0
  const [, count, unit = ''] = /^(\d{1,6})\s?(s|m|min|h|d)$/.exec(text) ?? []
  const unitMs = UNITS_MS[unit]
  return count === undefined || unitMs === undefined ? null : Number(count) * unitMs
}
