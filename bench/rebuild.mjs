// What Cargo has to do after a fresh clone of the repository, with a slot that was handed down, beside
// the build in place that per-PR target directories gave: same workspace, same target directory.
import { mkdirSync } from 'node:fs'
import { Samples, must, repeat, timed } from './measure.mjs'
import { changeLeaf, checkOut, growProject } from './project.mjs'
import { makeRunner } from './scene.mjs'
import { atLeast, atMost, figure, shown } from './table.mjs'
import { BUILD, build, endJob, startJob } from './warm-job.mjs'

const MEMBERS = Number(process.env.TG_BENCH_REBUILD_MEMBERS ?? 2)
const ROUNDS = Number(process.env.TG_BENCH_REBUILD_ROUNDS ?? 5)
const PULL = 'refs/pull/1/merge'

export async function measureRebuild(scene, node) {
  const figures = []
  for (const incremental of ['0', '1']) {
    figures.push(...(await measureWith(scene, node, incremental)))
  }
  return figures
}

async function measureWith(scene, node, incremental) {
  const base = `${scene.folder}/rebuild-${incremental}`
  const repository = `${base}/repository`
  growProject(repository, MEMBERS)
  const host = {
    scene,
    node,
    repository,
    root: `${base}/root`,
    runner: makeRunner(scene, `rebuild-${incremental}`),
  }
  const samples = new Samples()
  const place = makePlace(base, repository, incremental)
  const constant = makeConstant(host, base, incremental)
  const warm = (name, prefix) => {
    const started = startJob(host, { ref: PULL, incremental })
    if (started.seed !== 'inherit') throw new Error(`the seed is ${started.seed}`)
    samples.add(`${prefix} ${name}`, build(started))
    endJob(started, node)
  }
  const first = startJob(host, { ref: PULL, incremental })
  samples.add('cold', build(first))
  endJob(first, node)
  place.build()
  constant?.build()
  const round = (turn) => {
    const sides = [
      (name) => samples.add(`place ${name}`, place.build()),
      (name) => warm(name, 'warm'),
      ...(constant === null ? [] : [(name) => samples.add(`constant ${name}`, constant.build())]),
    ]
    const inTurn = turn % 2 === 0 ? sides : sides.toReversed()
    for (const side of inTurn) side('same')
    changeLeaf(repository, MEMBERS, turn + 1)
    place.pull()
    for (const side of inTurn) side('leaf')
  }
  const shared = { node: node.name, samples }
  const on = incremental === '0' ? 'CARGO_INCREMENTAL=0' : 'incremental'
  const ratio = (what, left, right, goal) =>
    figure({ ...shared, what: `${what} (${on})`, left, right, goal })
  return repeat(ROUNDS, round, () => [
    ratio('fresh clone, unchanged : in place', 'warm same', 'place same', atMost(1.2)),
    ratio('cold : fresh clone, unchanged', 'cold', 'warm same', atLeast(30)),
    ...(incremental === '0'
      ? [ratio('fresh clone, leaf changed : in place', 'warm leaf', 'place leaf', atMost(1.2))]
      : [
          ratio('moved path, leaf changed : in place', 'warm leaf', 'place leaf', shown),
          ratio(
            'constant path, leaf changed : in place',
            'constant leaf',
            'place leaf',
            atMost(1.2),
          ),
        ]),
  ])
}

/** What a per-PR target directory was: a workspace that is kept, and a target directory beside it. */
function makePlace(base, repository, incremental) {
  const [folder, target] = [`${base}/kept`, `${base}/kept-target`]
  checkOut(repository, folder)
  const env = { ...process.env, CARGO_INCREMENTAL: incremental, CARGO_TARGET_DIR: target }
  return {
    build: () => timed('cargo', [...BUILD, '--manifest-path', `${folder}/Cargo.toml`], env),
    pull: () => must(folder, 'git', ['pull', '--quiet']),
  }
}

/**
 * Slots that are handed down, each seen at the same path, as in a container; null without incremental
 * compilation, for which the path is the same anyway. Mounting takes root, and a namespace of its own.
 */
function makeConstant(host, base, incremental) {
  if (incremental === '0') return null
  const path = `${base}/target`
  mkdirSync(path)
  const mounted = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
  return {
    build: () => {
      const started = startJob(host, { ref: 'refs/pull/2/merge', incremental })
      const words = [...BUILD, '--manifest-path', `${started.job.env.GITHUB_WORKSPACE}/Cargo.toml`]
      const env = { ...process.env, CARGO_INCREMENTAL: '1', CARGO_TARGET_DIR: path }
      const inside = ['--mount', 'sh', '-c', mounted, 'sh', started.target, path, 'cargo', ...words]
      const ms = timed('unshare', inside, env)
      endJob(started, host.node)
      return ms
    },
  }
}
