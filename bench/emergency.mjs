// An emergency pass, beside `rm -rf` of the same trees in the same order: how fast it frees bytes, and
// how soon the first one.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { now, watchDisk } from './disk-watch.mjs'
import { Samples, repeat, timed } from './measure.mjs'
import { makeJob, makeOrphan, makeRunner, removeJob, takeTemplate } from './scene.mjs'
import { atLeast, atMost, figure } from './table.mjs'

const TREES = 6
const FILES = 5000
const BYTES_IN_EACH = 4096
const ROUNDS = 5
const MEBIBYTES = 4000

/** Only a disk of its own tells whose bytes come back; only root can mount one. */
export const canMeasureEmergency = () => process.geteuid() === 0

const diskOf = (scene) => `${scene.folder}/disk`

/** Mounts a disk and makes all trees, before anything is deleted, for the reason that reap has. */
export function growVictims(scene) {
  const [image, disk] = [`${scene.folder}/image`, diskOf(scene)]
  mkdirSync(disk)
  must('truncate', '--size', `${MEBIBYTES}M`, image)
  must('mkfs.ext4', '-q', '-i', '4096', image)
  must('mount', '-o', 'loop', image, disk)
  scene.undo.push(() => must('umount', '-l', disk))
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    for (let tree = 0; tree < TREES; tree += 1) growTree(`${disk}/grown/${round}/${tree}`)
  }
}

/** Cargo's folders, with half of the files in deps. */
function growTree(path) {
  const data = Buffer.alloc(BYTES_IN_EACH, 7)
  const folders = [
    ['deps', FILES / 2],
    ...[0, 1, 2, 3, 4].flatMap((unit) => [
      [`.fingerprint/unit-${unit}`, FILES / 20],
      [`incremental/unit-${unit}`, FILES / 20],
    ]),
  ]
  for (const [name, count] of folders) {
    const folder = `${path}/debug/${name}`
    mkdirSync(folder, { recursive: true })
    for (let file = 0; file < count; file += 1) writeFileSync(`${folder}/${file}`, data)
  }
  writeFileSync(`${path}/debug/.cargo-lock`, '')
}

function must(program, ...words) {
  const { status, stderr, error } = spawnSync(program, words, { encoding: 'utf8' })
  if (error !== undefined || status !== 0) throw error ?? new Error(`${program}: ${stderr}`)
}

export async function measureEmergency(scene, node) {
  const disk = diskOf(scene)
  const root = `${disk}/targets`
  const runner = makeRunner(scene, `emergency-${node.name}`)
  const template = takeTemplate(node, scene, runner, root)
  const samples = new Samples()
  const sides = {
    // A floor of 100 % is below none: every victim goes, until there is no more.
    guard: async (victims) => {
      const job = makeJob(scene, runner, root)
      job.env.TARGET_GUARD_MIN_FREE_PERCENT = '100'
      job.env.TARGET_GUARD_ON_CRITICAL = 'warn'
      const { said } = await observed('guard', node.path, [scene.entry('pre')], job.env)
      const taken = [...said.matchAll(/retired for room: (.*)$/gm)].map(([, slot]) => slot)
      if (taken.join() !== victims.join()) throw new Error(`took other slots:\n${said}`)
      removeJob(job)
    },
    rm: async (victims) => {
      const paths = victims.map((slot) => `${root}/${slot}`)
      await observed('rm', 'rm', ['-rf', ...paths], { PATH: process.env.PATH })
    },
  }
  const observed = async (side, program, words, env) => {
    spawnSync('sync', ['--file-system', disk])
    const watcher = await watchDisk(disk, `${root}/.target-guard/heartbeat.json`)
    const started = now()
    const child = spawn(program, words, { cwd: '/', env, stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (part) => (said += part))
    const [status] = await once(child, 'close')
    const { passEnded, firstFreed, lastFreed, freedBytes } = await watcher.end()
    if (status !== 0) throw new Error(`${program} ended with ${status}:\n${said}`)
    // The probe follows at once on the end of the job’s own pass, which nothing but its file shows.
    const asked = side === 'rm' ? started : passEnded
    samples.add(`${side} first`, firstFreed - asked)
    samples.add(`${side} rate`, freedBytes / 1e6 / ((lastFreed - firstFreed) / 1000))
    return { said }
  }
  const round = async (turn) => {
    const names = Object.keys(sides)
    for (const side of turn % 2 === 0 ? names : names.toReversed()) {
      samples.add('node', timed(node.path, ['-e', '0'], process.env))
      const victims = makeVictims(disk, root, template)
      await sides[side](victims)
      for (const slot of victims) forget(root, slot)
    }
  }
  const figuresOf = () => {
    // The goal is given as a sum: 1.5 times what rm takes, and the start of node.
    const bare = samples.median('node')
    for (const ms of samples.of('rm first')) samples.add('allowed', 1.5 * ms + bare)
    return [
      figure({
        what: `emergency pass over ${TREES} trees, bytes freed per s : \`rm -rf\` of them`,
        node: node.name,
        samples,
        left: 'guard rate',
        right: 'rm rate',
        unit: 'MB/s',
        goal: atLeast(1),
      }),
      figure({
        what: 'critical probe to the first freed byte : 1.5 times a bare `rm -rf`, and node',
        node: node.name,
        samples,
        left: 'guard first',
        right: 'allowed',
        goal: atMost(1),
      }),
    ]
  }
  return repeat(ROUNDS, round, figuresOf, 1)
}

/** Slots of a runner that is gone, one tree in each, in the order in which relief takes them. */
function makeVictims(disk, root, template) {
  const [grown] = readdirSync(`${disk}/grown`)
  const trees = readdirSync(`${disk}/grown/${grown}`)
  const victims = trees.map((tree) => makeOrphan(root, template, `${disk}/grown/${grown}/${tree}`))
  rmSync(`${disk}/grown/${grown}`, { recursive: true })
  return victims.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ slot }) => slot)
}

function forget(root, slot) {
  rmSync(`${root}/.target-guard/leases/${slot.slice(-24)}.json`, { force: true })
}
