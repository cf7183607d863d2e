import { lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../plan/guard-error.ts'
import { askGit } from './git-command.ts'
import type { Asked } from './git-command.ts'
import { namesIn, operationIn } from './git-directory.ts'
import type { Registered } from './git-directory.ts'
import { findInReflogOnly } from './git-state.ts'

/**
 * Why `git worktree prune` would lose something: it forgets worktrees whose folder is gone, with
 * their index and reflog. A folder may be gone because its disk is not mounted.
 *
 * @returns null where it loses nothing
 */
async function pruneProblem(
  repository: Asked,
  missing: readonly Registered[],
): Promise<string | null> {
  for (const each of missing) {
    const why = await lossWith(repository, each)
    if (why !== null) return `${each.path} is registered and not there, and ${why}`
  }
  return null
}

async function lossWith(
  repository: Asked,
  { path, gitDirectory }: Registered,
): Promise<string | null> {
  // Git itself keeps what is locked.
  if (namesIn(gitDirectory).includes('locked')) return null
  if (lstatSync(dirname(path), { throwIfNoEntry: false }) === undefined) {
    return 'the folder it lay in is gone, too: perhaps a disk that is not mounted'
  }
  const operation = operationIn(gitDirectory)
  if (operation !== null) return `a ${operation} has not ended in it`
  if (namesIn(gitDirectory).includes('modules')) return 'it has submodules'
  try {
    const commits = await findInReflogOnly({ gitDirectory, repository })
    if (commits.length > 0) return 'only its reflog holds commits that are not pushed'
    await askGit({ ...repository, gitDirectory }, ['diff-index', '--cached', '--quiet', 'HEAD'])
    return null
  } catch (error) {
    return `git cannot tell what goes with it (${messageOf(error)})`
  }
}

const CARE_MS = 10 * 60_000

/**
 * Forgets worktrees whose folder is gone, and packs the repository; objects that nothing reaches
 * stay, since the configuration that git is run with has it so.
 *
 * @returns in words what was not done, and why
 */
export async function careFor(
  repository: Asked,
  missing: readonly Registered[],
): Promise<string[]> {
  const { gitDirectory } = repository
  const said: string[] = []
  const problem = await pruneProblem(repository, missing)
  try {
    if (problem === null) await askGit(repository, ['worktree', 'prune'])
    else said.push(`git worktree prune was left out in ${gitDirectory}: ${problem}`)
    const busy = namesIn(gitDirectory).find((name) => name === 'gc.pid' || name.endsWith('.lock'))
    if (busy !== undefined) said.push(`git gc was left out in ${gitDirectory}: ${busy} is there`)
    else {
      const words = ['maintenance', 'run', '--task=gc', '--quiet']
      await askGit(repository, words, { waitMs: CARE_MS })
    }
  } catch (error) {
    said.push(`${gitDirectory} was not tidied up: ${messageOf(error)}`)
  }
  return said
}
