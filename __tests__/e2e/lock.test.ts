import { chownSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { existsSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { parseLease } from '../../src/plan/lease.ts'
import { listing } from '../helpers/listing.ts'
import { needs } from './capabilities.ts'
import { assemble } from './driven/cast.ts'
import type { Cast } from './driven/cast.ts'
import type { StepEnd } from './driven/driven-job.ts'
import { leaveStale } from './driven/scenarios.ts'
import type { Placed, Stage } from './driven/stage.ts'
import { failCalls, grantLock } from './faults.ts'
import type { FaultEnvironment } from './faults.ts'
import { isLockGranted } from './granted-lock.ts'
import { secondUser } from './second-user.ts'
import { useScene } from './use-scene.ts'

// Every end-to-end test with a lock that is granted to everybody at once (npm run test:granting-lock):
//   TG_GRANT_LOCK=1 npm run --silent jest -- __tests__/e2e/ --testPathIgnorePatterns /e2e/runner/
// What this file says of waiting for the lock is left out then: nobody waits.

const scene = useScene()
let cast: Cast
let stage: Stage

beforeEach(async () => {
  cast = await assemble(scene())
  stage = cast.stage()
  stage.addBystanders()
})

/** One job: its slot stays the same directory for as long as it runs, however it ends. */
async function liveOnce(runner: string, fate: number, faulty: FaultEnvironment) {
  const job = stage.job('3001', runner)
  const said = [await job.step('pre', { faults: faulty })]
  const { slot } = job
  const { ino } = statSync(slot)
  writeFileSync(path.join(slot, 'canary'), slot)
  said.push(await job.step('main', { faults: faulty }))
  const isSame = statSync(slot).ino === ino
  const isWhole = readFileSync(path.join(slot, 'canary'), 'utf8') === slot
  if (fate === 0) await job.kill()
  else {
    const inputs = { 'job-status': ['', 'success', 'failure', 'cancelled'][fate] ?? '' }
    said.push(await job.step('post', { faults: faulty, inputs }))
    await job.end()
  }
  const failures = said
    .filter(({ exitCode, stdout }) => exitCode !== 0 || /::(?:error|warning)/.test(stdout))
    .map(({ exitCode, stdout, stderr }) => `${exitCode} ${stdout}${stderr}`)
  if (!isSame || !isWhole) failures.push(`${slot} is another directory`)
  return { slot, failures }
}

/** The slots of leases that have ended, besides the bystanders’. */
function kept(): Placed[] {
  const ended = readdirSync(stage.control('leases')).filter((name) => name.endsWith('.ended'))
  return ended.flatMap((name) => {
    const lease = parseLease(
      readFileSync(stage.control(`leases/${name}`), 'utf8'),
      name.slice(0, 24),
    )
    if (typeof lease === 'string') throw new Error(lease)
    return lease.job === 'kept' ? [] : [{ id: lease.id, slot: lease.slot }]
  })
}

describe.each([
  ['the lock as it is', {}],
  ['a lock that is granted to everybody', grantLock()],
])('runners that prune at once, and sweeps all the while, under %s', (_, faults) => {
  const runners = 8
  const rounds = 3

  test('no job loses its slot, no stranger is touched, nothing is left over', async () => {
    const before = stage.untouched()
    const names = Array.from({ length: runners }, (_each, n) => `runner-${n}`)
    // What each finds to prune, in run dirs that they share.
    for (const runner of names) {
      for (const job of ['build', 'lint']) stage.place({ runner, job, runId: '901' })
      stage.place({ runner, runId: '902', end: stage.longAgo() })
    }
    const slots: string[] = []
    const failures: string[] = []
    const running = new Set(names)
    const sweeping = ['one', 'other'].map(async () => {
      while (running.size > 0) {
        await cast.tool(stage.path, ['sweep'], faults)
        JSON.parse(readFileSync(stage.control('heartbeat.json'), 'utf8'))
      }
    })
    await Promise.all([
      ...sweeping,
      ...names.map(async (runner, index) => {
        for (let round = 0; round < rounds; round += 1) {
          const life = await liveOnce(runner, (index + round) % 4, faults)
          slots.push(life.slot)
          failures.push(...life.failures)
        }
        running.delete(runner)
      }),
    ])
    expect(failures).toEqual([])
    expect(new Set(slots).size).toBe(runners * rounds)
    expect(stage.untouched()).toEqual(before)

    // One pass when all have ended: what is left is kept on purpose, each slot with its lease.
    stage.age()
    await stage.command('sweep')
    await stage.emptyTrash()
    expect(stage.problems(kept())).toEqual([])
    expect(stage.untouched()).toEqual(before)
  })
})

/** A way to spoil the lock, and what it leaves to look at. */
interface Spoilt {
  readonly name: string
  readonly spoil: (each: Stage, lock: string) => FaultEnvironment | void
}

const LONG_AGO = 1_000_000_000
const SPOILT: readonly Spoilt[] = [
  { name: 'a file', spoil: (_, lock) => writeFileSync(lock, 'mine') },
  {
    name: 'an old file',
    spoil(_, lock) {
      writeFileSync(lock, 'mine')
      utimesSync(lock, LONG_AGO, LONG_AGO)
    },
  },
  {
    name: 'an old directory with a file in it',
    spoil(_, lock) {
      mkdirSync(lock)
      writeFileSync(path.join(lock, 'file'), 'mine')
      utimesSync(lock, LONG_AGO, LONG_AGO)
    },
  },
  {
    name: 'a link to an old directory',
    spoil(each, lock) {
      const target = path.join(each.base, 'elsewhere')
      mkdirSync(target)
      utimesSync(target, LONG_AGO, LONG_AGO)
      symlinkSync(target, lock)
    },
  },
  { name: 'a link to nothing', spoil: (_, lock) => symlinkSync('nothing', lock) },
  {
    name: 'a directory of the future',
    spoil(_, lock) {
      mkdirSync(lock)
      utimesSync(lock, 2 * LONG_AGO * 2, 2 * LONG_AGO * 2)
    },
  },
  {
    name: 'no space to make it',
    spoil: () =>
      failCalls({ root: '/', match: String.raw`^mkdir .*/host\.lock\.lock$`, errno: 'ENOSPC' }),
  },
]

const BUDGET_MS = 30_000

function planted(lock: string): string[] {
  return existsSync(lock) ? listing(lock) : []
}

/** What a person sees of a pre that could not have the lock. */
function seen(end: StepEnd, ms: number) {
  const warnings = end.stdout.split('\n').filter((line) => line.startsWith('::'))
  return {
    exitCode: end.exitCode,
    inTime: ms < BUDGET_MS,
    warnings: warnings.filter((line) => line.includes('The host lock could not be had')).length,
    others: warnings.filter((line) => !line.includes('The host lock could not be had')),
    waited: end.stdout.includes('not granted within 5000 ms'),
  }
}

const AS_PROMISED = { exitCode: 0, inTime: true, warnings: 1, others: [] }

/** Only these look like a lock that somebody holds, and are waited for. */
const WAITED_FOR = new Set(['a file', 'a link to nothing', 'a directory of the future'])

const unlessGranted = isLockGranted() ? describe.skip : describe

unlessGranted('a job still gets its slot, in time and with one warning, when the lock is', () => {
  // All at once: each waits for seconds.
  test('spoilt in any of these ways', async () => {
    const promised = { ...AS_PROMISED, isUntouched: true, problems: [] }
    const results = await Promise.all(
      SPOILT.map(async ({ name, spoil }) => {
        const each = cast.stage()
        each.addBystanders()
        leaveStale(each)
        const lock = each.control('host.lock.lock')
        const faults = spoil(each, lock) ?? {}
        const before = [...each.untouched(), ...planted(lock)]
        const job = each.job('2001')
        const started = performance.now()
        const end = await job.step('pre', { faults })
        const facts = seen(end, performance.now() - started)
        await job.end()
        const made = { id: job.slot.slice(-24), slot: path.relative(each.path, job.slot) }
        const isUntouched = [...each.untouched(), ...planted(lock)].join() === before.join()
        await each.emptyTrash()
        return { name, found: { ...facts, isUntouched, problems: each.problems([made]) } }
      }),
    )
    expect(results).toEqual(
      SPOILT.map(({ name }) => ({
        name,
        found: { ...promised, waited: WAITED_FOR.has(name) },
      })),
    )
  })

  needs('root', 'second-user').test('in a folder that this user may not write', async () => {
    const user = secondUser() ?? { uid: 0, gid: 0 }
    const each = cast.stage()
    const stale = each.place({ runId: '901' })
    for (const name of ['leases', 'trash']) chownSync(each.control(name), user.uid, user.gid)
    for (const depth of [1, 2, 3, 4, 5]) {
      const part = stale.slot.split('/').slice(0, depth).join('/')
      chownSync(path.join(each.path, part), user.uid, user.gid)
    }
    chownSync(each.path, user.uid, user.gid)
    const job = each.job('2001', 'alpha', { user: { uid: user.uid, gid: user.gid } })
    const started = performance.now()
    const end = await job.step('pre')
    const { others, ...facts } = seen(end, performance.now() - started)
    await job.end()
    expect(facts).toEqual({ exitCode: 0, inTime: true, warnings: 1, waited: false })
    expect(others.filter((line) => !/heartbeat|metrics|reserve/.test(line))).toEqual([])
    expect(existsSync(job.slot)).toBe(true)
    expect(existsSync(path.join(each.path, stale.slot))).toBe(false)
    await each.emptyTrash()
  })
})

unlessGranted('a lock whose holder was killed a moment ago', () => {
  test('costs the next pass its wait, and nothing else', async () => {
    leaveStale(stage)
    mkdirSync(stage.control('host.lock.lock'))
    const job = stage.job('2001')
    const end = await job.step('pre')
    await job.end()
    expect(seen(end, 0)).toEqual({ ...AS_PROMISED, waited: true })
    const made = { id: job.slot.slice(-24), slot: path.relative(stage.path, job.slot) }
    await stage.emptyTrash()
    expect(stage.problems([made])).toEqual([])
    // Later it is stale, and is taken: no warning any more.
    stage.age()
    await expect(stage.command('sweep', '--json')).resolves.toContain('"problem": null')
  })
})
