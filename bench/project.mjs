// A real project to build: a workspace whose crates use serde, tokio, regex and others of the public
// registry, with programs and tests, in a git repository.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { must } from './measure.mjs'

const DEPENDENCIES = `
clap = { version = "4", features = ["derive"] }
futures = "0.3"
regex = "1"
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["full"] }
toml = "0.9"
`

const TYPES = 24
const TESTS = 3

/**
 * Makes the repository: crates in a chain, each with a library, a program and tests of its own, all
 * of which link what the registry has. Fetches what this machine lacks.
 */
export function growProject(folder, members) {
  const put = (name, text) => {
    mkdirSync(dirname(`${folder}/${name}`), { recursive: true })
    writeFileSync(`${folder}/${name}`, text)
  }
  const names = Array.from({ length: members }, (_, index) => `part${index}`)
  const list = names.map((name) => `"${name}"`).join(', ')
  put('Cargo.toml', `[workspace]\nresolver = "2"\nmembers = [${list}]\n`)
  put('.gitignore', '/target\n')
  for (const [index, name] of names.entries()) {
    const before = index === 0 ? null : names[index - 1]
    const path = before === null ? '' : `${before} = { path = "../${before}" }\n`
    const head = `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`
    put(`${name}/Cargo.toml`, `${head}\n[dependencies]${DEPENDENCIES}${path}`)
    put(`${name}/src/lib.rs`, libraryOf(before))
    put(`${name}/src/main.rs`, programOf(name))
    for (let test = 0; test < TESTS; test += 1) put(`${name}/tests/t${test}.rs`, testOf(name, test))
  }
  if (members > 0) fetchInto(folder)
  must(folder, 'git', ['init', '--quiet', '--initial-branch', 'main'])
  // Collecting garbage in the background would disturb what is measured.
  must(folder, 'git', ['config', 'gc.auto', '0'])
  commit(folder, 'all')
}

/** Asks the network only where this machine lacks something. */
export function fetchInto(folder) {
  try {
    must(folder, 'cargo', ['fetch', '--offline'])
  } catch {
    must(folder, 'cargo', ['fetch'])
  }
}

/** What the workspace’s own crates are called, its tests, too. */
export function cratesOf(members) {
  const parts = Array.from({ length: members }, (_, index) => `part${index}`)
  return new Set([...parts, ...Array.from({ length: TESTS }, (_, index) => `t${index}`)])
}

/** Changes what the last crate holds, on which no other depends, and commits it. */
export function changeLeaf(folder, members, value) {
  const path = `${folder}/part${members - 1}/src/lib.rs`
  const [text] = readFileSync(path, 'utf8').split(MARK)
  writeFileSync(path, `${text}${MARK}pub fn changed() -> u32 { ${value} }\n`)
  commit(folder, `change ${value}`)
}

const MARK = '// What follows changes.\n'

export function commit(folder, message) {
  must(folder, 'git', ['add', '--all'])
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost']
  must(folder, 'git', [...who, 'commit', '--quiet', '--message', message])
}

/** Replaces a checkout by a fresh clone of the repository. */
export function checkOut(repository, folder) {
  must('/', 'rm', ['-rf', folder])
  must('/', 'git', ['clone', '--quiet', repository, folder])
}

function libraryOf(before) {
  const types = Array.from(
    { length: TYPES },
    (_, index) => `
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct T${index} { pub number: u64, pub name: String, pub list: Vec<u32>, pub may: Option<i64> }
`,
  )
  const inner = before === null ? '0' : `${before}::count()`
  return `use serde::{Deserialize, Serialize};
${types.join('')}
pub fn count() -> usize {
    let text = serde_json::to_string(&T0::default()).unwrap();
    let back: toml::Table = toml::from_str("a = 1").unwrap();
    regex::Regex::new("[0-9]+").unwrap().find_iter(&text).count() + back.len() + ${inner}
}

pub fn wait() -> usize {
    tokio::runtime::Runtime::new().unwrap().block_on(async { futures::future::ready(count()).await })
}

#[test]
fn counts() { assert!(wait() > 0) }
`
}

function programOf(name) {
  return `use clap::Parser;

#[derive(Parser)]
struct Words { #[arg(long, default_value_t = 1)] times: usize }

fn main() { println!("{}", Words::parse().times * ${name}::wait()) }
`
}

function testOf(name, number) {
  return `#[test]
fn counts_${number}() { assert!(${name}::wait() > ${number}) }
`
}
