import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeBuildInputs, parseBuildInputs } from '../../src/plan/build-inputs.ts'
import type { BuildInputs } from '../../src/plan/build-inputs.ts'
import { encodeRestored, parseRestored } from '../../src/plan/restored.ts'
import { recordInputs } from '../../src/steps/record-inputs.ts'
import { restoreTimes } from '../../src/steps/restore-times.ts'
import type { RestoredTimes } from '../../src/steps/restore-times.ts'
import { inputsProject } from '../fixtures/inputs-project.ts'
import { buildApp } from '../helpers/build-app.ts'
import { forgetMovedUnits } from '../helpers/forget-moved.ts'

/** One build, recorded; each test uses a copy of it with a checkout of its own. */
let base = ''
let inputs: BuildInputs
const at = (...parts: readonly string[]): string => path.join(base, ...parts)

const ODD = 'leaf/src/odd name.txt'

/** Long before anything is built here. */
const LONG_AGO = new Date('2001-02-03T04:05:06Z')
const NEVER = new Date('2099-01-01T00:00:00Z')

function run(program: string, words: readonly string[], cwd: string): string {
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  return execFileSync(program, words, { cwd, encoding: 'utf8', stdio: [...stdio] })
}

function git(cwd: string, ...words: readonly string[]): string {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'init.defaultBranch=main']
  return run('git', [...who, ...words], cwd)
}

beforeAll(async () => {
  base = mkdtempSync(path.join(realpathSync(tmpdir()), 'tg-restore-'))
  inputsProject(at('one'))
  symlinkSync('shared.txt', at('one/app/linked.txt'))
  writeGenerated(at('one'), 'generated-1')
  git(base, 'init', '--quiet', 'one')
  git(at('one'), 'add', '--all')
  git(at('one'), 'commit', '--quiet', '--message', 'first')
  git(at('one'), 'switch', '--quiet', '--create', 'other')
  writeFileSync(at('one', ODD), 'odd-0\n')
  git(at('one'), 'commit', '--quiet', '--all', '--message', 'second')
  git(at('one'), 'switch', '--quiet', 'main')
  buildApp(at('one'), at('target'))
  inputs = await recordInputs({ target: at('target'), workspace: at('one'), unchanging: [] })
  run('cp', ['-a', at('beside'), at('beside-1')], base)
  renameSync(at('target'), at('seed'))
  renameSync(at('one'), at('origin'))
}, 300_000)

afterAll(() => rmSync(base, { recursive: true, force: true }))

function writeGenerated(workspace: string, text: string): void {
  mkdirSync(path.join(workspace, 'generated'), { recursive: true })
  writeFileSync(path.join(workspace, 'generated/version.txt'), `${text}\n`)
}

/** Puts the seed where it was built, and everything beside the workspace as it was. */
function seed(): string {
  for (const name of ['target', 'beside']) rmSync(at(name), { recursive: true, force: true })
  run('cp', ['-a', at('seed'), at('target')], base)
  run('cp', ['-a', at('beside-1'), at('beside')], base)
  return at('target')
}

/** A fresh clone, with what a step would generate. */
function checkOut(name = 'one'): string {
  const workspace = at(name)
  rmSync(workspace, { recursive: true, force: true })
  git(base, 'clone', '--quiet', 'origin', name)
  writeGenerated(workspace, 'generated-1')
  return workspace
}

function change(workspace: string, file: string, text: string): void {
  writeFileSync(path.join(workspace, file), text)
  utimesSync(path.join(workspace, file), LONG_AGO, LONG_AGO)
}

async function restore(
  workspace: string,
  overrides: Partial<Parameters<typeof restoreTimes>[0]> = {},
): Promise<RestoredTimes> {
  const target = at('target')
  return restoreTimes({ target, workspace, inputs, isOwnWorkspace: false, ...overrides })
}

/** What was compiled after restoring; what it prints is what a cold build prints. */
async function rebuilt(workspace: string): Promise<string[]> {
  const { problem } = await restore(workspace)
  expect(problem).toBeNull()
  const warm = buildApp(workspace, at('target'))
  const cold = buildApp(workspace, at('cold'))
  rmSync(at('cold'), { recursive: true })
  expect(warm.prints).toBe(cold.prints)
  return warm.compiled
}

test('the record is complete, and survives being written down', () => {
  expect(inputs.gaps).toEqual([])
  expect(inputs.lost).toEqual([])
  expect(parseBuildInputs(encodeBuildInputs(inputs))).toEqual(inputs)
  expect(inputs.inputs.filter(({ id }) => id === 'unproven')).toEqual([])
})

test('without it everything is compiled again', () => {
  seed()
  expect(buildApp(checkOut(), at('target')).compiled).toEqual([
    'app',
    'leaf',
    'listing',
    'listless',
  ])
})

test('nothing is compiled where nothing changed', async () => {
  seed()
  const workspace = checkOut()
  expect(await rebuilt(workspace)).toEqual([])
})

test('in a checkout at another path only what knows that path is compiled', async () => {
  seed()
  const workspace = checkOut('two')
  // Cargo itself notes the absolute path of what lies in none of the unit's own folders.
  const moved = { target: at('target'), aliases: [], formerTargets: [] }
  const forgotten = forgetMovedUnits({ ...moved, formerWorkspaces: [inputs.workspace] })
  expect(forgotten.whole).toBeNull()
  expect(await rebuilt(workspace)).toEqual(['app'])
})

describe('what changed is compiled again', () => {
  test.each<[string, (workspace: string) => void, string[]]>([
    [
      'a leaf',
      (workspace) => change(workspace, 'leaf/src/inner.rs', 'pub fn inner() -> u32 { 2 }\n'),
      ['app', 'leaf'],
    ],
    ['a file of the same size', (workspace) => change(workspace, ODD, 'odd-2\n'), ['app', 'leaf']],
    [
      'a file that is gone',
      (workspace) => {
        rmSync(path.join(workspace, 'leaf/src/inner.rs'))
        change(workspace, 'leaf/src/lib.rs', 'pub fn leaf() -> u32 { 3 }\n')
      },
      ['app', 'leaf'],
    ],
    [
      'a file in a folder that a build script names',
      (workspace) => change(workspace, 'listing/data/deep/b.txt', 'b-2\n'),
      ['app', 'listing'],
    ],
    [
      'a file more in a folder that a build script names',
      (workspace) => change(workspace, 'listing/data/deep/c.txt', 'c-1\n'),
      ['app', 'listing'],
    ],
    [
      'a file less in a folder that a build script names',
      (workspace) => {
        rmSync(path.join(workspace, 'listing/data/a.txt'))
        utimesSync(path.join(workspace, 'listing/data'), LONG_AGO, LONG_AGO)
      },
      ['app', 'listing'],
    ],
    [
      'a file that a build script reads and does not name',
      (workspace) => change(workspace, 'listless/notes/one.txt', 'one-2\n'),
      ['app', 'listless'],
    ],
    [
      'a file more that a build script reads and does not name',
      (workspace) => change(workspace, 'listless/notes/three.txt', 'three-1\n'),
      ['app', 'listless'],
    ],
    [
      'a file less that a build script reads and does not name',
      (workspace) => rmSync(path.join(workspace, 'listless/notes/one.txt')),
      ['app', 'listless'],
    ],
    [
      'an ignored file out of an archive',
      (workspace) => change(workspace, 'generated/version.txt', 'generated-2\n'),
      ['app'],
    ],
    [
      'where a link leads',
      (workspace) => {
        change(workspace, 'app/other.txt', 'others\n')
        rmSync(path.join(workspace, 'app/linked.txt'))
        symlinkSync('other.txt', path.join(workspace, 'app/linked.txt'))
        run('touch', ['-h', '-d', '2001-01-01', 'app/linked.txt'], workspace)
      },
      ['app'],
    ],
    [
      'where a link leads, to what is tracked and unchanged',
      (workspace) => {
        rmSync(path.join(workspace, 'app/linked.txt'))
        symlinkSync('../leaf/src/odd name.txt', path.join(workspace, 'app/linked.txt'))
      },
      ['app'],
    ],
    [
      'a file that became a link to one that is unchanged',
      (workspace) => {
        rmSync(path.join(workspace, 'generated/version.txt'))
        symlinkSync('../app/shared.txt', path.join(workspace, 'generated/version.txt'))
      },
      ['app'],
    ],
    [
      'a folder that became a link',
      (workspace) => {
        rmSync(path.join(workspace, 'generated'), { recursive: true })
        mkdirSync(path.join(workspace, 'elsewhere'))
        change(workspace, 'elsewhere/version.txt', 'generated-3\n')
        symlinkSync('elsewhere', path.join(workspace, 'generated'))
      },
      ['app'],
    ],
    [
      'a package beside the workspace',
      () => change(at('beside'), 'word.txt', 'beside-2'),
      ['app', 'beside'],
    ],
  ])('%s', async (_, act, expected) => {
    seed()
    const workspace = checkOut()
    act(workspace)
    expect(await rebuilt(workspace)).toEqual(expected)
  })
})

async function record(restored: RestoredTimes): Promise<BuildInputs> {
  return recordInputs({
    target: at('target'),
    workspace: at('one'),
    unchanging: [],
    restored: parseRestored(encodeRestored(restored.restored)),
  })
}

/** A job on another branch, in a checkout of its own. */
async function jobOnOther(): Promise<BuildInputs> {
  seed()
  const workspace = checkOut()
  git(workspace, 'switch', '--quiet', 'other')
  const restored = await restore(workspace)
  expect(buildApp(workspace, at('target')).compiled).toEqual(['app', 'leaf'])
  return record(restored)
}

describe('over several jobs', () => {
  test('nothing is compiled in the second on the same branch', async () => {
    const recorded = await jobOnOther()
    expect(recorded.inputs.filter(({ id }) => id === 'unproven')).toEqual([])
    const workspace = checkOut()
    git(workspace, 'switch', '--quiet', 'other')
    expect((await restore(workspace, { inputs: recorded })).problem).toBeNull()
    expect(buildApp(workspace, at('target')).compiled).toEqual([])
  })

  test('older content is compiled again', async () => {
    const recorded = await jobOnOther()
    const workspace = checkOut()
    expect((await restore(workspace, { inputs: recorded })).problem).toBeNull()
    const { compiled, prints } = buildApp(workspace, at('target'))
    expect(compiled).toEqual(['app', 'leaf'])
    expect(prints).toContain('odd-1')
  })

  test('a runner that kept its workspace, where a file is older than the seed, compiles it', async () => {
    seed()
    const workspace = checkOut()
    git(workspace, 'switch', '--quiet', 'other')
    run(
      'find',
      ['.', '-path', './.git', '-prune', '-o', '-exec', 'touch', '-d@1', '{}', '+'],
      workspace,
    )
    git(workspace, 'update-index', '--refresh')
    expect(await rebuilt(workspace)).toEqual(['app', 'leaf'])
  })

  test('what an archive put back after the times were restored is noticed by the next', async () => {
    seed()
    const workspace = checkOut()
    const restored = await restore(workspace)
    change(workspace, 'generated/version.txt', 'generated-4\n')
    // Nobody could have told Cargo.
    expect(buildApp(workspace, at('target')).compiled).toEqual([])
    const recorded = await record(restored)
    const next = checkOut()
    writeGenerated(next, 'generated-4')
    expect((await restore(next, { inputs: recorded })).problem).toBeNull()
    const { compiled, prints } = buildApp(next, at('target'))
    expect(compiled).toEqual(['app'])
    expect(prints).toContain('generated-4')
  })

  test('what is missing when times are restored, and put there later with an old time, is compiled', async () => {
    seed()
    const workspace = checkOut()
    rmSync(path.join(workspace, 'generated'), { recursive: true })
    const { problem, forgotten } = await restore(workspace)
    expect(problem).toBeNull()
    expect(forgotten).toHaveLength(1)
    mkdirSync(path.join(workspace, 'generated'))
    change(workspace, 'generated/version.txt', 'generated-5\n')
    const { compiled, prints } = buildApp(workspace, at('target'))
    expect(compiled).toEqual(['app'])
    expect(prints).toContain('generated-5')
  })

  test('a time in the future hides no change of its package', async () => {
    seed()
    const workspace = checkOut()
    const restored = await restore(workspace)
    utimesSync(path.join(workspace, 'listless/notes/two.txt'), NEVER, NEVER)
    buildApp(workspace, at('target'))
    const recorded = await record(restored)
    const next = checkOut()
    change(next, 'listless/notes/one.txt', 'one-9\n')
    expect((await restore(next, { inputs: recorded })).problem).toBeNull()
    expect(buildApp(next, at('target')).prints).toContain('one-9')
  })
})
