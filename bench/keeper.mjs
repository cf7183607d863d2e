// What the keeper of a job costs beside a real build: CPU time, memory, and the build's own time.
// Builds with and without it take turns; for those without, it is stopped, and its time does not count.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Samples, timed } from './measure.mjs'
import { makeJob, makeRunner, passStateOn, removeJob, runPhase } from './scene.mjs'
import { atMost, within } from './table.mjs'

/** For so long the keeper is measured; 600 for ten minutes. */
const SECONDS = Number(process.env.TG_BENCH_KEEPER_SECONDS ?? 60)
const CRATES = 8
const TYPES = 120

/** Clock ticks in a second, as /proc counts them. */
const TICKS = 100

export async function measureKeeper(scene, node) {
  const project = `${scene.folder}/keeper-project-${node.name}`
  growProject(project)
  const runner = makeRunner(scene, `keeper-${node.name}`)
  const job = makeJob(scene, runner, `${scene.folder}/keeper-${node.name}`)
  runPhase(node, job, 'pre')
  const { lease, prepared } = passStateOn(job)
  const target = prepared.slot.targetDirectory
  const keeper = await findKeeper(`${job.root}/.target-guard/leases/${lease}.keeper`)
  const samples = new Samples()
  const build = (name) => {
    rmSync(`${target}/debug`, { recursive: true, force: true })
    const env = { ...process.env, CARGO_TARGET_DIR: target }
    const words = ['build', '--offline', '--quiet', '--manifest-path', `${project}/Cargo.toml`]
    samples.add(name, timed('cargo', words, env))
  }
  const without = () => {
    process.kill(keeper, 'SIGSTOP')
    build('without')
    process.kill(keeper, 'SIGCONT')
  }
  // Once for the page cache; all that the keeper took to start counts.
  build('first')
  let seconds = samples.of('first')[0] / 1000
  for (let turn = 0; seconds < SECONDS; turn += 1) {
    if (turn % 2 === 0) without()
    build('with')
    if (turn % 2 === 1) without()
    seconds += samples.of('with').at(-1) / 1000
  }
  const cpu = cpuSeconds(keeper)
  const megabytes = peakMegabytes(keeper)
  runPhase(node, job, 'post')
  removeJob(job)
  const count = samples.of('with').length
  return [
    {
      what: 'keeper beside a build, percent of one core',
      node: node.name,
      sides: `${((60 * cpu) / seconds).toFixed(2)} s each minute`,
      count,
      value: (100 * cpu) / seconds,
      goal: atMost(1),
    },
    {
      what: 'keeper beside a build, resident MB at most',
      node: node.name,
      sides: `${seconds.toFixed(0)} s`,
      count,
      value: megabytes,
      goal: atMost(80),
    },
    buildFigure(node, samples),
  ]
}

/** Of the fastest of each: what else the machine does only ever adds to a build. */
function buildFigure(node, samples) {
  const [left, right] = ['with', 'without'].map((name) => Math.min(...samples.of(name)))
  return {
    what: 'fastest build with a keeper : without',
    node: node.name,
    sides: `${left.toFixed(0)} ms : ${right.toFixed(0)} ms`,
    count: samples.of('with').length,
    value: left / right,
    goal: within(0.95, 1.05),
  }
}

/** The pid of a keeper, once it has noted it. */
async function findKeeper(file) {
  for (let attempt = 1; attempt <= 200; attempt += 1) {
    const text = readFileSync(file, 'utf8')
    if (text !== '') return JSON.parse(text).pid
    await sleep(50)
  }
  throw new Error(`no keeper has noted itself in ${file}`)
}

/** Its own CPU time, and that of what it measured with. */
function cpuSeconds(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS
}

function peakMegabytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 1024) / 1e6
}

/** A workspace without dependencies that takes a compiler some seconds. */
function growProject(folder) {
  const names = Array.from({ length: CRATES }, (_, index) => `part${index}`)
  for (const name of names) {
    mkdirSync(`${folder}/${name}/src`, { recursive: true })
    const manifest = `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`
    writeFileSync(`${folder}/${name}/Cargo.toml`, manifest)
    writeFileSync(`${folder}/${name}/src/lib.rs`, manyTypes())
  }
  const members = names.map((name) => `"${name}"`).join(', ')
  writeFileSync(`${folder}/Cargo.toml`, `[workspace]\nresolver = "2"\nmembers = [${members}]\n`)
  const { status, stderr } = spawnSync('cargo', ['generate-lockfile', '--offline'], { cwd: folder })
  if (status !== 0) throw new Error(String(stderr))
}

function manyTypes() {
  const derived = '#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]'
  return Array.from(
    { length: TYPES },
    (_, index) =>
      `${derived}\npub struct T${index} { pub a: u64, pub b: String, pub c: Vec<u32>, pub d: Option<i64> }\n`,
  ).join('')
}
