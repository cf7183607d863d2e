// A slot that is handed down again and again while its dependencies change: its size beside that of a
// cold build of the last revision. Once a crate changes among others that stay, once all there is changes
// with every revision: then what two builds in a row did not use is most of it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { must, timed } from './measure.mjs'
import { commit, fetchInto, growProject } from './project.mjs'
import { makeRunner } from './scene.mjs'
import { atMost } from './table.mjs'
import { BUILD, build, endJob, startJob } from './warm-job.mjs'

const RUNS = Number(process.env.TG_BENCH_CHAIN_RUNS ?? 50)

/** Of the public registry, small; two of them at a time. */
const REGISTRY = ['itoa', 'ryu', 'fastrand', 'either', 'bytes', 'memchr', 'semver', 'slab']

export async function measureChain(scene, node) {
  const kinds = [
    { what: 'one crate of two with others every time', members: 1, incremental: '0' },
    { what: 'the same, incremental', members: 1, incremental: '1' },
    { what: 'all crates others every time', members: 0, incremental: '0' },
    { what: 'all, incremental', members: 0, incremental: '1' },
  ]
  return kinds.map((kind, index) => measureIn(scene, node, `${scene.folder}/chain-${index}`, kind))
}

function measureIn(scene, node, base, { what, members, incremental }) {
  const repository = `${base}/repository`
  growProject(repository, members)
  const workspace = readFileSync(`${repository}/Cargo.toml`, 'utf8').replace(
    'members = [',
    '$&"app", ',
  )
  writeFileSync(`${repository}/Cargo.toml`, workspace)
  const runner = makeRunner(scene, 'chain')
  const host = { scene, node, runner, root: `${base}/root`, repository }
  let target = ''
  for (let run = 1; run <= RUNS; run += 1) {
    writeRevision(repository, run)
    const started = startJob(host, { ref: 'refs/pull/1/merge', incremental })
    const isWarm = started.seed === 'inherit'
    if (isWarm === (run === 1)) throw new Error(`run ${run}: the seed is ${started.seed}`)
    build(started)
    target = started.target
    endJob(started, node)
  }
  const cold = `${base}/cold`
  timed('cargo', [...BUILD, '--manifest-path', `${repository}/Cargo.toml`], {
    ...process.env,
    CARGO_INCREMENTAL: incremental,
    CARGO_TARGET_DIR: cold,
  })
  const [last, fresh] = [target, cold].map((folder) => megabytesOf(folder))
  return {
    what: `slot after ${RUNS} runs, ${what} : built cold`,
    node: node.name,
    sides: `${last.toFixed(1)} MB : ${fresh.toFixed(1)} MB`,
    count: RUNS,
    value: last / fresh,
    goal: atMost(1.5),
  }
}

/** A program with a crate of its own that is another one in every revision, and others that come and go. */
function writeRevision(repository, run) {
  const [app, name] = [`${repository}/app`, `own${run}`]
  rmSync(app, { recursive: true, force: true })
  for (const folder of [app, `${app}/${name}`]) mkdirSync(`${folder}/src`, { recursive: true })
  writeFileSync(`${app}/${name}/Cargo.toml`, head(name))
  writeFileSync(`${app}/${name}/src/lib.rs`, `pub fn number() -> u32 { ${run} }\n`)
  const fetched = [0, 1].map((each) => `${REGISTRY[(run + each) % REGISTRY.length]} = "*"\n`)
  const dependencies = `[dependencies]\n${name} = { path = "${name}" }\n${fetched.join('')}`
  writeFileSync(`${app}/Cargo.toml`, `${head('app')}${dependencies}`)
  writeFileSync(`${app}/src/main.rs`, `fn main() { println!("{}", ${name}::number()) }\n`)
  fetchInto(repository)
  commit(repository, `revision ${run}`)
}

function head(name) {
  return `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`
}

function megabytesOf(folder) {
  return Number(must('/', 'du', ['-s', '--block-size=1', folder]).split('\t')[0]) / 1e6
}
