// The inventory of many worktrees with target dirs, beside du(1) over the same trees and one git
// status in each. TG_BENCH_WORKTREE_FILES=20000 for target dirs of full size: two million files.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { Samples, repeat, timed } from './measure.mjs'
import { atMost, figure } from './table.mjs'

const WORKTREES = Number(process.env.TG_BENCH_WORKTREES ?? 100)
const FILES = Number(process.env.TG_BENCH_WORKTREE_FILES ?? 2000)
const SOURCES = 100
const IN_A_FOLDER = 2000
const ROUNDS = 5

export async function measureWorktrees(scene, node) {
  const { folder, trees } = grownIn(scene)
  const samples = new Samples()
  const env = { ...process.env, ...GIT }
  const sides = {
    worktrees: () => timed(node.path, [scene.entry('cli'), 'worktrees', folder, '--json'], env),
    peers: () =>
      timed('du', ['-s', ...trees], env) +
      trees.reduce(
        (sum, tree) => sum + timed('git', ['-C', tree, 'status', '--porcelain'], env),
        0,
      ),
  }
  const round = (turn) => {
    for (const side of turn % 2 === 0 ? ['worktrees', 'peers'] : ['peers', 'worktrees']) {
      samples.add(side, sides[side]())
    }
  }
  // Once for the caches of the kernel, which both sides then have.
  sides.peers()
  return repeat(ROUNDS, round, () => [
    figure({
      what: `worktrees, ${WORKTREES} with ${FILES} files each : du -s and git status in each`,
      node: node.name,
      samples,
      left: 'worktrees',
      right: 'peers',
      goal: atMost(1.2),
    }),
  ])
}

/** Grown once for a scene: two million files take longer than all that is measured on them. */
function grownIn(scene) {
  if (scene.worktrees === undefined) {
    const folder = `${scene.folder}/worktrees`
    scene.undo.push(() => spawnSync('rm', ['-rf', folder]))
    scene.worktrees = { folder, trees: growWorktrees(folder) }
  }
  return scene.worktrees
}

const GIT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@example.com',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@example.com',
}

/** One repository, and worktrees of it that all have a target dir; their paths. */
function growWorktrees(folder) {
  const main = `${folder}/main`
  mkdirSync(`${main}/src`, { recursive: true })
  for (let index = 0; index < SOURCES; index += 1) {
    writeFileSync(`${main}/src/file${index}.rs`, `// ${index}\n`)
  }
  writeFileSync(`${main}/.gitignore`, '/target\n')
  git(folder, 'init', '--quiet', main)
  git(main, 'add', '--all')
  git(main, 'commit', '--quiet', '-m', 'first')
  return Array.from({ length: WORKTREES }, (_, index) => {
    const tree = `${folder}/pool/tree${index}`
    git(main, 'worktree', 'add', '--quiet', '--detach', tree)
    growTarget(`${tree}/target`)
    return tree
  })
}

function growTarget(target) {
  mkdirSync(`${target}/debug`, { recursive: true })
  writeFileSync(`${target}/CACHEDIR.TAG`, 'Signature: 8a477f597d28d172789f06886806bc55\n')
  writeFileSync(`${target}/.rustc_info.json`, '{}')
  for (let index = 0; index < FILES; index += 1) {
    const folder = `${target}/debug/part${Math.floor(index / IN_A_FOLDER)}`
    if (index % IN_A_FOLDER === 0) mkdirSync(folder)
    writeFileSync(`${folder}/unit${index}.o`, 'x')
  }
}

function git(cwd, ...words) {
  const { status, stderr } = spawnSync('git', words, {
    cwd,
    env: { ...process.env, ...GIT },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`)
}
