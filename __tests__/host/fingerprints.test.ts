import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { dropFingerprint } from '../../src/host/fingerprints.ts'
import { LIGHT_PROFILES, writeProject } from '../fixtures/cargo-project.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'tg-fingerprints-'))
})
afterEach(() => rmSync(base, { recursive: true }))

const manifest = (name: string, more = ''): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${more}`

const SCRIPT = `fn main() {
    println!("cargo:rerun-if-changed=word.txt");
    println!("cargo:rustc-env=WORD={}", std::fs::read_to_string("word.txt").unwrap());
}`

test.each([
  ['', []],
  ['as -Zbuild-dir-new-layout has it', ['-Zbuild-dir-new-layout']],
])('without its fingerprint a build script is run, and what depends on it built %s', (_, words) => {
  const workspace = path.join(base, 'workspace')
  const target = path.join(base, 'target')
  mkdirSync(workspace)
  writeProject(workspace, {
    'Cargo.toml': `[workspace]\nmembers = ["said", "app"]\nresolver = "2"\n${LIGHT_PROFILES}`,
    'said/Cargo.toml': manifest('said'),
    'said/build.rs': SCRIPT,
    'said/src/lib.rs': 'pub const WORD: &str = env!("WORD");',
    'app/Cargo.toml': manifest('app', '[dependencies]\nsaid = { path = "../said" }\n'),
    'app/src/main.rs': 'fn main() { print!("{}", said::WORD) }',
  })
  const file = path.join(workspace, 'said/word.txt')
  const build = (): string => {
    const env = { ...process.env, CARGO_TARGET_DIR: target, RUSTC_BOOTSTRAP: '1' }
    execFileSync('cargo', ['build', '-q', '--offline', ...words], { cwd: workspace, env })
    return execFileSync(`${target}/debug/app`, [], { encoding: 'utf8' })
  }
  writeFileSync(file, 'one')
  expect(build()).toBe('one')
  const { atime, mtime } = statSync(file)
  writeFileSync(file, 'two')
  utimesSync(file, atime, mtime)
  expect(build()).toBe('one')
  for (const each of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (path.basename(each).startsWith('run-build-script-') && !each.endsWith('.json')) {
      dropFingerprint(target, path.dirname(each))
    }
  }
  expect(build()).toBe('two')
})
