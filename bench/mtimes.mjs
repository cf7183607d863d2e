// Giving a fresh clone its recorded mtimes, beside `git status` in such a clone: both look at every
// file of it, and only one of them changes anything.
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Samples, must, repeat, timed } from './measure.mjs'
import { compileModules } from './modules.mjs'
import { atMost, figure } from './table.mjs'

const FILES = Number(process.env.TG_BENCH_FILES ?? 50_000)
const IN_A_FOLDER = 50
const ROUNDS = 3
/** Twice as many samples where a goal is missed: each takes seconds to prepare. */
const TURNS = 2

export async function measureMtimes(scene, node) {
  const base = `${scene.folder}/mtimes`
  const modules = compileModules(scene)
  const { recordInputs } = await import(`${modules}/steps/record-inputs.js`)
  const { restoreTimes } = await import(`${modules}/steps/restore-times.js`)
  const [origin, clone, target] = ['origin', 'clone', 'target'].map((name) => `${base}/${name}`)
  growRepository(origin)
  growUnit(target)
  must(base, 'git', ['clone', '--quiet', origin, clone])
  const recording = { target, workspace: origin, unchanging: [] }
  const inputs = await recordInputs(recording)
  const samples = new Samples()
  const sides = {
    restore: async () => {
      const started = performance.now()
      const restoring = { target, workspace: clone, inputs, isOwnWorkspace: false }
      const { problem, kept } = await restoreTimes(restoring)
      const ms = performance.now() - started
      if (problem !== null || kept !== FILES) throw new Error(`${kept} kept: ${problem}`)
      return ms
    },
    status: () => timed('git', ['-C', clone, 'status', '--porcelain'], process.env),
  }
  const round = async (turn) => {
    for (const side of turn % 2 === 0 ? ['restore', 'status'] : ['status', 'restore']) {
      await freshen(clone)
      samples.add(side, await sides[side]())
    }
    const started = performance.now()
    await recordInputs(recording)
    samples.add('record', performance.now() - started)
  }
  const [count, name] = [`${FILES} files`, node.name]
  const [goal, right] = [atMost(1.5), 'status']
  const shared = { node: name, samples, right, goal }
  return repeat(
    ROUNDS,
    round,
    () => [
      figure({ ...shared, what: `restoring mtimes (${count}) : \`git status\``, left: 'restore' }),
      figure({ ...shared, what: `recording inputs (${count}) : \`git status\``, left: 'record' }),
    ],
    TURNS,
  )
}

/** Makes it what a clone is: all files new, and an index that knows them. Cloning takes far longer. */
async function freshen(clone) {
  must(clone, 'sh', ['-c', 'git ls-files -z | xargs -0 touch'])
  // What is as new as the index is read again by git: on a fresh clone the last few files are.
  await sleep(1100)
  must(clone, 'git', ['update-index', '-q', '--refresh'])
}

function growRepository(folder) {
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < FILES; index += 1) {
    const within = `${folder}/crate-${Math.floor(index / IN_A_FOLDER)}`
    if (index % IN_A_FOLDER === 0) mkdirSync(within)
    writeFileSync(`${within}/file-${index}.rs`, `pub const N: u32 = ${index};\n`)
  }
  must(folder, 'git', ['init', '--quiet'])
  // Collecting garbage in the background would disturb the clones.
  must(folder, 'git', ['config', 'gc.auto', '0'])
  must(folder, 'git', ['add', '--all'])
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost']
  must(folder, 'git', [...who, 'commit', '--quiet', '--message', 'all'])
}

/** One unit, built of one file, after all of them were written. */
function growUnit(target) {
  const unit = 'unit-0123456789abcdef'
  const prints = `${target}/debug/.fingerprint/${unit}`
  mkdirSync(prints, { recursive: true })
  mkdirSync(`${target}/debug/deps`)
  writeFileSync(`${prints}/lib-unit`, '')
  writeFileSync(`${prints}/invoked.timestamp`, '')
  const soon = Date.now() / 1000 + 0.1
  utimesSync(`${prints}/invoked.timestamp`, soon, soon)
  writeFileSync(`${target}/debug/deps/${unit}.d`, `${target}/debug/deps/${unit}.d: /etc/hostname\n`)
}
