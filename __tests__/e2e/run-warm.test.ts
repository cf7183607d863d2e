import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { LIGHT_PROFILES } from '../fixtures/cargo-project.ts'
import { GitRepository } from '../fixtures/git-repository.ts'
import { needs } from './capabilities.ts'
import { LocalRuns } from './local-runs.ts'
import type { CommandResult } from './scene.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

const manifest = (name: string, more: string): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`

/** A library that reads a file, a macro, and a program of both with a test that runs it. */
const FILES = {
  '.gitignore': 'Cargo.lock\n',
  'Cargo.toml': `[workspace]\nmembers = ["leaf", "shout", "tool"]\nresolver = "2"\n${LIGHT_PROFILES}`,
  'leaf/Cargo.toml': manifest('leaf', ''),
  'leaf/src/lib.rs':
    'pub fn word() -> &\'static str {\n    include_str!("../word.txt").trim()\n}\n',
  'leaf/word.txt': 'one\n',
  'shout/Cargo.toml': manifest('shout', '[lib]\nproc-macro = true\n'),
  'shout/src/lib.rs': `
extern crate proc_macro;

#[proc_macro]
pub fn mark(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    "\\"!\\"".parse().unwrap()
}
`,
  'tool/Cargo.toml': manifest(
    'tool',
    '[dependencies]\nleaf = { path = "../leaf" }\nshout = { path = "../shout" }\n',
  ),
  'tool/src/main.rs': 'fn main() {\n    println!("{}{}", leaf::word(), shout::mark!());\n}\n',
  'tool/tests/runs.rs': `
#[test]
fn runs() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tool")).output().unwrap();
    println!("it says {}", String::from_utf8(output.stdout).unwrap());
    println!("it lies in {}", env!("CARGO_MANIFEST_DIR"));
}
`,
}

const TESTS = ['cargo', 'test', '-v', '--', '--nocapture']
const TELL = ['sh', '-c', 'cargo build -v && "$CARGO_TARGET_DIR/debug/tool"']

/** Crates that rustc was called for. */
function crates({ stderr }: CommandResult): string[] {
  const names = [...stderr.matchAll(/^ +Running `.*rustc --crate-name (\w+) /gm)]
  return [...new Set(names.map(([, name]) => name ?? ''))].toSorted()
}

/** All that lies in a folder, by its path, with the times that nobody may set. */
function timesIn(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return new Map(
    paths.map((each) => {
      const { mtimeNs, ctimeNs } = lstatSync(path.join(folder, each), { bigint: true })
      return [each, `${mtimeNs} ${ctimeNs}`]
    }),
  )
}

/** What the files of a target dir hold, and when they were modified. */
function contentsOf(target: string): string[] {
  const entries = readdirSync(target, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .toSorted()
    .map((file) => {
      const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
      return `${file} ${hash} ${lstatSync(file, { bigint: true }).mtimeNs}`
    })
}

needs('cargo').describe('a worktree of a repository that was built in another one', () => {
  test('compiles what it must alone, and touches nothing', async () => {
    const runs = new LocalRuns(scene())
    const repository = await GitRepository.make(scene(), FILES)
    const address = ['remote', 'set-url', 'origin', 'https://example.com/somebody/demo.git']
    await repository.git(repository.main, ...address)
    const script = `${TESTS.join(' ')} && touch "$CARGO_TARGET_DIR/left" && echo "at $CARGO_TARGET_DIR"`
    const first = await runs.run(repository.main, ['sh', '-c', script])
    expect([first.exitCode, crates(first)]).toEqual([0, ['leaf', 'runs', 'shout', 'tool']])
    const slot = /^at (.*)$/m.exec(first.stdout)?.[1] ?? ''
    const source = contentsOf(slot)
    const worktree = await repository.add('new')
    const before = [repository.main, worktree].map(timesIn)
    const second = await runs.run(worktree, TESTS)
    expect([second.exitCode, crates(second)]).toEqual([0, ['runs']])
    expect(second.stdout).toContain('it says one!')
    expect(second.stdout).toContain(`it lies in ${worktree}/tool\n`)
    const after = [repository.main, worktree].map(timesIn)
    for (const [index, times] of before.entries()) {
      expect([...(after[index] ?? [])].filter(([each]) => times.has(each))).toEqual([...times])
    }
    expect(contentsOf(slot)).toEqual(source)
    // What Cargo does not judge has stayed behind; the second one at once finds no slot of its own here.
    const third = await repository.add('third')
    const list =
      'find "$CARGO_TARGET_DIR" -maxdepth 2 | sed "s,.*/run-1-[^/]*,,"; echo done; read line'
    const held = runs.start(third, ['--', 'sh', '-c', list])
    const listed = await held.says(/^([^]*)done/)
    expect(listed.split('\n')).toEqual(expect.arrayContaining(['/debug', '/debug/deps']))
    expect(listed).not.toMatch(/\/left|\/tool/)
    expect(crates(await runs.run(third, TELL))).toEqual([])
    held.child.stdin?.end('\n')
    await held.end()
    // Another clone, though of the same remote, is none of its worktrees.
    const clone = path.join(repository.folder, 'clone')
    await repository.git(repository.folder, 'clone', '--quiet', repository.remote, clone)
    await repository.git(clone, ...address)
    const { stderr } = await runs.tool(clone, ['run', '--verbose', '--', 'true'])
    expect(stderr).toContain('seed: cold (nothing has been built here for this job yet)')
  })

  test('never gets what the other one holds', async () => {
    const runs = new LocalRuns(scene())
    const repository = await GitRepository.make(scene(), FILES)
    // All its files are older than what is built now, from a change that is not committed.
    const older = await repository.add('older')
    expect((await runs.run(repository.main, TELL)).stdout).toBe('one!\n')
    writeFileSync(path.join(repository.main, 'leaf/word.txt'), 'two\n')
    expect((await runs.run(repository.main, TELL)).stdout).toBe('two!\n')
    // What was recorded stays right where Cargo is not called.
    expect((await runs.run(repository.main, ['true'])).exitCode).toBe(0)
    const told = await runs.run(older, TELL)
    expect([told.stdout, crates(told)]).toEqual(['one!\n', ['leaf', 'tool']])
    // A later branch, and a run whose file was changed while it went on.
    writeFileSync(path.join(older, 'leaf/word.txt'), 'six\n')
    await repository.git(older, 'commit', '--quiet', '--all', '-m', 'six')
    const change = `${TELL[2] ?? ''}; echo six > leaf/word.txt`
    expect((await runs.run(repository.main, ['sh', '-c', change])).stdout).toBe('two!\n')
    const branch = await repository.add('branch')
    await repository.git(branch, 'merge', '--quiet', '--ff-only', 'topic/older')
    const later = await runs.run(branch, TELL)
    expect([later.stdout, crates(later)]).toEqual(['six!\n', ['leaf', 'tool']])
    // With other variables Cargo would build all of it again, beside what is there.
    const words = ['run', '--verbose', '--', 'true']
    const env = { CARGO_PROFILE_DEV_OPT_LEVEL: '1' }
    const other = await runs.tool(await repository.add('other'), words, env)
    expect(other.stderr).toMatch(/seed: cold .*it was built with other variables/)
  })
})
