// What a phase costs as there is more: leases, slots of its own to prune, files in them.
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { Samples, repeat } from './measure.mjs'
import {
  fillLikeCargo,
  makeJob,
  makeOthersLeases,
  makeRunner,
  makeStaleSlot,
  passStateOn,
  removeJob,
  runPhase,
  takeTemplate,
  emptyTrash,
} from './scene.mjs'
import { atMost, figure, within } from './table.mjs'

const LEASE_ROUNDS = 21
const TREE_ROUNDS = 25
const OTHERS = 1000
const STALE = 50

/** Pre with many leases of others and many stale slots, beside pre with none. */
export async function measureLeases(scene, node) {
  const runner = makeRunner(scene, `leases-${node.name}`)
  const none = `${scene.folder}/leases-none-${node.name}`
  const many = `${scene.folder}/leases-many-${node.name}`
  takeTemplate(node, scene, runner, none)
  const template = takeTemplate(node, scene, runner, many)
  makeOthersLeases(many, template, OTHERS)
  const samples = new Samples()
  const sample = (name, root) => {
    const job = makeJob(scene, runner, root)
    samples.add(name, runPhase(node, job, 'pre'))
    removeJob(job)
  }
  const round = async (turn) => {
    for (let index = 0; index < STALE; index += 1) makeStaleSlot(many, template, fillLikeCargo)
    if (turn % 2 === 0) sample('none', none)
    sample('many', many)
    await emptyTrash(many)
    if (turn % 2 === 1) sample('none', none)
  }
  return repeat(LEASE_ROUNDS, round, () => [
    figure({
      what: `pre, ${OTHERS} leases of others and ${STALE} own stale slots : none`,
      node: node.name,
      samples,
      left: 'many',
      right: 'none',
      goal: atMost(3),
    }),
  ])
}

const SIZES = { small: 10, large: 200_000 }

/**
 * Pre that prunes a slot, and post that retires its own, with few files in it and with many.
 *
 * One tree of each size serves all rounds: it is taken back out of the trash before the reaper, which
 * takes longer to start than pre and post to end, gets to it; where it was faster, the tree is made
 * again.
 */
export async function measureTrees(scene, node) {
  const runner = makeRunner(scene, `trees-${node.name}`)
  const root = `${scene.folder}/trees-${node.name}`
  const template = takeTemplate(node, scene, runner, root)
  const samples = new Samples()
  const round = async (turn) => {
    const sizes = Object.keys(SIZES)
    for (const size of turn % 2 === 0 ? sizes : sizes.toReversed()) {
      const tree = readyTree(scene, size)
      const stale = makeStaleSlot(root, template, (slot) => moveInto(slot, tree))
      const job = makeJob(scene, runner, root)
      samples.add(`pre ${size}`, runPhase(node, job, 'pre'))
      moveBack(root, stale.id, tree)
      const { lease, prepared } = passStateOn(job)
      await emptyTrash(root)
      moveInto(prepared.targetDirectory, readyTree(scene, size))
      // A failed job's slot is not kept: post retires it.
      job.env['INPUT_JOB-STATUS'] = 'failure'
      samples.add(`post ${size}`, runPhase(node, job, 'post'))
      moveBack(root, lease, tree)
      await emptyTrash(root)
    }
  }
  return repeat(TREE_ROUNDS, round, () =>
    ['pre', 'post'].map((phase) =>
      figure({
        what: `${phase}, slot of ${SIZES.large} files : of ${SIZES.small}`,
        node: node.name,
        samples,
        left: `${phase} large`,
        right: `${phase} small`,
        goal: within(0.9, 1.1),
      }),
    ),
  )
}

/** A tree of this size, with Cargo's folders: half of the files lie in deps. */
export function readyTree(scene, size) {
  const path = `${scene.folder}/tree-${size}`
  for (const [name, count] of foldersOf(SIZES[size])) {
    const folder = `${path}/${name}`
    mkdirSync(folder, { recursive: true })
    if (readdirSync(folder).length === count) continue
    for (let index = 0; index < count; index += 1) writeFileSync(`${folder}/unit-${index}`, '')
  }
  writeFileSync(`${path}/.cargo-lock`, '')
  return path
}

function foldersOf(files) {
  const units = Math.max(1, Math.round(files / 1000))
  const each = Math.round(files / 4 / units)
  const folders = [['deps', files / 2]]
  for (let index = 0; index < units; index += 1) {
    folders.push([`.fingerprint/unit-${index}`, each], [`incremental/unit-${index}`, each])
  }
  return folders
}

function moveInto(slot, tree) {
  renameSync(tree, `${slot}/debug`)
}

function moveBack(root, id, tree) {
  try {
    renameSync(`${root}/.target-guard/trash/${id}/debug`, tree)
  } catch (error) {
    // The reaper was faster.
    if (error.code !== 'ENOENT') throw error
  }
}
