// Many jobs of one host that start at the same moment.
import { readFileSync, watch } from 'node:fs'
import { Samples, median, repeat, timedTogether } from './measure.mjs'
import {
  fillLikeCargo,
  makeJob,
  makeRunner,
  makeStaleSlot,
  removeJob,
  takeTemplate,
  emptyTrash,
} from './scene.mjs'
import { atMost, figure } from './table.mjs'

const JOBS = 16
/** of each runner, so that every job has to take the host lock */
const STALE = 3
const ROUNDS = 7
const HELD_MS = 100

export async function measureCrowd(scene, node) {
  const root = `${scene.folder}/crowd-${node.name}`
  const runners = Array.from({ length: JOBS }, (_, index) => {
    const runner = makeRunner(scene, `crowd-${node.name}-${index}`)
    return { runner, template: takeTemplate(node, scene, runner, root) }
  })
  const samples = new Samples()
  const together = async (name, some) => {
    const jobs = some.map(({ runner, template }) => {
      for (let index = 0; index < STALE; index += 1) makeStaleSlot(root, template, fillLikeCargo)
      return makeJob(scene, runner, root)
    })
    const holds = observeHolds(root)
    const starts = jobs.map(({ env }) => ({ program: node.path, words: [scene.entry('pre')], env }))
    samples.add(name, await timedTogether(starts))
    for (const held of holds.end()) samples.add(`held by ${name}`, held)
    for (const job of jobs) removeJob(job)
    await emptyTrash(root)
  }
  const round = async (turn) => {
    await together('alone', [runners[turn % JOBS]])
    await together('crowd', runners)
    await together('alone', [runners[(turn + 1) % JOBS]])
  }
  return repeat(ROUNDS, round, () => [
    figure({
      what: `${JOBS} jobs at once, slowest pre : one alone`,
      node: node.name,
      samples,
      left: 'crowd',
      right: 'alone',
      goal: atMost(JOBS),
    }),
    heldFigure(samples, node),
  ])
}

/** The one figure whose other side is a number: how long the jobs of a crowd hold the host lock. */
function heldFigure(samples, node) {
  const held = samples.of('held by crowd')
  return {
    what: `${JOBS} jobs at once, host lock held : ${HELD_MS} ms`,
    node: node.name,
    sides: `${median(held).toFixed(1)} ms (longest ${Math.max(...held).toFixed(0)} ms)`,
    count: `${held.length} of ${JOBS * samples.of('crowd').length}`,
    value: median(held) / HELD_MS,
    goal: atMost(1),
  }
}

/**
 * How long each job holds the host lock. A job writes it into heartbeat.json, which the next one
 * replaces, so this process watches the folder (inotify) and reads the file at each change. A
 * heartbeat that is replaced before it was read is missed: the table says how many were seen.
 */
function observeHolds(root) {
  const folder = `${root}/.target-guard`
  const since = Date.now()
  const held = new Map()
  const read = () => {
    const { by, completedAt, lock } = JSON.parse(readFileSync(`${folder}/heartbeat.json`, 'utf8'))
    if (completedAt >= since && lock?.heldMs) held.set(by, lock.heldMs)
  }
  const watcher = watch(folder, (_, name) => {
    if (name === 'heartbeat.json') read()
  })
  return {
    end: () => {
      read()
      watcher.close()
      return held.values()
    },
  }
}
