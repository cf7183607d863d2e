import { lstatSync } from 'node:fs'
import { join, relative } from 'node:path'
import {
  countFrom,
  isOid,
  oidsInReflog,
  parseGitStatus,
  parseGraph,
  stashesOn,
  tipsOf,
} from '../plan/git-status.ts'
import type { GitStatus, UnpushedGraph } from '../plan/git-status.ts'
import type { CloserLook, GitState, TargetDir } from '../plan/worktree.ts'
import { LEAVING_REF } from '../plan/leaving-note.ts'
import { LEFTOVER } from '../plan/worktree-names.ts'
import { askGit, ownerOf } from './git-command.ts'
import type { Asked } from './git-command.ts'
import { namesIn, operationIn } from './git-directory.ts'
import { readTextOrNull } from './small-file.ts'
import type { FoundWorktree } from './worktree-search.ts'

/** A worktree that git can be asked about. */
export interface Askable extends FoundWorktree {
  gitDirectory: string
  common: string
  asked: Asked
}

/** Makes sure that git may be run for a worktree; in words why not. */
export function askable(found: FoundWorktree): Askable | string {
  const { path, gitDirectory, common, problem } = found
  if (problem !== null) return problem
  if (gitDirectory === null || common === null) return 'its main repository is gone'
  const as = ownerOf([...new Set([path, join(path, '.git'), gitDirectory, common])])
  if (typeof as === 'string') return as
  return { ...found, gitDirectory, common, asked: { gitDirectory, workTree: path, as } }
}

/** The repository of a worktree, for what concerns all of its worktrees. */
export function repositoryOf({ common, asked: { as } }: Pick<Askable, 'common' | 'asked'>): Asked {
  return { gitDirectory: common, workTree: null, as }
}

/** What `git status` says of a worktree; throws where it cannot. */
export async function readStatus({ asked }: Askable): Promise<GitStatus> {
  const words = [
    'status',
    '--porcelain=v2',
    '--branch',
    '--no-ahead-behind',
    '--no-renames',
    '--untracked-files=normal',
    '--ignored=matching',
    '--ignore-submodules=none',
    '-z',
  ]
  return parseGitStatus(await askGit(asked, words))
}

/** More un-pushed commits than this are not told apart. */
const COMMITS_AT_MOST = 100_000

/**
 * The commits that these heads of one repository reach and no remote-tracking ref does.
 *
 * @throws Error where there are too many to tell, or git fails
 */
export async function readUnpushed(
  found: Askable,
  heads: readonly string[],
): Promise<UnpushedGraph> {
  const input = heads.filter(isOid).join('\n')
  if (input === '') return new Map()
  const words = ['rev-list', '--parents', `--max-count=${COMMITS_AT_MOST}`, '--stdin']
  const text = await askGit(repositoryOf(found), [...words, '--not', '--remotes'], {
    input: `${input}\n`,
  })
  const graph = parseGraph(text)
  if (graph.size >= COMMITS_AT_MOST) throw new Error('there are too many un-pushed commits to tell')
  return graph
}

/** Puts together what git said of a worktree and of its repository. */
export function stateOf(found: Askable, status: GitStatus, graph: UnpushedGraph): GitState {
  const { path, targets, gitDirectory, common } = found
  const { head, branch, upstream, dirty } = status
  const ours = new Set(targets.map((target) => relative(path, target)))
  const isOurs = (name: string): boolean => {
    const plain = name.replace(/\/$/, '')
    return [...ours].some((target) => plain === target || plain.startsWith(`${target}/`))
  }
  return {
    branch,
    head,
    upstream,
    dirty,
    untracked: status.untracked.filter((name) => !isLeftover(name)).length,
    ignored: status.ignored.filter((name) => !isOurs(name)),
    unpushed: head === null ? 0 : countFrom(head, graph),
    operation: operationIn(gitDirectory),
    stashes: stashesOn(branch, readTextOrNull(join(common, 'logs/refs/stash')) ?? ''),
    hasSubmodules: found.hasSubmodules || namesIn(gitDirectory).includes('modules'),
  }
}

function isLeftover(name: string): boolean {
  return LEFTOVER.test(`/${name.replace(/\/$/, '')}`)
}

/** How git sees each target dir, as far as its status tells: what it names as a whole holds no tracked file. */
export function targetStatesOf(
  { path, targets }: Askable,
  { ignored, untracked }: GitStatus,
): Map<string, TargetDir['git']> {
  return new Map(
    targets.map((target) => {
      const name = relative(path, target)
      if (covers(ignored, name)) return [target, 'ignored']
      return [target, covers(untracked, name) ? 'untracked' : 'unknown']
    }),
  )
}

function covers(names: readonly string[], target: string): boolean {
  return names.some((name) => name.endsWith('/') && `${target}/`.startsWith(name))
}

/** Looks closer at a worktree that would go; throws where git fails. */
export async function lookCloser(found: Askable): Promise<CloserLook> {
  const { gitDirectory } = found
  const index = await askGit(found.asked, ['ls-files', '-s', '-v', '-z'])
  const entries = index.split('\0').filter((line) => line !== '')
  const unseen = entries.filter((line) => isUnseen(line, found.path))
  return {
    unseen: unseen.length,
    hasSubmodules: entries.some((line) => /^\S 160000 /.test(line)),
    inReflogOnly: await findInReflogOnly({ gitDirectory, repository: repositoryOf(found) }),
  }
}

/** `H 100644 <blob> 0\t<path>`: H is looked at; a file that a sparse checkout leaves out is not there. */
function isUnseen(line: string, folder: string): boolean {
  const [tag] = line
  if (tag === 'H') return false
  const path = join(folder, line.slice(line.indexOf('\t') + 1))
  return tag !== 'S' || lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/**
 * Files of a worktree's git directory that hold a commit of its own: HEAD, ORIG_HEAD, …; what
 * FETCH_HEAD names was made elsewhere.
 */
const OWN_HEAD = /^(?!FETCH_HEAD)[A-Z][A-Z_]*$/

/**
 * Un-pushed commits that go with the worktree: its own reflog names them, and neither a ref nor the
 * reflog of a branch leads to them.
 */
export async function findInReflogOnly({
  gitDirectory,
  repository,
}: {
  gitDirectory: string
  repository: Asked
}): Promise<string[]> {
  const common = repository.gitDirectory
  if (namesIn(common).includes('reftable')) throw new Error('its refs are kept in a reftable')
  const own = [
    ...oidsInReflog(readReflog(join(gitDirectory, 'logs/HEAD'))),
    ...namesIn(gitDirectory)
      .filter((name) => OWN_HEAD.test(name))
      .map((name) => (readTextOrNull(join(gitDirectory, name)) ?? '').trim()),
    ...(await readOwnRefs(gitDirectory, repository)),
  ].filter(isOid)
  if (own.length === 0) return []
  const ofBranches = textsBelow(join(common, 'logs/refs')).flatMap(oidsInReflog)
  const input = [...new Set(own), ...[...new Set(ofBranches)].map((oid) => `^${oid}`)].join('\n')
  const words = ['rev-list', '--ignore-missing', '--parents', '--stdin', '--not', '--glob=refs/*']
  const text = await askGit(repository, words, { input: `${input}\n` })
  return tipsOf(parseGraph(text))
}

/**
 * What the refs of a worktree alone name (`refs/worktree`, `refs/bisect`), but for the note of its
 * own removal.
 *
 * @throws Error where one names no commit: whether anything else holds that is not looked into
 */
async function readOwnRefs(gitDirectory: string, repository: Asked): Promise<string[]> {
  const refs = textsBelow(join(gitDirectory, 'refs'), [join(gitDirectory, LEAVING_REF)])
  const named = refs.map((text) => text.trim()).filter(isOid)
  if (named.length === 0) return []
  const words = ['cat-file', '--batch-check=%(objecttype)']
  const types = await askGit(repository, words, { input: `${named.join('\n')}\n` })
  if (/^(?!commit$)/m.test(types.trimEnd())) throw new Error('a ref of its own names no commit')
  return named
}

const LARGEST_REFLOG = 4 * 1024 * 1024

function readReflog(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return ''
  const text = found.size > LARGEST_REFLOG ? null : readTextOrNull(path)
  if (text === null) throw new Error(`${path} cannot be read`)
  return text
}

const FILES_AT_MOST = 20_000

/** The texts of all files below a folder, but for these. */
function textsBelow(folder: string, without: readonly string[] = []): string[] {
  const texts: string[] = []
  const open = [folder]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found === undefined || without.includes(path)) continue
    if (found.isDirectory()) open.push(...namesIn(path).map((name) => `${path}/${name}`))
    else texts.push(readTextOrNull(path) ?? '')
    if (texts.length > FILES_AT_MOST) throw new Error(`${folder} holds too many files`)
  }
  return texts
}

/** How git sees a target dir: whether it is ignored, or files in it are tracked. */
export async function readTargetState(
  { path, asked }: Askable,
  target: string,
): Promise<TargetDir['git']> {
  const name = relative(path, target)
  try {
    if ((await askGit(asked, ['ls-files', '-z', '--', name])) !== '') return 'tracked'
    const words = ['ls-files', '-z', '--others', '--directory', '--exclude-standard', '--', name]
    return (await askGit(asked, words)) === '' ? 'ignored' : 'untracked'
  } catch {
    // Why does not matter: it stays.
    return 'unknown'
  }
}
