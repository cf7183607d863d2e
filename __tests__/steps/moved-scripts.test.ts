import { execFileSync } from 'node:child_process'
import { cpSync, renameSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { useScene } from '../e2e/use-scene.ts'
import { LIGHT_PROFILES, writeProject } from '../fixtures/cargo-project.ts'
import { buildAndRun, writeNativeProject } from '../fixtures/native-project.ts'
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
  expect(buildAndRun(former, target)).toBe('one')
  cpSync(former, workspace, { recursive: true, preserveTimestamps: true })
  writeFileSync(path.join(workspace, 'schema'), 'two')
  const moved = { target, aliases: [], formerTargets: [], formerWorkspaces: [former] }
  expect(forgetMovedUnits(moved)).toMatchObject({
    units: [{ why: 'it told Cargo a former path' }],
    whole: null,
  })
  expect(buildAndRun(workspace, target)).toBe('two')
})

/**
 * Keeps the object it finds, as make does, and refuses a cache that was made elsewhere, as CMake does.
 * The object holds its path in a package that is described so alone: `located`.
 */
const NATIVE = `
use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=input");
    let out = env::var("OUT_DIR").unwrap();
    let cache = Path::new(&out).join("build/CMakeCache.txt");
    let place = format!("CMAKE_CACHEFILE_DIR:INTERNAL={out}/build\\n");
    match fs::read_to_string(&cache) {
        Ok(text) => assert_eq!(text, place),
        Err(_) => {
            fs::create_dir_all(cache.parent().unwrap()).unwrap();
            fs::write(&cache, &place).unwrap();
        }
    }
    let object = Path::new(&out).join("object.rs");
    if !object.exists() {
        let told = if env!("CARGO_PKG_DESCRIPTION") == "located" { &out } else { "nowhere" };
        fs::write(&object, format!("pub const OUT: &str = {told:?};")).unwrap();
    }
    let word = fs::read_to_string("input").unwrap();
    fs::write(Path::new(&out).join("word.rs"), format!("pub const WORD: &str = {word:?};")).unwrap();
}
`

/** Where it was built, and where it lies now. */
function movedNative(name: string): { workspace: string; former: string; target: string } {
  const base = scene().directory(name)
  const at = (place: string): string => path.join(base, place)
  const [workspace, former, target] = [at('workspace'), at('former'), at('target')]
  writeNativeProject(
    workspace,
    {
      'build.rs': NATIVE,
      'main.rs': `
include!(concat!(env!("OUT_DIR"), "/object.rs"));
include!(concat!(env!("OUT_DIR"), "/word.rs"));

fn main() {
    print!("{WORD} {OUT}");
}
`,
      input: 'one',
    },
    name,
  )
  buildAndRun(workspace, former)
  renameSync(former, target)
  return { workspace, former, target }
}

test('CMake finds no cache that was made elsewhere, where what it made stays', () => {
  const { workspace, former, target } = movedNative('native')
  const moved = { target, aliases: [], formerTargets: [former], formerWorkspaces: [] }
  expect(forgetMovedUnits(moved)).toEqual({ units: [], whole: null })
  writeFileSync(path.join(workspace, 'input'), 'two')
  expect(buildAndRun(workspace, target)).toBe('two nowhere')
})

/** Has CMake's notes, which name the path, in one folder of OUT_DIR. */
const NOTES = `
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR").unwrap();
    let folder = format!("{out}/{}", env!("CARGO_PKG_DESCRIPTION"));
    fs::create_dir_all(format!("{folder}/CMakeFiles")).unwrap();
    for file in ["CMakeCache.txt", "CMakeFiles/native.txt"] {
        fs::write(format!("{folder}/{file}"), &out).unwrap();
    }
}
`

test.each([
  ['in a folder of its own counts for nobody', 'build', ['bin-app']],
  ['beside all else may be looked for', '.', ['bin-app', 'run-build-script-build-script-build']],
])('what CMake notes %s, where a program knows OUT_DIR', (_, folder, expected) => {
  const base = scene().directory('notes')
  const at = (name: string): string => path.join(base, name)
  const [workspace, former, target] = [at('workspace'), at('former'), at('target')]
  const main = 'fn main() {\n    print!("{}", env!("OUT_DIR"));\n}\n'
  writeNativeProject(workspace, { 'build.rs': NOTES, 'main.rs': main }, folder)
  buildAndRun(workspace, former)
  renameSync(former, target)
  const moved = { target, aliases: [], formerTargets: [former], formerWorkspaces: [] }
  const { units } = forgetMovedUnits(moved)
  expect(units.map(({ unit }) => unit.split(' ')[1])).toEqual(expected)
  expect(buildAndRun(workspace, target)).toMatch(new RegExp(`^${target}/`))
})

test('CMake keeps its cache where the former path leads here', () => {
  const { former, target } = movedNative('native')
  const moved = { target, aliases: [former], formerTargets: [former], formerWorkspaces: [] }
  forgetMovedUnits(moved)
  const caches = execFileSync('find', [target, '-name', 'CMakeCache.txt'], { encoding: 'utf8' })
  expect(caches).toMatch(/^.+\n$/)
})

test('a build script that is run again for its paths finds nothing of what it made', () => {
  const { workspace, former, target } = movedNative('located')
  const moved = { target, aliases: [], formerTargets: [former], formerWorkspaces: [] }
  const { units } = forgetMovedUnits(moved)
  expect(units.map(({ unit }) => unit)).toContainEqual(expect.stringMatching(/run-build-script/))
  expect(buildAndRun(workspace, target)).toMatch(new RegExp(`^one ${target}/debug/build/`))
})

/** Makes a library of C that looks for something in its installation. */
const INSTALLED = `
use std::{env, fs, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR").unwrap();
    let place = format!("{out}/install/{}", env!("CARGO_PKG_DESCRIPTION"));
    let code = format!("const char *place(void) {{ return \\"{place}\\"; }}");
    fs::create_dir_all(format!("{out}/install/lib")).unwrap();
    fs::write(format!("{out}/place.c"), code).unwrap();
    let run = |program: &str, words: &[&str]| {
        assert!(Command::new(program).args(words).current_dir(&out).status().unwrap().success());
    };
    run("cc", &["-c", "place.c"]);
    run("ar", &["crs", "install/lib/libplace.a", "place.o"]);
    println!("cargo:rustc-link-search=native={out}/install/lib");
    println!("cargo:rustc-link-lib=static=place");
}
`

test.each<[string, string, readonly unknown[]]>([
  ['lib/plug-ins', 'stays', []],
  [
    'var/cache',
    'is built again',
    [
      { unit: expect.stringMatching(/ bin-app$/), why: expect.stringContaining('app') },
      { unit: expect.stringMatching(/ run-build-script-/), why: 'it made install/lib/libplace.a' },
    ],
  ],
])('a library of C with %s, where nothing lies, %s', (place, _, forgotten) => {
  const base = scene().directory('installed')
  const at = (name: string): string => path.join(base, name)
  const [workspace, former, target] = [at('workspace'), at('former'), at('target')]
  writeNativeProject(
    workspace,
    {
      'build.rs': INSTALLED,
      'main.rs': `
extern "C" {
    fn place() -> *const std::ffi::c_char;
}

fn main() {
    print!("{}", unsafe { std::ffi::CStr::from_ptr(place()) }.to_str().unwrap());
}
`,
    },
    place,
  )
  const first = buildAndRun(workspace, former)
  expect(first).toMatch(new RegExp(`^${former}/.*/install/${place}$`))
  renameSync(former, target)
  const moved = { target, aliases: [], formerTargets: [former], formerWorkspaces: [] }
  expect(forgetMovedUnits(moved)).toEqual({ units: forgotten, whole: null })
  expect(buildAndRun(workspace, target)).toBe(
    forgotten.length === 0 ? first : first.replace(former, target),
  )
})
