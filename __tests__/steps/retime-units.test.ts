import { execFileSync } from 'node:child_process'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { BuildInputs } from '../../src/plan/build-inputs.ts'
import { recordInputs } from '../../src/steps/record-inputs.ts'
import { retimeUnits } from '../../src/steps/retime-units.ts'
import type { RetimedUnits } from '../../src/steps/retime-units.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { writeProject } from '../fixtures/cargo-project.ts'
import { WAYS, retimedProject } from '../fixtures/retimed-project.ts'
import { buildApp } from '../helpers/build-app.ts'

/** One build, recorded; each test has a copy of it, and of its worktree with all times as they were. */
let base = ''
let inputs: BuildInputs
const at = (...parts: readonly string[]): string => path.join(base, ...parts)

/** Long before anything is built here. */
const LONG_AGO = new Date('2001-02-03T04:05:06Z')

function run(program: string, words: readonly string[], cwd = base): string {
  return execFileSync(program, words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

beforeAll(async () => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), 'tg-retime-')))
  mkdirSync(at('first'))
  retimedProject(at('first'))
  run('cargo', ['generate-lockfile', '--offline'], at('first'))
  run('git', ['init', '-q'], at('first'))
  run('git', ['add', '--all'], at('first'))
  buildApp(at('first'), at('first.target'))
  inputs = await record('first')
}, 60_000)

afterAll(() => rmSync(base, { recursive: true, force: true }))

async function record(name: string): Promise<BuildInputs> {
  return recordInputs({ target: at(`${name}.target`), workspace: at(name), unchanging: [] })
}

/** A worktree of this name, as old as the first, and a copy of the first’s target directory. */
function copyFirst(name: string): void {
  run('cp', ['-a', at('first'), at(name)])
  run('cp', ['-a', at('first.target'), at(`${name}.target`)])
}

async function retime(name: string, of: BuildInputs = inputs): Promise<RetimedUnits> {
  return retimeUnits({
    target: at(`${name}.target`),
    workspace: at(name),
    inputs: of,
    unchanging: [],
  })
}

/** Everything of a worktree by its path: when it was modified, and when anything about it changed. */
function timesIn(name: string): string[] {
  const paths = readdirSync(at(name), { recursive: true, encoding: 'utf8' })
  return paths.map((each) => {
    const { mtimeNs, ctimeNs } = lstatSync(at(name, each), { bigint: true })
    return `${each} ${mtimeNs} ${ctimeNs}`
  })
}

/** What has just been written is not trusted: waits until that is long enough ago. */
async function untilAllIsOld(name: string): Promise<void> {
  const newest = Math.max(...timesIn(name).map((each) => Number(each.split(' ').at(-1)) / 1e6))
  await waitFor(() => Date.now() > newest + 100, { what: 'the worktree to be older' })
}

/** Names of the packages whose units are built again. */
function packagesIn({ dropped }: RetimedUnits): string[] {
  const names = [...dropped.keys()].map((each) => /\.fingerprint\/(\w+)-/.exec(each)?.[1] ?? each)
  return [...new Set(names)].toSorted()
}

/** Puts a word where another one of the same length was, and leaves the time. */
function swap(name: string, file: string): void {
  const { atime, mtime } = lstatSync(at(name, file))
  run('touch', ['-r', at(name, file), at('reference')])
  writeFileSync(at(name, file), 'two\n')
  utimesSync(at(name, file), atime, mtime)
  run('touch', ['-r', at('reference'), at(name, file)])
}

test('what holds the same is fresh, however new its files are', async () => {
  copyFirst('new')
  const afterBuild = new Date(Number(BigInt(inputs.newestNs) / 1_000_000n) + 1)
  for (const each of run('git', ['ls-files'], at('new')).trim().split('\n')) {
    if (!lstatSync(at('new', each)).isSymbolicLink())
      utimesSync(at('new', each), afterBuild, afterBuild)
  }
  await untilAllIsOld('new')
  const before = timesIn('new')
  const retimed = await retime('new')
  expect([retimed.problem, packagesIn(retimed)]).toEqual([null, ['given', 'listed']])
  expect(timesIn('new')).toEqual(before)
  const { compiled, prints } = buildApp(at('new'), at('new.target'))
  expect(compiled).toEqual(['app', 'given', 'listed'])
  expect(prints).toBe('one one one one one')
  expect(buildApp(at('new'), at('new.target')).compiled).toEqual([])
})

test('what holds something else is built again, however old its files are', async () => {
  copyFirst('old')
  rmSync(at('old/Cargo.lock'))
  for (const name of ['plain', 'ignored', 'given', 'listed']) swap('old', `${name}/word.txt`)
  rmSync(at('old/linked/link'))
  symlinkSync('two', at('old/linked/link'))
  run('touch', ['-h', '-d', LONG_AGO.toISOString(), at('old/linked/link')])
  await untilAllIsOld('old')
  const retimed = await retime('old')
  expect([retimed.problem, packagesIn(retimed)]).toEqual([null, WAYS.toSorted()])
  expect(buildApp(at('old'), at('old.target')).prints).toBe('two two two two two')
})

test('what somebody built after its inputs were recorded is built again', async () => {
  copyFirst('kept')
  writeFileSync(at('kept/plain/word.txt'), 'two\n')
  writeFileSync(at('kept/given/word.txt'), 'two\n')
  expect(buildApp(at('kept'), at('kept.target')).prints).toBe('two one one two one')
  for (const each of ['plain', 'given']) writeFileSync(at('kept', each, 'word.txt'), 'one\n')
  await untilAllIsOld('kept')
  const retimed = await retime('kept')
  expect(buildApp(at('kept'), at('kept.target')).prints).toBe('one one one one one')
  const why = [...retimed.dropped].map(([unit, text]) => `${unit}: ${text}`).join('\n')
  expect(why).toMatch(/plain-.*was built after its inputs were recorded/)
})

test('a list of inputs that has another name elsewhere is not touched', async () => {
  copyFirst('tied')
  const [list = ''] = run(
    'sh',
    ['-c', 'ls debug/.fingerprint/plain-*/dep-lib-plain'],
    at('tied.target'),
  ).split('\n')
  linkSync(at('tied.target', list), at('elsewhere'))
  const before = lstatSync(at('elsewhere'), { bigint: true }).mtimeNs
  await untilAllIsOld('tied')
  expect((await retime('tied')).problem).toMatch(/several names/)
  expect(lstatSync(at('elsewhere'), { bigint: true }).mtimeNs).toBe(before)
})

test('without all inputs, or with a clock that went back, nothing is used', async () => {
  copyFirst('gap')
  expect((await retime('gap', { ...inputs, gaps: ['a gap'] })).problem).toMatch(/a gap/)
  const ahead = new Date('2099-01-01T00:00:00Z')
  const [mark = ''] = run(
    'sh',
    ['-c', 'ls debug/.fingerprint/plain-*/invoked.timestamp'],
    at('gap.target'),
  ).split('\n')
  utimesSync(at('gap.target', mark), ahead, ahead)
  expect((await retime('gap')).problem).toMatch(/in the future/)
})

test('what nobody can vouch for is built again', async () => {
  // It was built from one, and two is recorded.
  writeFileSync(at('first/plain/word.txt'), 'two\n')
  const later = await record('first')
  copyFirst('odd')
  utimesSync(at('odd/plain/word.txt'), LONG_AGO, LONG_AGO)
  // A time that would hide every change from now on.
  const ahead = new Date('2099-01-01T00:00:00Z')
  utimesSync(at('odd/ignored/word.txt'), ahead, ahead)
  // What was made for a crate is newer than the crate.
  const [run1 = ''] = run('sh', ['-c', 'ls -d debug/build/given-*/out'], at('odd.target')).split(
    '\n',
  )
  const made = at('odd.target', run1, 'made.rs')
  const now = new Date()
  utimesSync(made, now, now)
  await untilAllIsOld('odd')
  const retimed = await retime('odd', later)
  expect(retimed.problem).toBeNull()
  const why = [...retimed.dropped].map(([unit, text]) => `${unit}: ${text}`).join('\n')
  expect(why).toMatch(/plain-.*was changed after the unit was built/)
  expect(why).toMatch(/ignored-.*changes while it is looked at/)
  expect(why).toMatch(/given-.*made\.rs was made after it/)
})

test.each([
  ['beside the worktree', '.target', '"../../from.target/word.txt"', 'src/main.rs'],
  ['in the worktree', '/target', '"target/word.txt"', 'main.rs'],
])('what is read out of a target directory %s is not known', async (_, end, file, main) => {
  for (const name of ['from', 'from.target', 'to', 'to.target']) {
    rmSync(at(name), { recursive: true, force: true })
  }
  const [from, to] = [at(`from${end}`), at(`to${end}`)]
  writeProject(at('from'), {
    'Cargo.toml':
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' +
      `[[bin]]\nname = "app"\npath = "${main}"\n`,
    [main]: `fn main() { println!("{}", include_str!(${file})) }\n`,
  })
  run('cargo', ['generate-lockfile', '--offline'], at('from'))
  mkdirSync(from)
  writeFileSync(`${from}/word.txt`, 'one')
  expect(buildApp(at('from'), from).prints).toBe('one')
  const recorded = await recordInputs({ target: from, workspace: at('from'), unchanging: [] })
  run('cp', ['-a', at('from'), at('to')])
  if (end === '.target') run('cp', ['-a', from, to])
  // As a build of another program writes it: both read the one beside, each its own.
  writeFileSync(end === '.target' ? `${from}/word.txt` : `${to}/word.txt`, 'two')
  await untilAllIsOld('to')
  const retiming = { target: to, workspace: at('to'), inputs: recorded, unchanging: [] }
  const retimed = await retimeUnits(retiming)
  expect([retimed.problem, packagesIn(retimed)]).toEqual([null, ['app']])
  expect(buildApp(at('to'), to).prints).toBe('two')
})
