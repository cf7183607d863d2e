// From the end of the checkout to the first compile of a job with a real target directory: what main
// takes with each kind of seed, beside main without one, cp(1), and the archives of cache actions.
// On ext4, xfs and btrfs; needs root.
import { mkdirSync } from 'node:fs'
import { pack, pruneLikeRustCache, unpacking } from './archive.mjs'
import { makeDisk, removeDisk, usedBytes } from './disks.mjs'
import { Samples, must, repeat, timed } from './measure.mjs'
import { cratesOf, growProject } from './project.mjs'
import { makeRunner } from './scene.mjs'
import { atLeast, atMost, figure, shown } from './table.mjs'
import { build, dropJob, endJob, startJob } from './warm-job.mjs'

/** Eight make a target directory of 2 GB. */
const MEMBERS = Number(process.env.TG_BENCH_MEMBERS ?? 8)
const ROUNDS = Number(process.env.TG_BENCH_WARM_ROUNDS ?? 5)
const DISK_MB = 16 * 1024

const MAIN = 'refs/heads/main'
const REFLINK = { cp: ['-a', '--reflink=always'], most: 1.3, disk: 0.02, ref: 'refs/pull/2/merge' }
/** Hard links are for the default branch alone. */
const HYBRID = { cp: ['-al'], most: 3, disk: 0.1, ref: MAIN }
const DISKS = { ext4: HYBRID, xfs: REFLINK, btrfs: REFLINK }

export async function measureWarm(scene, node) {
  const repository = `${scene.folder}/warm-repository`
  growProject(repository, MEMBERS)
  const figures = []
  for (const type of Object.keys(DISKS)) {
    // All at one path, so that one build does for each.
    const disk = makeDisk(scene, { type, megabytes: DISK_MB, name: 'warm-disk' })
    const root = `${disk.mount}/root`
    const runner = makeRunner(scene, 'warm')
    const host = { scene, node, runner, root, repository }
    const stash = `${scene.folder}/warm-stash`
    if (figures.length === 0) {
      makeSources(host)
      must('/', 'cp', ['-a', root, stash])
    } else must('/', 'cp', ['-a', stash, root])
    figures.push(...(await measureOn(type, host, disk.mount)))
    removeDisk(disk)
  }
  return figures
}

/** A snapshot of the default branch, built for this, and a slot of a pull request that came from it. */
function makeSources(host) {
  for (const ref of [MAIN, PULL]) {
    const started = startJob(host, { ref })
    build(started)
    endJob(started, host.node)
  }
}

const PULL = 'refs/pull/1/merge'

async function measureOn(type, host, mount) {
  const { cp, most, disk, ref } = DISKS[type]
  const { node } = host
  const source = sourceOf(host.root)
  const [archive, pruned] = makeArchives(source, mount)
  const samples = new Samples()
  const main = (kind, want) => {
    const started = startJob(host, want)
    if (started.seed !== kind) throw new Error(`the seed is ${started.seed}, not ${kind}`)
    return started
  }
  const seeded =
    (kind, want, name = kind) =>
    () => {
      const before = usedBytes(mount)
      const started = main(kind, want)
      samples.add(`${name} MB`, (usedBytes(mount) - before) / 1e6)
      samples.add(`pre of ${name}`, started.preMs)
      dropJob(started)
      return started.ms
    }
  const made = (program, words) => () => {
    mkdirSync(`${mount}/made`)
    const ms = timed(program, words, process.env)
    must('/', 'rm', ['-rf', `${mount}/made`])
    return ms
  }
  const sides = {
    bare: seeded('cold', { ref: 'refs/pull/3/merge', warm: 'off' }),
    inherit: () => {
      const started = main('inherit', { ref: PULL })
      build(started)
      endJob(started, node)
      return started.ms
    },
    clone: seeded('clone', { ref, warm: 'clone' }),
    'clone of its own': seeded(
      'clone',
      { ref, warm: 'clone', isHurried: true },
      'clone of its own',
    ),
    copy: seeded('copy', { ref: 'refs/pull/4/merge', warm: 'copy' }),
    cp: made('cp', [...cp, source, `${mount}/made/target`]),
    archive: made('tar', unpacking(archive, `${mount}/made`)),
    pruned: made('tar', unpacking(pruned, `${mount}/made`)),
  }
  samples.add('source MB', sizeOf(source))
  const round = (turn) => {
    const names = Object.keys(sides)
    for (const name of turn % 2 === 0 ? names : names.toReversed()) {
      must('/', 'sync', ['-f', mount])
      samples.add(name, sides[name]())
    }
    for (const name of ['inherit', 'clone', 'clone of its own', 'copy']) {
      samples.add(`${name} − bare`, samples.of(name).at(-1) - samples.of('bare').at(-1))
    }
    const [pre, barePre] = ['clone', 'cold'].map((name) => samples.of(`pre of ${name}`).at(-1))
    samples.add('pre − bare', pre - barePre)
  }
  return repeat(ROUNDS, round, () => figuresOf({ type, cp, most, disk, node, samples }))
}

function figuresOf({ type, cp, most, disk, node, samples }) {
  const shared = { node: node.name, samples }
  const over = (name, goal) => ({
    what: `${type}: main with ${name} − without a seed, ms`,
    node: node.name,
    sides: `${samples.median(name).toFixed(0)} ms − ${samples.median('bare').toFixed(0)} ms`,
    count: samples.of(name).length,
    value: samples.median(`${name} − bare`),
    goal,
  })
  const ratio = (what, left, right, goal, unit = 'ms') =>
    figure({ ...shared, what: `${type}: ${what}`, left, right, goal, unit })
  return [
    over('inherit', atMost(50)),
    over('clone', shown),
    over('clone of its own', shown),
    {
      what: `${type}: pre that has it cloned − pre that has not, ms`,
      node: node.name,
      sides: `${samples.median('pre of clone').toFixed(0)} ms − ${samples.median('pre of cold').toFixed(0)} ms`,
      count: samples.of('pre − bare').length,
      value: samples.median('pre − bare'),
      goal: shown,
    },
    over('copy', shown),
    ratio(`clone, what it adds : \`cp ${cp.join(' ')}\``, 'clone − bare', 'cp', atMost(most)),
    ratio('clone, extra disk : its source', 'clone MB', 'source MB', atMost(disk), 'MB'),
    ratio('tar and zstd : main with inherit', 'archive', 'inherit', atLeast(10)),
    ratio('tar and zstd : main with clone', 'archive', 'clone', atLeast(10)),
    ratio('rust-cache’s archive : main with inherit', 'pruned', 'inherit', shown),
    ratio('rust-cache’s archive : main with clone', 'pruned', 'clone', shown),
  ]
}

/** The target directory of the snapshot. */
function sourceOf(root) {
  const found = must('/', 'find', [`${root}/.target-guard/snapshots`, '-name', '.rustc_info.json'])
  return found.split('\n')[0].replace(/\/.rustc_info.json$/, '')
}

/** Of all of it, and of what rust-cache keeps. */
function makeArchives(source, mount) {
  const [whole, pruned, tree] = ['whole.tzst', 'pruned.tzst', 'pruned'].map(
    (name) => `${mount}/${name}`,
  )
  pack(source, whole)
  must('/', 'cp', ['-a', source, tree])
  pruneLikeRustCache(tree, cratesOf(MEMBERS))
  pack(tree, pruned)
  must('/', 'rm', ['-rf', tree])
  return [whole, pruned]
}

function sizeOf(folder) {
  return Number(must('/', 'du', ['-s', '--block-size=1', folder]).split('\t')[0]) / 1e6
}
