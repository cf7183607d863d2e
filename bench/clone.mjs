// Cloning a target directory in use, beside cp(1) on the same file system: reflinks where there are
// any, else the hybrid of hard links and copies. Needs root, for file systems in files.
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { makeDisk, removeDisk, usedBytes } from './disks.mjs'
import { Samples, must, repeat, timed } from './measure.mjs'
import { compileModules } from './modules.mjs'
import { atMost, figure } from './table.mjs'

/** What a target directory of 148 units with tests has; TG_BENCH_CLONE_MB for other sizes. */
const MEGABYTES = Number(process.env.TG_BENCH_CLONE_MB ?? 400)
const UNITS = 200
const ROUNDS = 7

const DISKS = [
  { type: 'xfs', way: 'reflink', peer: ['-a', '--reflink=always'], most: 1.3, disk: 0.02 },
  { type: 'btrfs', way: 'reflink', peer: ['-a', '--reflink=always'], most: 1.3, disk: 0.02 },
  { type: 'ext4', way: 'hybrid', peer: ['-al'], most: 3, disk: 0.1 },
]

export async function measureClone(scene, node) {
  const { cloneTree } = await import(`${compileModules(scene)}/host/clone.js`)
  const figures = []
  for (const disk of DISKS) {
    const { type } = disk
    const made = makeDisk(scene, { type, megabytes: 3 * MEGABYTES + 512, name: `clone-${type}` })
    figures.push(...(await measureOn(disk, made.mount, node, cloneTree)))
    removeDisk(made)
  }
  return figures
}

async function measureOn({ type, way, peer, most, disk }, mount, node, cloneTree) {
  const source = `${mount}/source`
  growTarget(source)
  const samples = new Samples()
  const destination = `${mount}/clone`
  const sides = {
    clone: async () => {
      const what = { skipIncremental: true, sharesPrograms: true, copyAtMostBytes: null }
      const order = { source, destination, way, ...what }
      const started = performance.now()
      await cloneTree({ ...order, waitMs: 600_000 })
      return performance.now() - started
    },
    cp: () => timed('cp', [...peer, source, destination], process.env),
  }
  const sourceBytes = usedBytes(mount)
  const round = async (turn) => {
    for (const side of turn % 2 === 0 ? ['clone', 'cp'] : ['cp', 'clone']) {
      const before = usedBytes(mount)
      samples.add(side, await sides[side]())
      if (side === 'clone') {
        samples.add('extra', (usedBytes(mount) - before) / 1e6)
        samples.add('source', sourceBytes / 1e6)
      }
      must('/', 'rm', ['-rf', destination])
    }
  }
  const count = `${type}, ${(sourceBytes / 1e6).toFixed(0)} MB`
  return repeat(ROUNDS, round, () => [
    figure({
      what: `${way} clone (${count}) : \`cp ${peer.join(' ')}\``,
      node: node.name,
      samples,
      left: 'clone',
      right: 'cp',
      goal: atMost(most),
    }),
    figure({
      what: `${way} clone (${count}), extra disk : its source`,
      node: node.name,
      samples,
      left: 'extra',
      right: 'source',
      unit: 'MB',
      goal: atMost(disk),
    }),
  ])
}

/** Writes a file of so large a share of the whole. */
function put(path, share) {
  const block = randomBytes(64 * 1024)
  const count = Math.max(1, Math.round((share * MEGABYTES * 1e6) / block.length))
  writeFileSync(path, Buffer.concat(Array.from({ length: count }, () => block)))
}

/** The shape of a workspace’s target directory after \`cargo build --tests\`, with random content. */
function growTarget(target) {
  const debug = `${target}/debug`
  for (const name of ['deps', 'build', '.fingerprint', 'examples']) {
    mkdirSync(`${debug}/${name}`, { recursive: true })
  }
  for (let unit = 0; unit < UNITS; unit += 1) {
    const hash = randomBytes(8).toString('hex')
    const name = `unit${unit}-${hash}`
    put(`${debug}/deps/lib${name}.rlib`, 0.8 / UNITS)
    put(`${debug}/deps/lib${name}.rmeta`, 0.14 / UNITS)
    writeFileSync(`${debug}/deps/${name}.d`, `${name}: src/lib.rs\n`)
    const prints = `${debug}/.fingerprint/${name}`
    mkdirSync(prints)
    for (const file of [
      `lib-unit${unit}`,
      `lib-unit${unit}.json`,
      'dep-lib',
      'invoked.timestamp',
    ]) {
      writeFileSync(`${prints}/${file}`, hash)
    }
    if (unit % 10 === 0) {
      mkdirSync(`${debug}/build/${name}/out`, { recursive: true })
      put(`${debug}/build/${name}/build_script_build-${hash}`, 0.05 / (UNITS / 10))
      writeFileSync(`${debug}/build/${name}/out/made.rs`, hash)
      writeFileSync(`${debug}/build/${name}/output`, hash)
    }
  }
  put(`${debug}/deps/widget-0123456789abcdef`, 0.01)
  linkSync(`${debug}/deps/widget-0123456789abcdef`, `${debug}/widget`)
  for (const file of [`${debug}/.cargo-lock`, `${target}/CACHEDIR.TAG`]) writeFileSync(file, '')
}
