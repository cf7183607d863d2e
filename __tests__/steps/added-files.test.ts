import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, utimesSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { BuildInputs } from '../../src/plan/build-inputs.ts'
import { parseBuildInputs, encodeBuildInputs } from '../../src/plan/build-inputs.ts'
import { recordInputs } from '../../src/steps/record-inputs.ts'
import { restoreTimes } from '../../src/steps/restore-times.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { LIGHT_PROFILES } from '../fixtures/cargo-project.ts'
import { buildAndRun } from '../fixtures/native-project.ts'
import { git, mtimeOf, put, putUnit, soon } from '../helpers/built-checkout.ts'

const scene = useScene()

/** Reads a folder, as include_dir does: rustc is told of the files that are there, and of no folder. */
const MACRO = `
use proc_macro::TokenStream;

#[proc_macro]
pub fn texts(_: TokenStream) -> TokenStream {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/assets";
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let all: String = paths.iter().map(|path| format!("include_str!({path:?}),")).collect();
    format!("&[{all}]").parse().unwrap()
}
`

const manifest = (name: string): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`

needs('cargo').test(
  'a file that was added to a folder which a macro reads is built in',
  async () => {
    const base = scene().directory('added')
    const [origin, workspace, target] = [`${base}/origin`, `${base}/workspace`, `${base}/target`]
    put(
      origin,
      'Cargo.toml',
      `[workspace]\nmembers = ["app", "texts"]\nresolver = "2"\n${LIGHT_PROFILES}`,
    )
    put(origin, 'texts/Cargo.toml', `${manifest('texts')}[lib]\nproc-macro = true\n`)
    put(origin, 'texts/src/lib.rs', MACRO)
    put(
      origin,
      'app/Cargo.toml',
      `${manifest('app')}[dependencies]\ntexts = { path = "../texts" }\n`,
    )
    put(origin, 'app/src/main.rs', 'fn main() {\n    print!("{}", texts::texts!().concat());\n}\n')
    put(origin, 'app/assets/a', 'one')
    git(base, 'init', '--quiet', 'origin')
    const checkOut = (): void => {
      rmSync(workspace, { recursive: true, force: true })
      git(base, 'clone', '--quiet', origin, 'workspace')
    }
    const commit = (): void => {
      git(origin, 'add', '--all')
      git(origin, 'commit', '--quiet', '--message', 'all')
      checkOut()
    }
    commit()
    expect(buildAndRun(workspace, target)).toBe('one')
    git(workspace, 'add', 'Cargo.lock')
    let inputs = await recordInputs({ target, workspace, unchanging: [] })
    execFileSync('cp', [`${workspace}/Cargo.lock`, origin])
    const restore = async (): Promise<number> => {
      const { kept, problem } = await restoreTimes({
        target,
        workspace,
        inputs,
        isOwnWorkspace: false,
      })
      expect(problem).toBeNull()
      return kept
    }

    put(origin, 'app/assets/b', ' two')
    put(origin, 'docs/notes', 'of nobody')
    commit()
    const kept = await restore()
    expect(buildAndRun(workspace, target)).toBe('one two')

    // Once more, with nothing new: all looks as old as it is.
    inputs = await recordInputs({ target, workspace, unchanging: [] })
    checkOut()
    expect(await restore()).toBeGreaterThan(kept)
  },
)

test('what no git lists, and what was there without, has nothing look new', async () => {
  const base = scene().directory('beside')
  const [workspace, target] = [`${base}/workspace`, `${base}/target`]
  put(workspace, 'Cargo.toml', '[package]\nname = "unit"\n')
  put(workspace, 'Cargo.lock', '')
  put(workspace, 'src/lib.rs', 'one')
  put(workspace, 'src/report', 'of a step')
  git(base, 'init', '--quiet', 'workspace')
  git(workspace, 'add', 'Cargo.toml', 'Cargo.lock', 'src/lib.rs')
  git(workspace, 'commit', '--quiet', '--message', 'all')
  putUnit(target, ['src/lib.rs'])
  const mtimeNs = mtimeOf(`${workspace}/src/lib.rs`)
  const recorded = await recordInputs({ target, workspace, unchanging: [] })
  await soon()
  expect(recorded.beside).toEqual(['src/report'])
  const isKept = async (inputs: BuildInputs): Promise<boolean> => {
    utimesSync(`${workspace}/src/lib.rs`, 1, 1)
    await restoreTimes({ target, workspace, inputs, isOwnWorkspace: false })
    return mtimeOf(`${workspace}/src/lib.rs`) === mtimeNs
  }
  put(workspace, 'src/later', 'of a step')
  expect(await isKept(recorded)).toBe(true)
  git(workspace, 'add', 'src/report')
  expect(await isKept(recorded)).toBe(true)
  git(workspace, 'add', 'src/later')
  expect(await isKept(recorded)).toBe(false)
  // A seed of an earlier version does not say what there was.
  const { beside: _, ...earlier } = JSON.parse(encodeBuildInputs(recorded)) as Record<
    string,
    unknown
  >
  const old = parseBuildInputs(JSON.stringify(earlier))
  if (typeof old === 'string') throw new Error(old)
  expect(await isKept(old)).toBe(true)
  expect(readFileSync(`${workspace}/src/lib.rs`, 'utf8')).toBe('one')
})
