import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf } from '../plan/guard-error.ts'
import type { Assessment } from '../plan/pressure.ts'
import { askGit } from './git-command.ts'
import type { Asked } from './git-command.ts'
import { listRegistered, listUnreadable, namesIn, operationIn } from './git-directory.ts'
import type { Registered } from './git-directory.ts'
import { findInReflogOnly } from './git-state.ts'
import { measureTrees } from './sizes.ts'

/**
 * Why `git worktree prune` would lose something: it forgets worktrees whose folder is gone, with
 * their index and reflog. A folder may be gone because its disk is not mounted.
 *
 * @returns null where it loses nothing
 */
async function pruneProblem(repository: Asked): Promise<string | null> {
  const { gitDirectory } = repository
  const unreadable = unreadableIn(gitDirectory)
  if (unreadable !== null) return unreadable
  for (const each of listRegistered(gitDirectory)) {
    const why = each.isThere ? null : await lossWith(repository, each)
    if (why !== null) return `${each.path} is registered and not there, and ${why}`
  }
  return null
}

function unreadableIn(gitDirectory: string): string | null {
  const [name] = listUnreadable(gitDirectory)
  return name === undefined ? null : `worktrees/${name} does not name its place`
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
  // What is left of a disk that is not mounted is the place where it was.
  if (namesIn(dirname(path)).length === 0) {
    return 'the folder it lay in is empty: perhaps a disk that is not mounted'
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
 * @param volume the disk that the repository lies on; undefined where nothing is known of it
 * @returns in words what was not done, and why
 */
export async function careFor(
  repository: Asked,
  volume: Assessment | undefined,
): Promise<string[]> {
  const { gitDirectory } = repository
  const said: string[] = []
  try {
    const problem = await pruneProblem(repository)
    if (problem === null) await askGit(repository, ['worktree', 'prune'])
    else said.push(`git worktree prune was left out in ${gitDirectory}: ${problem}`)
    const why = await packingProblem(gitDirectory, volume)
    if (why !== null) said.push(`git gc was left out in ${gitDirectory}: ${why}`)
    else {
      const words = ['maintenance', 'run', '--task=gc', '--quiet']
      await askGit(repository, words, { waitMs: CARE_MS, endsGroup: true })
    }
  } catch (error) {
    said.push(`${gitDirectory} was not tidied up: ${messageOf(error)}`)
  }
  return said
}

const MEASURING_MS = 60_000

/** Git writes a whole new pack before the old ones go. */
async function packingProblem(
  gitDirectory: string,
  volume: Assessment | undefined,
): Promise<string | null> {
  const objects = join(gitDirectory, 'objects')
  const busy =
    namesIn(gitDirectory).find((name) => name === 'gc.pid' || name.endsWith('.lock')) ??
    namesIn(objects).find((name) => name.endsWith('.lock'))
  if (busy !== undefined) return `${busy} is there`
  // To pack also prunes, and of these git forgets any, whatever the configuration says of their age.
  const unreadable = unreadableIn(gitDirectory)
  if (unreadable !== null) return unreadable
  if (volume === undefined) return 'the space on its disk is not known'
  if (volume.level !== 'ok') return `its disk is ${volume.level}: ${volume.why}`
  const bytes = (await measureTrees([objects], MEASURING_MS)).get(objects)
  if (bytes === undefined) return 'its size is not known'
  return bytes < volume.reading.freeBytes ? null : 'its disk has no room for a second copy'
}
