import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Workplace } from '../plan/local-job.ts'
import { askGit, ownerOf } from './git-command.ts'
import { readGitFile } from './git-directory.ts'
import { placeOf } from './runner.ts'

const WAIT_MS = 5000

/**
 * The worktree that a directory lies in, or the directory itself where there is none.
 *
 * @param directory absolute, without links
 */
export async function findWorkplace(directory: string): Promise<Workplace> {
  const top = topOf(directory)
  if (top === null) return { ...describe(directory), common: directory, remote: null }
  const isDirectory = lstatSync(join(top, '.git')).isDirectory()
  const found = readGitFile(top, isDirectory)
  // A submodule is a place of its own; its repository is named by its remote, if that can be asked.
  const common = found === 'submodule' ? null : found.common
  if (common === null) return { ...describe(top), common: top, remote: null }
  return { ...describe(top), common, remote: await readRemote(common) }
}

/**
 * What all worktrees of the repository share that a directory lies in, by its identity; '' where it is
 * in none, or in a submodule.
 */
export function findCommon(directory: string): string {
  const top = topOf(directory)
  if (top === null) return ''
  const found = readGitFile(top, lstatSync(join(top, '.git')).isDirectory())
  const common = found === 'submodule' ? null : found.common
  return common === null ? '' : describe(common).identity
}

/** The nearest folder upwards that has a `.git`. */
function topOf(directory: string): string | null {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined) return folder
    if (folder === dirname(folder)) return null
  }
}

/**
 * A worktree that was removed and made again at the same path is another one: what was built from the
 * former must not look fresh in it. So its directory counts, and when that was made.
 */
function describe(top: string): Pick<Workplace, 'top' | 'identity'> {
  const { ino, birthtimeNs } = lstatSync(top, { bigint: true })
  return { top, identity: JSON.stringify([placeOf(top), String(ino), String(birthtimeNs)]) }
}

/** Null without one, and where git may not be asked: the worktree is then named by its folder. */
async function readRemote(common: string): Promise<string | null> {
  const as = ownerOf([common])
  if (typeof as === 'string') return null
  try {
    const words = ['config', '--get', 'remote.origin.url']
    const said = await askGit({ gitDirectory: common, workTree: null, as }, words, {
      waitMs: WAIT_MS,
    })
    return said.trim() === '' ? null : said.trim()
  } catch {
    return null
  }
}
