// Deleting what is in the trash, beside one rm of the same trees.
import { mkdirSync, readdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { Samples, repeat, timed } from './measure.mjs'
import { makeRunner, takeTemplate } from './scene.mjs'
import { atLeast, figure } from './table.mjs'

const TREES = 8
const FOLDERS = 20
const FILES_IN_EACH = 500
const FILES = TREES * FOLDERS * FILES_IN_EACH
const ROUNDS = 3

const forestsOf = (scene) => `${scene.folder}/forests`

/**
 * Makes all trees, before anything is deleted: for minutes after it has deleted many files, ext4 is
 * slow to make new ones, as it passes over every inode that was freed not long ago.
 */
export function growForests(scene) {
  for (let round = 0; round < 2 * ROUNDS; round += 1) growForest(`${forestsOf(scene)}/${round}`)
}

/** Trees of empty files: what it takes to give blocks back is the disk's, and the same for both. */
function growForest(folder) {
  for (let tree = 0; tree < TREES; tree += 1) {
    const id = randomBytes(12).toString('hex')
    for (let index = 0; index < FOLDERS; index += 1) {
      const inside = `${folder}/${id}/debug/deps/${index}`
      mkdirSync(inside, { recursive: true })
      for (let file = 0; file < FILES_IN_EACH; file += 1) writeFileSync(`${inside}/${file}`, '')
    }
  }
}

export async function measureReap(scene, node) {
  const root = `${scene.folder}/reap-${node.name}`
  takeTemplate(node, scene, makeRunner(scene, `reap-${node.name}`), root)
  const trash = `${root}/.target-guard/trash`
  const env = { PATH: process.env.PATH, HOME: process.env.HOME }
  const samples = new Samples()
  const sides = {
    reap: (forest) => {
      rmdirSync(trash)
      renameSync(forest, trash)
      return timed(node.path, [scene.entry('cli'), 'reap', '--root', root], env)
    },
    rm: (forest) => timed('rm', ['-rf', forest], env),
  }
  const round = (turn) => {
    const names = Object.keys(sides)
    for (const side of turn % 2 === 0 ? names : names.toReversed()) {
      const [next] = readdirSync(forestsOf(scene))
      samples.add(side, FILES / sides[side](`${forestsOf(scene)}/${next}`))
    }
  }
  const figuresOf = () => [
    figure({
      what: `reap of ${TREES} trees, files per ms : one \`rm -rf\``,
      node: node.name,
      samples,
      left: 'reap',
      right: 'rm',
      unit: '/ms',
      goal: atLeast(1),
    }),
  ]
  // No trees could be made for more rounds as fast as the first ones were.
  return repeat(ROUNDS, round, figuresOf, 1)
}
