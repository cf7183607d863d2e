// What a look at the disks and a plan cost on a host that is full of slots, beside an empty root.
//
// No disk here holds 1,000 slots of 200,000 files each. Of these 1,000 slots one really holds so many,
// this runner's own, and the others what a small project leaves: a pre that walked the trees would
// take several times as long for the large one alone, and look at 25,000 files of the others.
import { mkdirSync, renameSync } from 'node:fs'
import { Samples, repeat } from './measure.mjs'
import { readyTree } from './scale.mjs'
import {
  fillLikeCargo,
  makeJob,
  makeOthersLeases,
  makeOwnLease,
  makeRunner,
  removeJob,
  runPhase,
  takeTemplate,
} from './scene.mjs'
import { atMost, figure } from './table.mjs'

const ROUNDS = 7
const SLOTS = 1000
/** Below a floor, whatever the disk; whose slots these are is not known, so none may go. */
const CRITICAL = {
  TARGET_GUARD_MIN_FREE_PERCENT: '100',
  TARGET_GUARD_ON_CRITICAL: 'warn',
}

export async function measurePressure(scene, node) {
  const runner = makeRunner(scene, `pressure-${node.name}`)
  const roots = Object.fromEntries(
    ['empty', 'full'].map((name) => [name, `${scene.folder}/pressure-${name}-${node.name}`]),
  )
  takeTemplate(node, scene, runner, roots.empty)
  const template = takeTemplate(node, scene, runner, roots.full)
  const own = makeOwnLease(roots.full, template)
  const large = readyTree(scene, 'large')
  fillSlots(roots.full, makeOthersLeases(roots.full, template, SLOTS - 1))
  mkdirSync(`${roots.full}/${own}`, { recursive: true })
  renameSync(large, `${roots.full}/${own}/debug`)
  const samples = new Samples()
  const sample = (name) => {
    for (const [level, settings] of Object.entries({ ok: {}, critical: CRITICAL })) {
      const job = makeJob(scene, runner, roots[name])
      Object.assign(job.env, settings)
      const check = level === 'ok' ? undefined : /The job goes on all the same/
      samples.add(`${name} ${level}`, runPhase(node, job, 'pre', check))
      removeJob(job)
    }
  }
  const round = (turn) => {
    const names = Object.keys(roots)
    for (const name of turn % 2 === 0 ? names : names.toReversed()) sample(name)
  }
  const figures = await repeat(ROUNDS, round, () =>
    ['ok', 'critical'].map((level) =>
      figure({
        what: `pre on ${level === 'ok' ? 'a disk with room' : 'a critical disk, nothing stale'}, ${SLOTS} slots : none`,
        node: node.name,
        samples,
        left: `full ${level}`,
        right: `empty ${level}`,
        goal: atMost(2),
      }),
    ),
  )
  renameSync(`${roots.full}/${own}/debug`, large)
  return figures
}

function fillSlots(root, slots) {
  for (const slot of slots) {
    mkdirSync(`${root}/${slot}`, { recursive: true })
    fillLikeCargo(`${root}/${slot}`)
  }
}
