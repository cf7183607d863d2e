import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { moveStatesOut } from '../../src/host/crate-states.ts'
import { moveUnitsOut } from '../../src/host/unit-marks.ts'
import { useScene } from '../e2e/use-scene.ts'
import { writeProject } from '../fixtures/cargo-project.ts'

const scene = useScene()

/** Every kind of thing that Cargo has rustc compile. */
const FILES = {
  'Cargo.toml': `
[package]
name = "two-words"
version = "0.1.0"
edition = "2021"

[lib]
name = "another_name"

[dependencies]
some-macros = { path = "some-macros" }

[workspace]
`,
  'build.rs': 'fn main() {}\n',
  'src/lib.rs': 'some_macros::answer!();\n',
  'src/main.rs': 'fn main() { println!("{}", another_name::answer()) }\n',
  'src/bin/second-one.rs': 'fn main() {}\n',
  'examples/show-it.rs': 'fn main() {}\n',
  'tests/whole-thing.rs': '#[test] fn whole() { assert_eq!(another_name::answer(), 42) }\n',
  'benches/how-fast.rs': '#[test] fn fast() {}\n',
  'some-macros/Cargo.toml':
    '[package]\nname = "some-macros"\nversion = "0.1.0"\nedition = "2021"\n[lib]\nproc-macro = true\n',
  'some-macros/src/lib.rs':
    '#[proc_macro] pub fn answer(_: proc_macro::TokenStream) -> proc_macro::TokenStream { "pub fn answer() -> u32 { 42 }".parse().unwrap() }\n',
}

test('what rustc keeps of crates stays with the units that it is of, and goes with them', () => {
  const base = scene().directory('states')
  const [workspace, target] = [`${base}/workspace`, `${base}/target`]
  writeProject(workspace, FILES)
  const cargo = (...words: readonly string[]): void => {
    const env = { ...process.env, CARGO_TARGET_DIR: target, CARGO_INCREMENTAL: '1' }
    execFileSync('cargo', [...words, '-q', '--offline'], { cwd: workspace, env })
  }
  cargo('check', '--all-targets')
  cargo('build', '--all-targets')
  cargo('build', '--release')
  const states = (profile: string): string[] => readdirSync(`${target}/${profile}/incremental`)
  const [debug, release] = [states('debug'), states('release')]
  const crates = new Set(debug.map((name) => name.slice(0, name.lastIndexOf('-'))))
  expect([...crates].toSorted()).toEqual([
    'another_name',
    'build_script_build',
    'how_fast',
    'second_one',
    'show_it',
    'some_macros',
    'two_words',
    'whole_thing',
  ])
  const aside = (name: string): string => {
    mkdirSync(`${base}/${name}`)
    return `${base}/${name}`
  }
  moveStatesOut(target, aside('first'))
  expect([states('debug'), states('release')]).toEqual([debug, release])

  // Those of the units that were built later go, though they are the newest of their crates.
  const before = readdirSync(`${target}/debug/.fingerprint`)
  const other = ['--config', 'profile.dev.overflow-checks=false']
  cargo('build', '--all-targets', ...other)
  const later = readdirSync(`${target}/debug/.fingerprint`).filter((each) => !before.includes(each))
  expect(states('debug').length).toBeGreaterThan(debug.length)
  moveUnitsOut(
    target,
    later.map((label) => `debug/${label}`),
    aside('later-units'),
  )
  moveStatesOut(target, aside('later'))
  expect(states('debug')).toEqual(debug)

  const units = readdirSync(`${target}/debug/.fingerprint`)
  const own = units.filter((label) => label.startsWith('two-words-'))
  const gone = own.map((label) => `debug/${label}`)
  moveUnitsOut(target, gone, aside('units'))
  moveStatesOut(target, aside('second'))
  expect(states('debug').every((name) => name.startsWith('some_macros-'))).toBe(true)
  expect(states('debug')).not.toEqual([])
  expect(states('release')).toEqual(release)
  expect(existsSync(`${base}/second/state-0`)).toBe(true)
})
