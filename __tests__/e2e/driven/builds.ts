import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { encodeBuildInputs } from '../../../src/plan/build-inputs.ts'
import type { BuildInputs, Input } from '../../../src/plan/build-inputs.ts'
import { encodeRecord } from '../../../src/plan/build-record.ts'
import type { BuildRecord } from '../../../src/plan/build-record.ts'
import { buildEnvironment, snapshotName } from '../../../src/plan/snapshot.ts'
import type { Snapshot } from '../../../src/plan/snapshot.ts'
import { dropLease } from '../../../src/host/leases.ts'
import { removeEmptyParents } from '../../../src/host/slots.ts'
import { folderOf, listSnapshots, publish } from '../../../src/host/snapshots.ts'
import { HASH, cargoTree } from '../../helpers/cargo-tree.ts'
import type { Placed, Stage } from './stage.ts'

/** What rustc says in jobs that are seeded. */
export const TOOLCHAIN = 'rustc 1.0.0 (a stand-in)\nhost: nowhere'

/** What decides what their target dirs are good for, beside what this process was started with. */
export const BUILDING = { CARGO_INCREMENTAL: '0' }

const WRITTEN_S = 900_000_000
const BUILT_S = 1_000_000_000
const OUT_OF_USE = 'gone-fedcba9876543210'

/** Where the checkout of the runner under test lies. */
export function workspaceOf(stage: Pick<Stage, 'base'>): string {
  return path.join(stage.base, 'alpha/_work/demo/demo')
}

/** A checkout whose files are all older than any build: one as it was built from, and one that changed. */
export function checkOut(stage: Pick<Stage, 'base'>): void {
  const folder = path.join(workspaceOf(stage), 'src')
  mkdirSync(folder, { recursive: true })
  for (const name of ['same', 'changed']) {
    const file = path.join(folder, `${name}.rs`)
    writeFileSync(file, name)
    utimesSync(file, WRITTEN_S, WRITTEN_S)
  }
  writeFileSync(path.join(workspaceOf(stage), 'Cargo.toml'), '[package]\nname = "one"\n')
}

/** Whether the file that changed since the build looks as if it had not. */
export function looksUnchanged(stage: Pick<Stage, 'base'>): boolean {
  return statSync(path.join(workspaceOf(stage), 'src/changed.rs')).mtimeMs <= BUILT_S * 1000
}

function inputOf(name: string, content: string): Input {
  return {
    path: `src/${name}.rs`,
    kind: 'file',
    id: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    isExecutable: false,
    size: content.length,
    mtimeNs: `${WRITTEN_S}000000000`,
    units: [],
  }
}

/** What a build of that checkout had as inputs. */
export function inputsOf(stage: Pick<Stage, 'base'>): BuildInputs {
  return {
    version: 1,
    workspace: workspaceOf(stage),
    toolchain: TOOLCHAIN,
    former: [],
    gaps: [],
    lost: [],
    whole: [''],
    beside: null,
    newestNs: `${BUILT_S}000000000`,
    inputs: [inputOf('same', 'same'), inputOf('changed', 'before')],
  }
}

/** Puts a build of Cargo's shape into a slot; `mark` tells it from others. */
export function putBuild(stage: Stage, { slot }: Placed, mark: string): void {
  const target = path.join(stage.path, slot)
  cargoTree(target)
  const unit = `${target}/debug/.fingerprint/${OUT_OF_USE}`
  mkdirSync(unit)
  writeFileSync(`${unit}/lib-gone`, '')
  writeFileSync(`${target}/debug/deps/libmark-${HASH}.rlib`, mark)
  // Only what a unit names is an input.
  const said = `debug/deps/libone-${HASH}.rlib: src/same.rs src/changed.rs\n`
  writeFileSync(`${target}/debug/deps/one-${HASH}.d`, said)
  writeFileSync(`${target}/debug/.fingerprint/one-${HASH}/invoked.timestamp`, '')
  const outputs = { 1: { success: true, stdout: `${TOOLCHAIN}\n` } }
  writeFileSync(`${target}/.rustc_info.json`, JSON.stringify({ outputs }))
  for (const file of filesIn(target)) utimesSync(file, BUILT_S, BUILT_S)
}

/** Leaves a build as a job that has ended well leaves it. */
export function leaveBuild(stage: Stage, mark = 'old', runId = '1001'): Placed {
  const placed = stage.place({ runId, empty: true, end: {} })
  putBuild(stage, placed, mark)
  const known = { workspace: workspaceOf(stage), common: '', toolchain: TOOLCHAIN, inputs: true }
  const unused = { [`debug/${OUT_OF_USE}`]: 2 }
  const record: BuildRecord = { version: 1, ...known, times: '', generation: 0, former: [], unused }
  writeFileSync(stage.control(`leases/${placed.id}.build`), encodeRecord(record))
  writeFileSync(stage.control(`leases/${placed.id}.inputs`), encodeBuildInputs(inputsOf(stage)))
  return placed
}

/** Digest of what decides what a target dir is good for in the jobs of these tests. */
export function environmentDigest(): string {
  return buildEnvironment({ ...process.env, ...BUILDING })
}

/** Leaves a published build; of another job, which is nobody's seed, where one is named. */
export function leaveSnapshot(stage: Stage, mark = 'old', job = 'build'): void {
  const { id, slot } = leaveBuild(stage, mark)
  const { root } = stage
  const environment = environmentDigest()
  const of = { owner: 'octo-org', repository: 'demo', workflow: '', job, leg: '' }
  const runnerKey = stage.owner('alpha', stage.cast.gone).runner.key
  const snapshot: Snapshot = {
    version: 1,
    id,
    workflow: '',
    job,
    leg: '',
    toolchain: TOOLCHAIN,
    environment,
    workspace: workspaceOf(stage),
    runnerKey,
    former: [slot],
    generation: 0,
    inputs: true,
    times: '',
    unused: { [`debug/${OUT_OF_USE}`]: 2 },
    publishedMs: Date.now() - 1000,
    revision: '',
  }
  const inputs = encodeBuildInputs(inputsOf(stage))
  const name = snapshotName(of, TOOLCHAIN, environment)
  publish(root, slot, name, snapshot, { inputs, linked: [] })
  dropLease(root, id, false)
  removeEmptyParents(root, slot)
}

/** Every file of a tree with its content and time, a line each, sorted; none where there is no tree. */
export function manifest(tree: string): string[] {
  if (!existsSync(tree)) return []
  return filesIn(tree)
    .map((file) => {
      const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
      return `${path.relative(tree, file)} ${digest} ${statSync(file).mtimeMs}`
    })
    .toSorted()
}

/** Manifests of the published builds that have a record. */
export function publishedManifests(stage: Stage): string[][] {
  return listSnapshots(stage.root).map(({ name, snapshot }) =>
    snapshot === null ? ['without a record'] : manifest(`${folderOf(stage.root, name)}/tree`),
  )
}

function filesIn(tree: string): string[] {
  return readdirSync(tree, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
}
