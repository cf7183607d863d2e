import { execFileSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { useScene } from '../e2e/use-scene.ts'
import { LIGHT_PROFILES, writeProject } from '../fixtures/cargo-project.ts'
import { forgetMovedUnits } from '../helpers/forget-moved.ts'

const scene = useScene()

/** Makes code of a file beside its package, which Cargo notes by its absolute path. */
const SCRIPT = `
use std::{env, fs, path::Path};

fn main() {
    let package = env::var("CARGO_MANIFEST_DIR").unwrap();
    let schema = Path::new(&package).parent().unwrap().join("schema");
    println!("cargo:rerun-if-changed={}", schema.display());
    let made = Path::new(&env::var("OUT_DIR").unwrap()).join("made.rs");
    let word = fs::read_to_string(schema).unwrap();
    fs::write(made, format!("pub const WORD: &str = {:?};", word)).unwrap();
}
`

/** Builds a workspace, and says what its program prints. */
function build(workspace: string, target: string): string {
  const env = { ...process.env, CARGO_TARGET_DIR: target }
  execFileSync('cargo', ['build', '-q', '--offline'], { cwd: workspace, env })
  return execFileSync(`${target}/debug/app`, [], { encoding: 'utf8' })
}

test('what a build script makes is of this workspace, where the former one lives on', () => {
  const base = scene().directory('moved')
  const [former, workspace, target] = ['former', 'now', 'target'].map((name) =>
    path.join(base, name),
  ) as [string, string, string]
  const manifest = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n'
  writeProject(former, {
    'Cargo.toml': `[workspace]\nmembers = ["app"]\nresolver = "2"\n${LIGHT_PROFILES}`,
    'app/Cargo.toml': manifest,
    'app/build.rs': SCRIPT,
    'app/src/main.rs': `
include!(concat!(env!("OUT_DIR"), "/made.rs"));

fn main() {
    print!("{WORD}");
}
`,
    schema: 'one',
  })
  expect(build(former, target)).toBe('one')
  cpSync(former, workspace, { recursive: true, preserveTimestamps: true })
  writeFileSync(path.join(workspace, 'schema'), 'two')
  const moved = { target, aliases: [], formerTargets: [], formerWorkspaces: [former] }
  expect(forgetMovedUnits(moved)).toMatchObject({
    units: [{ why: 'it told Cargo a former path' }],
    whole: null,
  })
  expect(build(workspace, target)).toBe('two')
})
