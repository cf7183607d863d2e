import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { messageOf } from '../plan/guard-error.ts'
import type { Content, Proven } from '../plan/build-inputs.ts'
import { parseIndex } from '../plan/git-index.ts'
import type { Index } from '../plan/git-index.ts'
import { withPlainFile } from './plain-file.ts'
import { readSmallFile, readTextOrNull } from './small-file.ts'
import { ANSWER_AT_MOST, Git } from './work-tree-git.ts'
import type { Differing, GitDirectory } from './work-tree-git.ts'

/** What git knows of one work tree; paths are relative to it. */
export interface WorkTree {
  /** by path: what it holds, or null where that is not proven to be what the index has */
  tracked: Map<string, Proven | null>
  /** neither tracked nor ignored; other repositories end in a slash */
  untracked: readonly string[]
  submodules: readonly string[]
  /** how many names are not UTF-8: nothing can be said of these files */
  unnamed: number
}

/** Whether a directory is the top of a work tree. */
export function isWorkTree(folder: string): boolean {
  return lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined
}

/**
 * Asks git what a work tree holds, without running anything that its owner could have chosen.
 *
 * Git reads the index and the work tree, but with a git directory of our own: the repository’s
 * configuration, which may name filters, hooks and monitors to run, is never read; nothing is
 * written, no lock is taken, and it does not matter who owns it.
 *
 * @param excluded folders to pass over, relative to the work tree
 * @returns in words why git cannot tell
 */
export async function readWorkTree(
  folder: string,
  excluded: readonly string[],
): Promise<WorkTree | string> {
  let own: string | null = null
  try {
    const real = gitDirectoryOf(folder)
    if (typeof real !== 'object') return real
    own = mkdtempSync(join(realpathSync(tmpdir()), 'target-guard-git-'))
    furnish(own, real.common)
    return await read(new Git(folder, own, real), excluded)
  } catch (error) {
    return messageOf(error)
  } finally {
    if (own !== null) rmSync(own, { recursive: true, force: true })
  }
}

/** Follows `.git` where it is a file, as in submodules and linked work trees. */
function gitDirectoryOf(folder: string): GitDirectory | string {
  const path = join(folder, '.git')
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return 'it is not a work tree'
  let directory = path
  if (found.isFile()) {
    const text = readSmallFile(path)
    const named = typeof text === 'string' ? /^gitdir: ([^\n]+)\n?$/.exec(text)?.[1] : undefined
    if (named === undefined) return '.git names no directory'
    directory = resolve(folder, named)
  }
  const common = readTextOrNull(join(directory, 'commondir'))?.trim()
  return { path: directory, common: resolve(directory, common ?? '.') }
}

/** The least that git takes for a git directory, and what decides how files are converted. */
function furnish(own: string, common: string): void {
  mkdirSync(join(own, 'refs'))
  mkdirSync(join(own, 'info'))
  writeFileSync(join(own, 'HEAD'), 'ref: refs/heads/none\n')
  for (const name of ['attributes', 'exclude']) {
    writeFileSync(join(own, 'info', name), readTextOrNull(join(common, 'info', name)) ?? '')
  }
}

async function read(git: Git, excluded: readonly string[]): Promise<WorkTree> {
  const { differing, untracked, tracked, submodules } = await compare(git, excluded)
  for (let index = 1; index < differing.length; index += 2)
    tracked.set(differing[index] ?? '', null)
  for (const path of await convertedIn(git, tracked)) tracked.set(path, null)
  for (const path of submodules) tracked.delete(path)
  const nameless = untracked.filter(isNameless)
  for (const path of tracked.keys()) if (isNameless(path)) nameless.push(path)
  for (const path of nameless) tracked.delete(path)
  return {
    tracked,
    untracked: untracked.filter((path) => !isNameless(path)),
    submodules,
    unnamed: nameless.length,
  }
}

/** The index, and what git finds beside it: of one and the same index. */
async function compare(git: Git, excluded: readonly string[]): Promise<Comparison> {
  const without = excluded.map((path) => `--exclude=/${quoted(path)}`)
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = stampOfIndex(git)
    const [{ differing, untracked }, { files: tracked, submodules }] = await Promise.all([
      git.compare(without),
      indexOf(git),
    ])
    // What was added meanwhile git calls clean, against another blob than the one that was read here.
    if (stampOfIndex(git) === before) return { differing, untracked, tracked, submodules }
  }
  throw new Error('its index changes all the time')
}

const ROUNDS = 3

type Comparison = Differing & Pick<WorkTree, 'tracked' | 'submodules'>

/** Tells one index from the next: git never writes into it, but puts a new one in its place. */
function stampOfIndex({ index }: Git): string {
  const stat = statSync(index, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return ''
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ')
}

function isNameless(path: string): boolean {
  return path.includes('\uFFFD')
}

/** What the index has: of the common formats read here, while git is at the rest; else by git. */
async function indexOf(git: Git): Promise<Index> {
  const bytes = withPlainFile(git.index, ({ size, read: readAt }) =>
    size > ANSWER_AT_MOST ? null : readAt(0, size),
  )
  const parsed = bytes === null ? null : parseIndex(bytes)
  if (parsed !== null) return parsed
  const index: Index = { files: new Map(), submodules: [] }
  for (const line of await git.ask(['ls-files', '-s', '-v', '-z'])) addEntry(index, line)
  return index
}

/** A pattern that matches just this path. */
function quoted(path: string): string {
  return path.replaceAll(/[\\*?[\] ]/g, String.raw`\$&`)
}

const MODES: Readonly<Record<string, Pick<Content, 'kind' | 'isExecutable'>>> = {
  '100644': { kind: 'file', isExecutable: false },
  '100755': { kind: 'file', isExecutable: true },
}

/**
 * `H 100644 <blob> 0\t<path>`. Git does not look at files whose tag is not H: left out of a sparse
 * checkout, or assumed unchanged. A link’s content is where it leads, which is quick to read.
 */
function addEntry({ files, submodules }: Index, line: string): void {
  const tab = line.indexOf('\t')
  const path = line.slice(tab + 1)
  const mode = line.slice(2, 8)
  const known = MODES[mode]
  // Where each part has its length, the last one before the tab is the stage.
  const isPlain = tab === BLOB_END + 2 && line.startsWith('H ') && line[BLOB_END + 1] === '0'
  const content =
    known !== undefined && isPlain
      ? {
          kind: known.kind,
          id: `git:${line.slice(BLOB, BLOB_END)}`,
          isExecutable: known.isExecutable,
          size: null,
          mtimeS: null,
        }
      : null
  if (mode === '160000') submodules.push(path)
  else files.set(path, content)
}

const BLOB = 'H 100644 '.length
const BLOB_END = BLOB + 40

const CONVERSIONS = ['filter', 'ident', 'working-tree-encoding', 'eol', 'crlf']
const UNCONVERTED = new Set(['unspecified', 'unset', 'lf'])

/**
 * The files whose bytes in the work tree may be others than the blob’s, depending on what is
 * installed and configured when they are checked out. Converted line ends, where only the
 * configuration asks for them, show in the size.
 */
async function convertedIn(git: Git, tracked: ReadonlyMap<string, unknown>): Promise<string[]> {
  const files: string[] = []
  for (const path of tracked.keys()) {
    if (path === '.gitattributes' || path.endsWith('/.gitattributes')) files.push(path)
  }
  const own = join(homedir(), '.config/git/attributes')
  const inTree = files.map((path) => join(git.folder, path))
  const places = [own, join(git.directory, 'info/attributes'), ...inTree]
  const texts = places.map((path) => readTextOrNull(path))
  const isAny = texts.some((text) => CONVERSIONS.some((name) => text?.includes(name) === true))
  if (!isAny) return []
  const input = [...tracked.keys()].map((path) => `${path}\0`).join('')
  const answer = await git.ask(['check-attr', '-z', '--stdin', ...CONVERSIONS], input)
  const converted = new Set<string>()
  for (let index = 0; index + 2 < answer.length; index += 3) {
    if (!UNCONVERTED.has(answer[index + 2] ?? '')) converted.add(answer[index] ?? '')
  }
  return [...converted]
}
