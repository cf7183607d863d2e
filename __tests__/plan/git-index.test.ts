import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, readFileSync, symlinkSync, utimesSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { UNPROVEN } from '../../src/plan/build-inputs.ts'
import { parseIndex } from '../../src/plan/git-index.ts'
import { useScene } from '../e2e/use-scene.ts'
import { git, put } from '../helpers/built-checkout.ts'

const scene = useScene()

/** As long as a path may be, but for a few: its length does not fit into the entry. */
const LONG = `${`${'d'.repeat(249)}/`.repeat(16)}${'f'.repeat(90)}`

/** A repository with one of everything, staged. */
function repository(): string {
  const base = scene().directory('index')
  git(base, 'init', '--quiet', 'inner')
  git(`${base}/inner`, 'commit', '--quiet', '--allow-empty', '--message', 'inner')
  git(base, 'init', '--quiet', 'tree')
  const tree = `${base}/tree`
  const plain = ['a', 'ab', 'abcdefg', 'abcdefgh', 'ÿ \n"1', 'deep/er/file', 'program', 'assumed']
  for (const name of [...plain, 'skipped']) put(tree, name, name)
  chmodSync(`${tree}/program`, 0o755)
  symlinkSync('a', `${tree}/link`)
  git(tree, 'submodule', '--quiet', 'add', `${base}/inner`, 'sub')
  git(tree, 'add', '--all')
  git(tree, 'update-index', '--assume-unchanged', 'assumed')
  return tree
}

/** The blob of nothing. */
const EMPTY = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'

const read = (tree: string): ReturnType<typeof parseIndex> =>
  parseIndex(readFileSync(`${tree}/.git/index`))

/** What git says of the same: by path, the blob of what it looks at. */
function byGit(tree: string): Map<string, string> {
  const words = ['ls-files', '-s', '-v', '-z']
  const lines = execFileSync('git', words, { cwd: tree, encoding: 'utf8' }).split('\0')
  return new Map(
    lines.slice(0, -1).map((line) => {
      const [, tag, mode, blob, stage, path] = /^(.) (\d+) (\S+) (\d)\t(.*)$/s.exec(line) ?? []
      const isFile = tag === 'H' && stage === '0' && mode?.startsWith('100') === true
      return [path ?? '', isFile ? `git:${blob ?? ''} ${mode}` : UNPROVEN]
    }),
  )
}

function asGit(tree: string): Map<string, string> {
  const index = read(tree)
  if (index === null) throw new Error('it was not read')
  const { files, submodules } = index
  const said = [...files].map(([path, content]): [string, string] => {
    const mode = content?.isExecutable === true ? '100755' : '100644'
    return [path, content === null ? UNPROVEN : `${content.id} ${mode}`]
  })
  return new Map([...said, ...submodules.map((path): [string, string] => [path, UNPROVEN])])
}

const sorted = (all: ReadonlyMap<string, string>): string[] =>
  [...all].map(([path, said]) => `${path} ${said}`).toSorted()

test('the index is read as git reads it, with the times of files', () => {
  const tree = repository()
  git(tree, 'update-index', '--add', '--cacheinfo', `100644,${EMPTY},${LONG}`)
  utimesSync(`${tree}/a`, 1_700_000_000, 1_700_000_000)
  git(tree, 'update-index', 'a')
  expect(byGit(tree).size).toBe(13)
  expect(sorted(asGit(tree))).toEqual(sorted(byGit(tree)))
  expect(read(tree)?.files.get('a')?.mtimeS).toBe(1_700_000_000)
  const seconds = Math.floor(lstatSync(`${tree}/ab`).mtimeMs / 1000)
  expect(read(tree)?.files.get('ab')?.mtimeS).toBe(seconds)
})

test('what is left out, or meant to be added, makes another format, which is read as well', () => {
  const tree = repository()
  git(tree, 'update-index', '--skip-worktree', 'skipped')
  put(tree, 'later', 'later')
  git(tree, 'add', '--intent-to-add', 'later')
  expect(readFileSync(`${tree}/.git/index`).readUInt32BE(4)).toBe(3)
  expect(sorted(asGit(tree))).toEqual(sorted(byGit(tree)))
})

test('what is in conflict is not proven', () => {
  const tree = repository()
  git(tree, 'commit', '--quiet', '--message', 'one')
  git(tree, 'switch', '--quiet', '--create', 'other')
  put(tree, 'a', 'other')
  git(tree, 'commit', '--quiet', '--all', '--message', 'other')
  git(tree, 'switch', '--quiet', 'main')
  put(tree, 'a', 'main')
  git(tree, 'commit', '--quiet', '--all', '--message', 'main')
  expect(() => git(tree, 'merge', '--quiet', 'other')).toThrow('merge')
  expect(read(tree)?.files.get('a')).toBeNull()
})

test.each([
  ['of format 4', ['update-index', '--index-version', '4']],
  ['that is split', ['update-index', '--split-index']],
])('git itself is asked for one %s', (_, words) => {
  const tree = repository()
  git(tree, ...words)
  expect(read(tree)).toBeNull()
})

test('git itself is asked for one that is damaged', () => {
  const bytes = readFileSync(`${repository()}/.git/index`)
  for (let length = 0; length < bytes.length; length += 1) {
    expect(parseIndex(bytes.subarray(0, length))).toBeNull()
  }
})
