// Timing, and what becomes of the times. Both sides of a ratio are always measured in turns, in one
// run: what disturbs the machine then disturbs both.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'

/** Runs a program to its end; its milliseconds. `warning`: the only one that it may give, and must. */
export function timed(program, words, env, warning) {
  const started = performance.now()
  const done = spawnSync(program, words, { cwd: '/', env, encoding: 'utf8', stdio: STREAMS })
  const ms = performance.now() - started
  assertWell(words, done.status, done.stdout + done.stderr, warning)
  return ms
}

const STREAMS = ['ignore', 'pipe', 'pipe']

/** Runs a program that is no part of what is measured, to its end. */
export function must(cwd, program, words, env = process.env) {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stdout}${stderr}`)
  return stdout
}

/** Starts programs at the same moment; the milliseconds from then until the last has ended. */
export async function timedTogether(starts) {
  const started = performance.now()
  const ends = await Promise.all(starts.map(async (start) => run(start)))
  return Math.max(...ends) - started
}

async function run({ program, words, env }) {
  const child = spawn(program, words, { cwd: '/', env, stdio: STREAMS })
  const said = []
  child.stdout.on('data', (part) => said.push(part))
  child.stderr.on('data', (part) => said.push(part))
  const closed = once(child, 'close')
  const [status] = await once(child, 'exit')
  const ended = performance.now()
  await closed
  assertWell(words, status, Buffer.concat(said).toString('utf8'))
  return ended
}

/** A phase that failed, or that had to warn of anything else than is wanted, is no measurement. */
function assertWell(words, status, said, warning) {
  const warned = said.match(/^::(error|warning).*$/gm) ?? []
  const isAsWanted =
    warning === undefined ? warned.length === 0 : warned.length === 1 && warning.test(warned[0])
  if (status === 0 && isAsWanted) return
  throw new Error(`${words.join(' ')} ended with ${status}:\n${said}`)
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Measures in rounds; `turn` is even or odd, so that the order of two sides can alternate. While a
 * goal is missed, as many rounds again, `times` in all: every sample counts, so noise goes, and a
 * regression stays.
 *
 * @returns the figures
 */
export async function repeat(rounds, work, figuresOf, times = 3) {
  for (let turn = 0; ; turn += 1) {
    if (turn > 0 && turn % rounds === 0) {
      const figures = figuresOf()
      const isMet = figures.every(({ value, goal }) => goal.isMet(value))
      if (isMet || turn === times * rounds) return figures
    }
    await work(turn)
  }
}

/** Samples by name. */
export class Samples {
  #byName = new Map()

  add(name, value) {
    const values = this.#byName.get(name) ?? []
    values.push(value)
    this.#byName.set(name, values)
  }

  of(name) {
    return this.#byName.get(name) ?? []
  }

  median(name) {
    return median(this.of(name))
  }
}
