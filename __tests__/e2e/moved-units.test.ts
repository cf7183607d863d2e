import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Forgotten } from '../../src/steps/forget-units.ts'
import { fetchDependencies } from '../fixtures/cargo-project.ts'
import type { CargoProject } from '../fixtures/cargo-project.ts'
import { pathsProject } from '../fixtures/paths-project.ts'
import { forgetMovedUnits } from '../helpers/forget-moved.ts'
import { needs } from './capabilities.ts'
import { Scene } from './scene.ts'

/** Built once, and copied for each test to where another job would find it. */
let scene: Scene
let base = ''
let project: CargoProject
let cold: Built

/** Where everything was built: gone, or something else, or a link, when a test builds. */
const former = (name: 'target' | 'workspace'): string => path.join(base, 'former', name)
const kept = (name: string): string => path.join(base, 'kept', name)

interface Built {
  /** crates that rustc compiled, and build scripts that ran */
  ran: string[]
  /** `test <name> ... <result>`, sorted */
  tests: string[]
  prints: string
  verbose: string
}

async function build(workspace: string, target: string, incremental = '0'): Promise<Built> {
  const env = { CARGO_TARGET_DIR: target, CARGO_INCREMENTAL: incremental }
  const options = { cwd: workspace, env }
  const words = ['build', '--offline', '--workspace', '--all-targets', '-v']
  const { stderr } = await scene.must('cargo', words, options)
  const tested = await scene.run(
    'cargo',
    ['test', '--offline', '--tests', '--no-fail-fast'],
    options,
  )
  const { stdout } = await scene.run(path.join(target, 'debug', project.binary))
  const crates = stderr.matchAll(/Running `.*?--crate-name (\S+) .*?(--test )?--check-cfg/g)
  const scripts = stderr.matchAll(/Running `\S*\/build\/([^/]+)-[0-9a-f]{16}\/build-script-build`/g)
  return {
    ran: [
      ...[...crates].map(([, name, isTest]) => `${name}${isTest === undefined ? '' : ' (test)'}`),
      ...[...scripts].map(([, name]) => `run ${name}`),
    ].toSorted(),
    tests: tested.stdout
      .split('\n')
      .filter((line) => /^test .* \.\.\. /.test(line))
      .toSorted(),
    prints: stdout,
    verbose: stderr,
  }
}

const copy = async (from: string, to: string): Promise<unknown> =>
  scene.must('cp', ['-a', '--', from, to])

/** Another job's files at the former paths: whatever sees them gives something else away. */
function makeDecoys(target: string, workspace: string): void {
  const debug = path.join(target, 'debug')
  rmSync(path.join(debug, 'app'))
  writeFileSync(path.join(debug, 'app'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  for (const name of readdirSync(path.join(debug, 'build'))) {
    const out = path.join(debug, 'build', name, 'out')
    if (!existsSync(path.join(out, 'made.rs'))) continue
    appendFileSync(path.join(out, 'data.txt'), ' of another job')
    writeFileSync(path.join(out, 'made.rs'), 'pub const MADE: u32 = 666;\n')
  }
  for (const file of [
    'shared/file.txt',
    'app/fixture.txt',
    'asking/fixture.txt',
    'naming/text.txt',
  ]) {
    writeFileSync(path.join(workspace, file), 'of another job\n')
  }
}

beforeAll(async () => {
  scene = new Scene()
  base = scene.directory('moved')
  for (const name of ['former', 'kept', 'now']) mkdirSync(path.join(base, name))
  project = pathsProject(former('workspace'))
  fetchDependencies(project)
  cold = await build(former('workspace'), former('target'))
  for (const name of ['target', 'workspace'] as const) {
    await copy(former(name), kept(name))
    renameSync(former(name), kept(`other-${name}`))
  }
  makeDecoys(kept('other-target'), kept('other-workspace'))
}, 120_000)

afterAll(async () => scene.end(), 60_000)

/** What lies at a former path when the next job builds. */
type AtFormer = 'nothing' | 'another' | 'a link' | 'the same'

interface Place {
  target: string
  workspace: string
}

/** Puts everything where the case has it, and says where the next job has it. */
async function arrange(target: AtFormer, workspace: AtFormer): Promise<Place> {
  for (const name of ['former', 'now']) {
    rmSync(path.join(base, name), { recursive: true, force: true })
    mkdirSync(path.join(base, name))
  }
  const now = { target: path.join(base, 'now/target'), workspace: path.join(base, 'now/workspace') }
  if (target === 'a link') {
    await copy(kept('target'), former('target'))
    renameSync(former('target'), now.target)
    symlinkSync(now.target, former('target'))
  } else await copy(kept('target'), now.target)
  if (target === 'another') await copy(kept('other-target'), former('target'))
  if (workspace === 'the same') now.workspace = former('workspace')
  if (workspace === 'another') await copy(kept('other-workspace'), former('workspace'))
  await copy(kept('workspace'), now.workspace)
  return now
}

function forget({ target, workspace }: Place, atTarget: AtFormer): Forgotten {
  const isLink = atTarget === 'a link'
  return forgetMovedUnits({
    target,
    aliases: isLink ? [former('target')] : [],
    formerTargets: isLink ? [] : [former('target')],
    formerWorkspaces: workspace === former('workspace') ? [] : [former('workspace')],
  })
}

/** `debug/app-0123456789abcdef bin-app` → `app bin-app`, sorted. */
function namesOf({ units }: Forgotten): string[] {
  return units
    .map(({ unit }) => unit.replace(/^debug\//, '').replace(/-[0-9a-f]{16} /, ' '))
    .toSorted()
}

/** What had the former target directory compiled in, and what had the former workspace. */
const OF_TARGET = [
  'app bin-app',
  'app test-integration-test-paths',
  'asking lib-asking',
  'located lib-located',
]
const OF_WORKSPACE = [
  'app bin-app',
  'app test-bin-app',
  'app test-integration-test-paths',
  'asking lib-asking',
  'naming build-script-build-script-build',
  'naming lib-naming',
  'naming run-build-script-build-script-build',
  'naming test-lib-naming',
  'shape lib-shape',
  'shape test-lib-shape',
]
const OF_BOTH = [...OF_WORKSPACE, 'located lib-located'].toSorted()

/** What rustc compiles for them: each, and what depends on it. */
const RAN_FOR_TARGET = ['app', 'app (test)', 'asking', 'located', 'paths (test)', 'shown']
const RAN_FOR_WORKSPACE = [
  'app',
  'app (test)',
  'asking',
  'build_script_build',
  'naming',
  'naming (test)',
  'paths (test)',
  'run naming',
  'shape',
  'shape (test)',
  'shown',
]
const RAN_FOR_BOTH = [...RAN_FOR_WORKSPACE, 'located'].toSorted()

needs('cargo').describe('a target directory that moved', () => {
  test.each<[AtFormer, AtFormer, string[], string[]]>([
    ['a link', 'the same', [], []],
    ['a link', 'another', OF_WORKSPACE, RAN_FOR_WORKSPACE],
    ['nothing', 'the same', OF_TARGET, RAN_FOR_TARGET],
    ['another', 'the same', OF_TARGET, RAN_FOR_TARGET],
    ['another', 'another', OF_BOTH, RAN_FOR_BOTH],
    ['nothing', 'nothing', OF_BOTH, RAN_FOR_BOTH],
  ])(
    'with %s at its former path, and %s at the workspace’s, is as good as cold',
    async (target, workspace, units, ran) => {
      const now = await arrange(target, workspace)
      const forgotten = forget(now, target)
      const built = await build(now.workspace, now.target)

      expect(forgotten.whole).toBeNull()
      expect(namesOf(forgotten)).toEqual(units)
      expect(built.ran).toEqual(ran)
      expectAsCold(built)
      expect(forget(now, target)).toEqual({ units: [], whole: null })
    },
  )

  test('is as good as cold with incremental state, too', async () => {
    const first = await arrange('nothing', 'nothing')
    await build(first.workspace, first.target, '1')
    const now = { target: path.join(base, 'now/clone'), workspace: path.join(base, 'now/checkout') }
    await copy(first.target, now.target)
    await copy(first.workspace, now.workspace)
    makeDecoys(first.target, first.workspace)
    const forgotten = forgetMovedUnits({
      target: now.target,
      aliases: [],
      formerTargets: [first.target],
      formerWorkspaces: [first.workspace],
    })
    const built = await build(now.workspace, now.target, '1')

    // Of the first build, without incremental state, everything is still there, but used no more.
    expect(namesOf(forgotten)).toEqual(expect.arrayContaining(OF_BOTH))
    expect(built.ran).toEqual(RAN_FOR_BOTH)
    expectAsCold(built)
  })

  test('that no one says where it was, says so itself', async () => {
    const now = await arrange('another', 'the same')
    const forgotten = forgetMovedUnits({
      target: now.target,
      aliases: [],
      formerTargets: [],
      formerWorkspaces: [],
    })

    expect(namesOf(forgotten)).toEqual(OF_TARGET)
  })

  test('and of which nothing is forgotten shows another job’s target', async () => {
    const now = await arrange('another', 'the same')
    const built = await build(now.workspace, now.target)

    expect(built.ran).toEqual([])
    expect(built.prints).not.toBe(project.prints)
    expect(built.tests).not.toEqual(cold.tests)
  })

  test('and of which nothing is forgotten shows another job’s workspace', async () => {
    const now = await arrange('a link', 'another')
    const built = await build(now.workspace, now.target)

    // Cargo looks for changes of shared/file.txt in the other workspace, and finds one.
    expect(built.ran).toEqual(['app', 'app (test)', 'paths (test)'])
    expect(built.prints).not.toBe(project.prints)
  })
})

function expectAsCold(built: Built): void {
  expect(built.prints).toBe(project.prints)
  expect(built.tests).toEqual(cold.tests)
  for (const crate of ['serde', 'serde_core', 'thiserror', 'plain']) {
    expect(built.verbose).toMatch(new RegExp(`Fresh ${crate} v`))
  }
}
