// Giving a fresh clone its recorded mtimes, beside `git status` in such a clone: both look at every
// file of it, and only one of them changes anything. Once for a build that names every file, and once
// for one that names one in ten: the others get no time.
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Samples, must, repeat, timed } from './measure.mjs'
import { compileModules } from './modules.mjs'
import { atMost, figure, shown } from './table.mjs'

const FILES = Number(process.env.TG_BENCH_FILES ?? 50_000)
const IN_A_FOLDER = 50
const ROUNDS = 3
/** Twice as many samples where a goal is missed: each takes seconds to prepare. */
const TURNS = 2

/** Of so many files the units name one. */
const CASES = { 'all named': 1, 'one in ten named': 10 }

export async function measureMtimes(scene, node) {
  const base = `${scene.folder}/mtimes`
  const modules = compileModules(scene)
  const { recordInputs } = await import(`${modules}/steps/record-inputs.js`)
  const { restoreTimes } = await import(`${modules}/steps/restore-times.js`)
  const [origin, clone] = ['origin', 'clone'].map((name) => `${base}/${name}`)
  growRepository(origin)
  must(base, 'git', ['clone', '--quiet', origin, clone])
  const samples = new Samples()
  const sides = { status: () => timed('git', ['-C', clone, 'status', '--porcelain'], process.env) }
  for (const [which, step] of Object.entries(CASES)) {
    const target = `${base}/target-${step}`
    growUnit(target, step)
    const recording = { target, workspace: origin, unchanging: [] }
    const inputs = await recordInputs(recording)
    const named = Math.ceil(FILES / step)
    sides[`restore, ${which}`] = async () => {
      const started = performance.now()
      const restoring = { target, workspace: clone, inputs, isOwnWorkspace: false }
      const { problem, kept } = await restoreTimes(restoring)
      const ms = performance.now() - started
      if (problem !== null || kept !== named) throw new Error(`${kept} kept: ${problem}`)
      return ms
    }
    sides[`record, ${which}`] = async () => {
      const started = performance.now()
      await recordInputs(recording)
      return performance.now() - started
    }
  }
  const round = async (turn) => {
    const order = Object.entries(sides)
    for (const [side, measure] of turn % 2 === 0 ? order : order.toReversed()) {
      if (!side.startsWith('record')) await freshen(clone)
      samples.add(side, await measure())
    }
  }
  const shared = { node: node.name, samples, right: 'status', goal: atMost(1.5) }
  const figuresOf = (which) => [
    figure({
      ...shared,
      what: `restoring mtimes (${FILES} files, ${which}) : \`git status\``,
      left: `restore, ${which}`,
    }),
    figure({
      ...shared,
      what: `recording inputs (${FILES} files, ${which}) : \`git status\``,
      left: `record, ${which}`,
      goal: shown,
    }),
  ]
  return repeat(ROUNDS, round, () => Object.keys(CASES).flatMap(figuresOf), TURNS)
}

/** Makes it what a clone is: all files new, and an index that knows them. Cloning takes far longer. */
async function freshen(clone) {
  must(clone, 'sh', ['-c', 'git ls-files -z | xargs -0 touch'])
  // What is as new as the index is read again by git: on a fresh clone the last few files are.
  await sleep(1100)
  must(clone, 'git', ['update-index', '-q', '--refresh'])
}

function fileAt(index) {
  return `crate-${Math.floor(index / IN_A_FOLDER)}/file-${index}.rs`
}

function growRepository(folder) {
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < FILES; index += 1) {
    if (index % IN_A_FOLDER === 0) mkdirSync(dirname(`${folder}/${fileAt(index)}`))
    writeFileSync(`${folder}/${fileAt(index)}`, `pub const N: u32 = ${index};\n`)
  }
  // Names of units are relative to where these lie.
  writeFileSync(`${folder}/Cargo.toml`, '[package]\nname = "unit"\n')
  writeFileSync(`${folder}/Cargo.lock`, '')
  must(folder, 'git', ['init', '--quiet'])
  // Collecting garbage in the background would disturb the clones.
  must(folder, 'git', ['config', 'gc.auto', '0'])
  must(folder, 'git', ['add', '--all'])
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost']
  must(folder, 'git', [...who, 'commit', '--quiet', '--message', 'all'])
}

/** One unit that names one file of so many, built after all of them were written. */
function growUnit(target, step) {
  const unit = 'unit-0123456789abcdef'
  const prints = `${target}/debug/.fingerprint/${unit}`
  mkdirSync(prints, { recursive: true })
  mkdirSync(`${target}/debug/deps`)
  writeFileSync(`${prints}/lib-unit`, '')
  writeFileSync(`${prints}/invoked.timestamp`, '')
  const soon = Date.now() / 1000 + 0.1
  utimesSync(`${prints}/invoked.timestamp`, soon, soon)
  const names = Array.from({ length: FILES }, (_, index) => fileAt(index))
  const named = names.filter((_, index) => index % step === 0)
  const rule = `${target}/debug/deps/${unit}.d: ${named.join(' ')}\n`
  writeFileSync(`${target}/debug/deps/${unit}.d`, rule)
}
