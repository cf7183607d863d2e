// What the keeper of a job costs beside a real build: CPU time, memory, and the build's own time.
// Builds with and without it come in pairs; for those without, it is stopped, and their time does not
// count. TG_BENCH_KEEPER_SECONDS=600 for ten minutes beside builds, which takes twenty for each node.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Samples, median, timed } from './measure.mjs'
import { makeJob, makeRunner, passStateOn, removeJob, runPhase } from './scene.mjs'
import { atMost, within } from './table.mjs'

/** For so long the keeper is measured beside builds. */
const SECONDS = Number(process.env.TG_BENCH_KEEPER_SECONDS ?? 60)
/** However slow this machine is. */
const LEAST_PAIRS = 3
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
    try {
      build('without')
    } finally {
      process.kill(keeper, 'SIGCONT')
    }
  }
  // Once for the page cache; all that the keeper took to start counts.
  build('first')
  let seconds = samples.of('first')[0] / 1000
  for (let turn = 0; seconds < SECONDS || turn < LEAST_PAIRS; turn += 1) {
    if (turn % 2 === 0) without()
    build('with')
    if (turn % 2 === 1) without()
    seconds += samples.of('with').at(-1) / 1000
  }
  const cpu = cpuSeconds(keeper)
  const [megabytes, now] = ['VmHWM', 'VmRSS'].map((name) => residentMegabytes(keeper, name))
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
      sides: `${now.toFixed(1)} MB after ${seconds.toFixed(0)} s`,
      count,
      value: megabytes,
      goal: atMost(80),
    },
    buildFigure(node, samples),
  ]
}

/** By pairs, whose builds follow each other: what else the machine does changes more slowly than that. */
function buildFigure(node, samples) {
  const [withs, withouts] = ['with', 'without'].map((name) => samples.of(name))
  const ratios = withs.map((ms, at) => ms / withouts[at])
  const noise = noiseOf(ratios)
  return {
    what: 'build with a keeper : without, median of pairs',
    node: node.name,
    sides: `${median(withs).toFixed(0)} ms : ${median(withouts).toFixed(0)} ms`,
    count: ratios.length,
    value: median(ratios),
    goal: within(1 - noise, 1 + noise),
  }
}

/** Noise so small is not told apart, and so large hides what is looked for. */
const [LEAST_NOISE, MOST_NOISE] = [0.01, 0.05]

/** How far the median of such ratios lies off by chance alone, 19 times in 20. */
function noiseOf(ratios) {
  const middle = median(ratios)
  const deviation = 1.48 * median(ratios.map((ratio) => Math.abs(ratio - middle)))
  const error = (1.25 * deviation) / Math.sqrt(ratios.length)
  return Math.min(Math.max(2 * error, LEAST_NOISE), MOST_NOISE)
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

/** `VmHWM`: the most there ever was; `VmRSS`: now. */
function residentMegabytes(pid, name) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]) * 1024) / 1e6
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
