import { existsSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import type { BuildInputs } from '../../src/plan/build-inputs.ts'
import { recordInputs } from '../../src/steps/record-inputs.ts'
import { restoreTimes } from '../../src/steps/restore-times.ts'
import type { RestoredTimes } from '../../src/steps/restore-times.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { buildApp } from '../helpers/build-app.ts'
import { git, put } from '../helpers/built-checkout.ts'

// What looks unchanged when times are set, and is not what was built when Cargo looks. Each file that was
// compared is as old as the build then, and whatever else lies in the checkout is younger: so all of this is
// compiled. It would not be if units were made young in place of their files being made old.

const scene = useScene()

interface Places {
  base: string
  target: string
  /** a fresh clone, at the path at which it was built */
  workspace: string
  inputs: BuildInputs
}

const manifest = (name: string, more = ''): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`

/** In OUT_DIR it makes a file of its own, and a link to the assets of the workspace. */
const SCRIPT = `
use std::{env, fs, os::unix::fs::symlink};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let (here, out) = (env::var("CARGO_MANIFEST_DIR").unwrap(), env::var("OUT_DIR").unwrap());
    fs::write(format!("{out}/made.rs"), "pub const MADE: u32 = 1;").unwrap();
    let _ = symlink(format!("{here}/../assets"), format!("{out}/assets"));
}
`

async function built(): Promise<Places> {
  const base = scene().directory('later')
  const [workspace, target] = [`${base}/one`, `${base}/target`]
  put(workspace, 'Cargo.toml', '[workspace]\nmembers = ["app", "leaf"]\nresolver = "2"\n')
  put(workspace, 'app/Cargo.toml', manifest('app', '[dependencies]\nleaf = { path = "../leaf" }\n'))
  put(workspace, 'app/src/part.rs', 'pub const PART: u32 = 1;\n')
  const said = 'println!("{} {} {}", leaf::MADE, leaf::WORD, part::PART)'
  put(workspace, 'app/src/main.rs', `mod part;\nfn main() { ${said} }\n`)
  put(workspace, 'ci/part.rs', 'pub const PART: u32 = 2;\n')
  put(workspace, 'assets/word.txt', 'one')
  put(workspace, 'leaf/Cargo.toml', manifest('leaf'))
  put(workspace, 'leaf/build.rs', SCRIPT)
  const word = 'include_str!(concat!(env!("OUT_DIR"), "/assets/word.txt"))'
  const made = 'include!(concat!(env!("OUT_DIR"), "/made.rs"));'
  put(workspace, 'leaf/src/lib.rs', `${made}\npub const WORD: &str = ${word};\n`)
  await scene().must('cargo', ['generate-lockfile', '--offline'], { cwd: workspace })
  git(base, 'init', '--quiet', 'one')
  git(workspace, 'add', '--all')
  git(workspace, 'commit', '--quiet', '--message', 'first')
  expect(buildApp(workspace, target).prints).toBe('1 one 1')
  const inputs = await recordInputs({ target, workspace, unchanging: [] })
  expect(inputs.gaps).toEqual([])
  renameSync(workspace, `${base}/origin`)
  await cloned({ base, workspace })
  return { base, target, workspace, inputs }
}

/** Clones anew, and waits until that is a moment ago, as in a job: else a unit could not be younger. */
async function cloned({ base, workspace }: Pick<Places, 'base' | 'workspace'>): Promise<void> {
  rmSync(workspace, { recursive: true, force: true })
  git(base, 'clone', '--quiet', 'origin', 'one')
  await setTimeout(120)
}

async function restored({ target, workspace, inputs }: Places): Promise<RestoredTimes> {
  const restoring = { target, workspace, inputs, isOwnWorkspace: false }
  const times = await restoreTimes(restoring)
  expect(times.problem).toBeNull()
  return times
}

needs('cargo').describe('what is compiled', () => {
  test('a file that another one of the checkout is moved over', async () => {
    const at = await built()
    await restored(at)
    renameSync(`${at.workspace}/ci/part.rs`, `${at.workspace}/app/src/part.rs`)
    expect(buildApp(at.workspace, at.target).prints).toBe('1 one 2')
  })

  test('a file out of an archive that was made between the build and the checkout', async () => {
    const at = await built()
    await restored(at)
    const since = Number(BigInt(at.inputs.newestNs) / 1_000_000n) / 1000 + 0.02
    put(at.workspace, 'app/src/part.rs', 'pub const PART: u32 = 3;\n')
    utimesSync(`${at.workspace}/app/src/part.rs`, since, since)
    expect(buildApp(at.workspace, at.target).prints).toBe('1 one 3')
  })

  test('what a link in OUT_DIR leads to in the checkout, when a commit changed it', async () => {
    const at = await built()
    put(`${at.base}/origin`, 'assets/word.txt', 'two')
    git(`${at.base}/origin`, 'commit', '--quiet', '--all', '--message', 'second')
    await cloned(at)
    await restored(at)
    expect(buildApp(at.workspace, at.target).prints).toBe('1 two 1')
  })

  test('what a build script wrote and no compiler has read', async () => {
    const at = await built()
    const { restored: known } = await restored(at)
    const builds = `${at.target}/debug/build`
    const label = readdirSync(builds).find((name) => existsSync(`${builds}/${name}/out`)) ?? ''
    put(`${builds}/${label}/out`, 'made.rs', 'pub const MADE: u32 = 2;\n')
    const { target, workspace } = at
    const inputs = await recordInputs({ target, workspace, unchanging: [], restored: known })
    await cloned(at)
    await restored({ ...at, inputs })
    expect(buildApp(workspace, target).prints).toBe('2 one 1')
  })

  test('what changed in a job that did not build it', async () => {
    const at = await built()
    const { target, workspace } = at
    put(`${at.base}/origin`, 'app/src/part.rs', 'pub const PART: u32 = 4;\n')
    git(`${at.base}/origin`, 'commit', '--quiet', '--all', '--message', 'second')
    git(workspace, 'pull', '--quiet')
    const { restored: known } = await restored(at)
    const inputs = await recordInputs({ target, workspace, unchanging: [], restored: known })
    await cloned(at)
    await restored({ ...at, inputs })
    expect(buildApp(workspace, target).prints).toBe('1 one 4')
  })
})

/** Two workspaces, of which each has a package whose files have the same paths, as far as both have them. */
async function twoRoots(): Promise<Pick<Places, 'base' | 'target' | 'workspace'>> {
  const base = scene().directory('two-roots')
  const workspace = `${base}/one`
  for (const [root, name, main] of [
    ['.', 'app', 'first'],
    ['tools', 'tool', 'second'],
  ] as const) {
    const program = `[[bin]]\nname = "app"\npath = "src/${main}.rs"\n`
    put(workspace, `${root}/Cargo.toml`, '[workspace]\nmembers = ["app"]\nresolver = "2"\n')
    put(workspace, `${root}/app/Cargo.toml`, manifest(name, program))
    const body = 'mod part;\nfn main() { println!("{}", part::PART) }\n'
    put(workspace, `${root}/app/src/${main}.rs`, body)
    put(workspace, `${root}/app/src/part.rs`, `pub const PART: &str = "${root} 1";\n`)
    const cwd = `${workspace}/${root}`
    await scene().must('cargo', ['generate-lockfile', '--offline'], { cwd })
  }
  git(base, 'init', '--quiet', 'one')
  git(workspace, 'add', '--all')
  git(workspace, 'commit', '--quiet', '--message', 'first')
  return { base, workspace, target: `${base}/target` }
}

needs('cargo').test(
  'a file that comes back, and may be another workspace’s, is compiled',
  async () => {
    const at = await twoRoots()
    const { target, workspace } = at
    buildApp(workspace, target)
    expect(buildApp(`${workspace}/tools`, target).prints).toBe('tools 1')
    // As a job finds it that builds one of the two, on a branch without that file of the other.
    rmSync(`${workspace}/tools/app/src/part.rs`)
    const inputs = await recordInputs({ target, workspace, unchanging: [] })
    put(workspace, 'tools/app/src/part.rs', 'pub const PART: &str = "tools 2";\n')
    git(workspace, 'commit', '--quiet', '--all', '--message', 'second')
    await setTimeout(120)
    await restored({ ...at, inputs })
    expect(buildApp(`${workspace}/tools`, target).prints).toBe('tools 2')
  },
)
