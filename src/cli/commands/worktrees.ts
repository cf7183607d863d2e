import { GuardError } from '../../plan/guard-error.ts'
import { parseSpan } from '../../plan/worktree.ts'
import { worktreesText } from '../../report/worktrees.ts'
import { recordWorktrees } from '../../steps/record-worktrees.ts'
import { worktrees } from '../../steps/reclaim-worktrees.ts'
import { WATCHED, watchedDirectories } from '../../steps/watched-worktrees.ts'
import { RECLAIM } from '../../steps/worktrees.ts'
import type { Reclaim } from '../../steps/worktrees.ts'
import { print, settings } from '../command.ts'
import type { Command, Invocation } from '../command.ts'
import { DISK, DRY_RUN, JSON_FLAG, flag } from '../flags.ts'

export const worktreesCommand: Command = {
  name: 'worktrees',
  summary: 'git worktrees, what each holds and whether it may go; --reclaim takes what may',
  about: `Finds git worktrees below the given directories, or those that ${WATCHED}
names (between colons), or the current one. Without --reclaim nothing is touched.
targets: target dirs of worktrees in which nothing builds, oldest first, until the low watermark.
stale: whole worktrees that are clean, fully pushed, not locked by anybody alive, with nobody in them and
older than --older-than, by “git worktree remove”. What is pushed is known from the last fetch. In their
repositories “git worktree prune” and “git gc” follow, which throw no object away.
locks: lock files of repositories and pools whose owner is gone and that no process has open.
Dirty, untracked and ignored files other than target dirs keep a worktree, whatever flag is given.`,
  operands: '[DIR…]',
  operandCount: { least: 0, most: 1000 },
  flags: [
    flag('reclaim', 'WHAT', 'targets, stale or locks; may be given several times'),
    flag('all', null, 'go on with target dirs below the low watermark'),
    flag(
      'older-than',
      'AGE',
      'only what is older, such as 7d, 24h or 15min; default 24h for stale, 15min on a critical disk',
    ),
    flag(
      'with-recovery-refs',
      null,
      'stale also takes what is not pushed, after giving it a ref in refs/target-guard/recovery',
    ),
    flag('metrics', 'FILE', 'also write metrics there, for Prometheus'),
    ...DISK,
    DRY_RUN,
    JSON_FLAG,
  ],
  run: async (invocation) => {
    const { values, switches, runtime } = invocation
    const reclaim = reclaimOf(values.get('reclaim') ?? [])
    const done = await worktrees(
      {
        directories: directoriesOf(invocation, reclaim),
        reclaim,
        olderThanMs: spanOf(values.get('older-than')?.at(-1)),
        all: switches.has('all'),
        targetsFrom: 'low',
        endAtMs: null,
        withRecoveryRefs: switches.has('with-recovery-refs'),
        settings: settings(invocation),
      },
      runtime,
    )
    const metrics = values.get('metrics')?.at(-1)
    if (metrics !== undefined) await recordWorktrees(metrics, done, runtime)
    print(invocation, done, () => worktreesText(done, Date.now()))
    return done.failures.length > 0 ? 1 : 0
  },
}

function reclaimOf(words: readonly string[]): Reclaim[] {
  return words.map((word) => {
    const known = RECLAIM.find((each) => each === word)
    if (known !== undefined) return known
    throw new GuardError(`“${word}” cannot be reclaimed.`, `Use ${RECLAIM.join(', ')}.`, {
      usage: true,
    })
  })
}

/** Nothing is ever taken from a directory that nobody has named. */
function directoriesOf(
  { operands, runtime }: Invocation,
  reclaim: readonly Reclaim[],
): readonly string[] {
  if (operands.length > 0) return operands
  const watched = watchedDirectories(runtime.environment)
  if (watched.length > 0) return watched
  if (reclaim.length === 0) return ['.']
  throw new GuardError(
    'No directory was given.',
    `To reclaim, name the directories, or set ${WATCHED}.`,
    { usage: true },
  )
}

function spanOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const span = parseSpan(text)
  if (span !== null) return span
  throw new GuardError(`“${text}” is no age.`, 'Use a number and s, min, h or d, such as 24h.', {
    usage: true,
  })
}
