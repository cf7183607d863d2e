import { existsSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { hold } from '../helpers/hold.ts'
import { listing } from '../helpers/listing.ts'
import { needs } from './capabilities.ts'
import { assemble } from './driven/cast.ts'
import type { Cast } from './driven/cast.ts'
import { PressedHost, minutesAgo, retiredForRoom } from './driven/pressed-host.ts'
import { failCalls } from './faults.ts'
import { ordinaryUser } from './ordinary-user.ts'
import { commOf, processesWith } from './processes.ts'
import { SCENE_VARIABLE } from './scene.ts'
import { freeBytes, put } from './small-disk.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
const MB = 1_000_000
let cast: Cast

beforeEach(async () => {
  cast = await assemble(scene())
})

/** Below a floor, whatever the disk: no disk has so much free. */
const CRITICAL = { 'min-free-percent': '100', 'on-critical': 'warn' }
/** No floor at all: the watermarks alone. */
const NO_FLOORS = { 'min-free-gb': '0', 'min-free-percent': '0', 'min-free-inodes-percent': '0' }

needs('root', 'loop-mount').describe('jobs that meet a critical disk together', () => {
  test.each([2, 16])('%i of them make one emergency pass, and all go on', async (many) => {
    const host = await PressedHost.make(cast, 'ext4')
    // To these jobs the first is another runner’s too, and ended later than the second.
    const [recent, old, orphan] = host.leaveStale()
    const stale = [old, recent, orphan].map((each) => each?.slot)
    await host.fill()
    // The first deletion begins when every job has come to the disk, and works or waits.
    const gate = path.join(scene().directory('gate'), 'open')
    const PATH = await stubProgram(
      scene(),
      'rm',
      `[ "$1" = --version ] || until [ -e ${gate} ]; do sleep 0.02; done\nexec "$REAL" "$@"`,
    )
    const jobs = Array.from({ length: many }, (_, n) => host.job('31', `runner-${n}`))
    const pending = Promise.all(jobs.map(async (job) => job.step('pre', { faults: { PATH } })))
    await waitFor(() => busyWith(['rm', 'flock']) >= many, { what: 'all jobs to come' })
    writeFileSync(gate, '')
    const ends = await pending

    expect(ends.map(({ exitCode }) => exitCode)).toEqual(jobs.map(() => 0))
    expect(ends.filter(({ stdout }) => stdout.includes(': emergency:'))).toHaveLength(1)
    const taken = ends.flatMap(({ stdout }) => retiredForRoom(stdout))
    expect(taken).toEqual(stale.slice(0, taken.length))
    expect(new Set(jobs.map((job) => job.slot)).size).toBe(many)
    expect(jobs.filter((job) => !existsSync(job.slot))).toEqual([])
    expect(host.touched()).toEqual([])
    await Promise.all(jobs.map(async (job) => job.end()))
  })
})

needs('root').test('who waited for a pass that freed too little does not repeat it', async () => {
  const host = await PressedHost.make(cast, 'tmpfs')
  const stale = host.leaveStale()
  await host.seal()
  // Nobody is given the lock before everybody has asked for it.
  const gate = path.join(scene().directory('gate'), 'open')
  const waits = `case "$*" in *" 300 "*) until [ -e ${gate} ]; do sleep 0.02; done ;; esac`
  const PATH = await stubProgram(scene(), 'flock', `${waits}\nexec "$REAL" "$@"`)
  const jobs = Array.from({ length: 4 }, (_, n) => host.job('31', `runner-${n}`))
  const pending = Promise.all(
    jobs.map(async (job) => job.must('pre', { faults: { PATH }, inputs: CRITICAL })),
  )
  await waitFor(() => busyWith(['flock']) >= jobs.length, { what: 'all jobs to come' })
  writeFileSync(gate, '')
  const ends = await pending

  expect(ends.filter(({ stdout }) => stdout.includes(': emergency:'))).toHaveLength(1)
  expect(ends.flatMap(({ stdout }) => retiredForRoom(stdout))).toHaveLength(stale.length)
  expect(host.touched()).toEqual([])
})

/** How many programs of this scene run one of these commands for a node of ours. */
function busyWith(commands: readonly string[]): number {
  return processesWith(SCENE_VARIABLE, scene().id).filter((pid) =>
    commands.includes(commOf(pid) ?? ''),
  ).length
}

needs('root', 'loop-mount').describe('an emergency pass', () => {
  test('is made without the lock where that is never granted', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const stale = host.leaveStale()
    await host.fill()
    // As after 300 s of waiting for a holder that is stuck; locks on entries are granted.
    const refuses = 'case "$*" in *" 300 "*) exit 1 ;; esac\nexec "$REAL" "$@"'
    const PATH = await stubProgram(scene(), 'flock', refuses)
    const job = host.job('31')
    const { stdout } = await job.must('pre', { faults: { PATH } })
    expect(retiredForRoom(stdout)).toEqual([stale[0]?.slot])
    expect(host.touched()).toEqual([])
  })

  test('needs no flock that can wait: busybox has none', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const stale = host.leaveStale()
    await host.fill()
    const complains =
      'case "$*" in *-w*) echo "flock: invalid option -- \'w\'" >&2; exit 1 ;; esac\nexec "$REAL" "$@"'
    const PATH = await stubProgram(scene(), 'flock', complains)
    const { stdout } = await host.job('31').must('pre', { faults: { PATH } })
    expect(retiredForRoom(stdout)).toEqual([stale[0]?.slot])
    expect(existsSync(host.stage.control('metrics.prom'))).toBe(true)
    expect(host.touched()).toEqual([])
  })

  test('does not wait for a clock that has been set back', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const stale = host.leaveStale()
    await host.fill()
    // As a pass notes it whose clock was an hour ahead.
    const ahead = Date.now() / 1000 + 3600
    utimesSync(host.stage.control('host.lock'), ahead, ahead)
    const { stdout } = await host.job('31').must('pre')
    expect(retiredForRoom(stdout)).toEqual([stale[0]?.slot])
  })

  test('takes own ended, others’ ended, then orphans, and stops at the low watermark', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const orphan = host.stale({ runner: 'beta', runId: '24' }, 8 * MB)
    const others = [
      host.stale({ runner: 'beta', runId: '23', end: minutesAgo(5) }, 8 * MB),
      host.stale({ runner: 'beta', runId: '22', job: 'b', end: minutesAgo(50) }, 8 * MB),
    ].toReversed()
    const own = host.stale({ runId: '21', end: minutesAgo(1) }, 8 * MB)
    await host.fill()
    const order = [own, ...others, orphan].map(({ slot }) => slot)
    const { stdout } = await host.job('31').must('pre')
    // 16 % are free after two of them, more than 20 % after three.
    expect(retiredForRoom(stdout)).toEqual(order.slice(0, 3))
    expect(existsSync(path.join(host.stage.path, orphan.slot))).toBe(true)
    expect(stdout).toMatch(/3 slot\(s\) retired, 3 trash entries deleted, 2\d\.\d MB freed/)
    // The next one goes when the disk is full again.
    await host.fill()
    const again = await host.job('32', 'gamma').step('pre')
    expect(retiredForRoom(again.stdout)).toEqual([orphan.slot])
    expect(host.touched()).toEqual([])
  })

  test('empties the trash first, and takes no slot where that is enough', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const { id } = host.stage.placeInTrash()
    const stale = [host.stale({ runId: '21', end: minutesAgo(1) }, 7 * MB)]
    put(host.stage.control(`trash/${id}`), 30 * MB)
    await host.fill()
    const { stdout } = await host.job('31').must('pre')
    expect(stdout).toMatch(/emergency: 0 slot\(s\) retired, 1 trash entry deleted/)
    expect(stale.filter(({ slot }) => !existsSync(path.join(host.stage.path, slot)))).toEqual([])
  })

  test('does not begin inside another one, and tells those it starts', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const stale = host.leaveStale()
    await host.fill()
    const inside = { faults: { TARGET_GUARD_EMERGENCY: '1' } }
    const { exitCode, stdout } = await host.job('31').step('pre', inside)
    expect([exitCode, stdout.includes('emergency:')]).toEqual([1, false])
    expect(stale.filter(({ slot }) => !existsSync(path.join(host.stage.path, slot)))).toEqual([])

    const log = path.join(scene().directory('log'), 'told')
    const records = `echo "\${TARGET_GUARD_EMERGENCY:-no}" >> ${log}\nexec "$REAL" "$@"`
    const PATH = await stubProgram(scene(), 'rm', records)
    await host.job('32').must('pre', { faults: { PATH } })
    expect(new Set(readFileSync(log, 'utf8').trim().split('\n'))).toEqual(new Set(['1']))
  })

  test('deletes in place where the rename into the trash finds no room', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const [own] = host.leaveStale()
    await host.fill()
    const { stdout } = await host.job('31').must('pre', {
      faults: failCalls({ root: '/', match: '^rename .*/trash/[0-9a-f]{24}$', errno: 'ENOSPC' }),
    })
    expect(retiredForRoom(stdout)).toEqual([own?.slot])
    expect(existsSync(path.join(host.stage.path, own?.slot ?? ''))).toBe(false)
    expect(existsSync(host.stage.control(`leases/${own?.id}.ended`))).toBe(false)
    expect(host.touched()).toEqual([])
  })

  test('does not widen for a deleted file that is still open, and says who has it', async () => {
    const host = await PressedHost.make(cast, 'large ext4')
    const { stage } = host
    const held = stage.place({ runId: '21', end: minutesAgo(1) })
    const free = host.stale({ runner: 'beta', runId: '22', end: minutesAgo(1) }, 30 * MB)
    const directory = path.join(stage.path, held.slot)
    const { process: holder, release } = await hold(
      scene(),
      `exec 7> "$1/empty" 8> "$2/own" 9> "$1/large"; echo note >&8; fallocate -l 600M "$1/large"
       rm "$1/empty" "$2/own" "$1/large"; echo ready; read`,
      [directory, stage.control('leases')],
    )
    await host.fill()
    const before = listing(directory)
    const job = host.job('31')
    const { exitCode, stdout } = await job.step('pre')
    expect(exitCode).toBe(1)
    expect(stdout).toContain(`keep (blocked) ${held.slot}`)
    expect(stdout).toMatch(
      new RegExp(
        `::warning [^\\n]*629\\.\\d MB of ${directory}/large are deleted but still held: pid ${holder.pid} `,
      ),
    )
    // Neither what holds no space, nor the lock of a keeper.
    expect(stdout.match(/are deleted but still held/g)).toHaveLength(1)
    expect(retiredForRoom(stdout)).toEqual([free.slot])
    expect(listing(directory)).toEqual(before)
    expect(host.touched()).toEqual([])

    await release()
    await job.must('pre')
    expect(existsSync(directory)).toBe(true)
    expect(host.touched()).toEqual([])
  })
})

needs('root').describe('the high watermark', () => {
  test.each([
    [86, 1],
    [95, 3],
  ])('at %i %%, %i own ended slot(s) go, the oldest first', async (percent, many) => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const ages = [30, 90, 60, 1]
    const slots = ages.map((age) =>
      host.stale({ runId: `2${age}`, job: `build${age}`, end: minutesAgo(age) }, 7 * MB),
    )
    const other = host.stale({ runner: 'beta', runId: '31', end: minutesAgo(95) }, 7 * MB)
    await host.seal()
    host.fillTo(percent)
    const before = freeBytes(host.disk)
    const { stdout } = await host.job('31').must('pre', { inputs: NO_FLOORS })

    const order = [1, 2, 0, 3].map((index) => slots[index]?.slot ?? '')
    expect(retiredForRoom(stdout)).toEqual(order.slice(0, many))
    const left = order.slice(many).concat(other.slot)
    expect(left.filter((slot) => !existsSync(path.join(host.stage.path, slot)))).toEqual([])
    expect(stdout).toContain(
      `[target-guard] ${host.stage.path} at ${percent} % ≥ 85 %: ${many} slot(s) retired, `,
    )
    // Of what went, the reserve was set aside.
    const reserve = statSync(host.stage.control('reserve')).size
    expect(freeBytes(host.disk) - before + reserve).toBeGreaterThan(many * 7 * MB)
    expect(stdout).toMatch(/ MB freed \(0\.\d+ GB → 0\.\d+ GB\), now at 7\d % \(goal: below 80 %\)/)
    expect(host.touched()).toEqual([])
  })

  test('below it nothing goes, and beyond it nothing of others, however full', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const own = host.stale({ runId: '21', end: minutesAgo(1) }, 7 * MB)
    const other = host.stale({ runner: 'beta', runId: '22', end: minutesAgo(90) }, 7 * MB)
    await host.seal()
    host.fillTo(84)
    const quiet = await host.job('31').must('pre', { inputs: NO_FLOORS })
    expect(quiet.stdout).not.toContain('for room')
    expect(existsSync(path.join(host.stage.path, own.slot))).toBe(true)

    const inputs = { ...NO_FLOORS, 'high-watermark': '83', 'low-watermark': '10' }
    const { stdout } = await host.job('32').must('pre', { inputs })
    expect(retiredForRoom(stdout)).toEqual([own.slot])
    expect(existsSync(path.join(host.stage.path, other.slot))).toBe(true)
    expect(host.touched()).toEqual([])
  })
})

needs('root').describe('a low disk', () => {
  test('warns once per job, and nothing is deleted', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const stale = host.leaveStale()
    await host.seal()
    const free = freeBytes(host.disk)
    const inputs = {
      ...NO_FLOORS,
      'min-free-gb': (free / 1.2e9).toFixed(6),
      'high-watermark': '100',
      'keep-per-pr': '9',
    }
    const job = host.job('31')
    const ends = [
      await job.must(['hook', 'job-started'], { inputs }),
      await job.must('pre', { inputs }),
      await job.must('main', { inputs }),
      await job.must('post', { inputs: { ...inputs, 'job-status': 'success' } }),
      await job.must(['hook', 'job-completed'], { inputs }),
    ]
    const said = ends.map(({ stdout }) => stdout.match(/^::warning.* is low: /gm)?.length ?? 0)
    expect(said).toEqual([1, 0, 0, 0, 0])
    expect(stale.filter(({ slot }) => !existsSync(path.join(host.stage.path, slot)))).toEqual([])
  })
})

describe('a dry run', () => {
  test('under pressure changes nothing but the heartbeat and the metrics', async () => {
    const stage = cast.stage()
    stage.addBystanders()
    await stage.command('sweep')
    stage.place({ runId: '21', end: minutesAgo(1) })
    stage.place({ runner: 'beta', runId: '22' })
    const { slot } = stage.place({ runner: 'beta', runId: '23' })
    stage.placeInTrash()
    // One that would go, were it not in use.
    const directory = path.join(stage.path, slot)
    const { release } = await hold(scene(), 'cd "$1"; echo ready; read', [directory])
    const before = all(stage.path)
    const written = (): bigint[] =>
      ['heartbeat.json', 'metrics.prom'].map(
        (name) => statSync(stage.control(name), { bigint: true }).mtimeNs,
      )
    const times = written()
    const flags = ['--min-free-percent', '100', '--dry-run']
    const told = await stage.command('sweep', ...flags)
    expect(told).toMatch(/^would retire /m)
    expect(told).toContain(`would keep (blocked) ${slot}: `)
    expect(all(stage.path)).toEqual(before)
    expect(written().filter((time) => times.includes(time))).toEqual([])

    const job = stage.job('31')
    const inputs = { ...CRITICAL, 'dry-run': 'true' }
    await job.must('pre', { inputs })
    const own = job.slot.slice(-24)
    const left = all(stage.path).filter((line) => !line.includes(own) && !line.includes('/run-31 '))
    expect(left).toEqual(before)
    await release()
  })

  test('of a sweep tells once of each slot what would become of it, as explain does', async () => {
    const stage = cast.stage()
    const { slot } = stage.place({ runId: '21', end: minutesAgo(1) })
    const stale = stage.place({ runner: 'beta', runId: '22', job: 'old', end: minutesAgo(3000) })
    const pressed = ['--min-free-percent', '100']
    const text = await stage.command('sweep', ...pressed, '--dry-run')
    expect(linesAbout(text, slot)).toEqual([
      expect.stringMatching(/^would retire, as far as needed, .*the disk needs room/),
    ])
    expect(linesAbout(text, stale.slot)).toEqual([expect.stringMatching(/^would retire octo-org/)])
    expect(linesAbout(await stage.command('explain', ...pressed), slot)).toEqual([
      expect.stringMatching(/^retire, as far as needed, /),
    ])
    const { actions, kept } = JSON.parse(
      await stage.command('sweep', ...pressed, '--dry-run', '--json'),
    ) as { actions: { slot: string }[]; kept: { path: string }[] }
    expect(actions.filter((each) => each.slot === slot)).toEqual([
      expect.objectContaining({ kind: 'retire', asFarAsNeeded: true }),
    ])
    expect(kept).toEqual([])

    const quiet = ['--min-free-percent', '0', '--min-free-gb', '0', '--high-watermark', '100']
    const still = await stage.command('explain', '--min-free-inodes-percent', '0', ...quiet)
    expect(linesAbout(still, slot)).toEqual([expect.stringMatching(/^keep \(retained\) /)])
  })
})

function linesAbout(text: string, slot: string): string[] {
  return text.split('\n').filter((line) => line.includes(slot))
}

/** Everything in a root but its heartbeat and metrics; of folders, not when they were written. */
function all(root: string): string[] {
  return listing(root)
    .filter((line) => !/\/(?:heartbeat\.json|metrics\.prom) /.test(line))
    .map((line) => {
      const [file = '', mode = '', ...facts] = line.split(' ')
      return mode.startsWith('4') ? `${file} ${mode}` : [file, mode, ...facts].join(' ')
    })
}

needs('root').describe('a sweep', () => {
  test('relieves the whole host: at the watermark everybody’s ended slots and orphans', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const kept = host.stale({ runner: 'alpha', runId: '21', end: minutesAgo(1) }, 7 * MB)
    const older = host.stale({ runner: 'beta', runId: '22', job: 'b', end: minutesAgo(90) }, 7 * MB)
    await host.seal()
    host.fillTo(86)
    const flags = Object.entries(NO_FLOORS).flatMap(([name, value]) => [`--${name}`, value])
    const { stderr } = await cast.tool(host.stage.path, ['sweep', ...flags])
    expect(stderr).toContain(`${host.stage.path} at 86 % ≥ 85 %: 1 slot(s) retired`)
    expect(existsSync(path.join(host.stage.path, older.slot))).toBe(false)
    expect(existsSync(path.join(host.stage.path, kept.slot))).toBe(true)
    expect(host.touched()).toEqual([])
  })

  test('of a full disk takes what it needs, of whomever', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const stale = ['beta', 'alpha', 'gamma'].map((runner, index) =>
      host.stale({ runner, runId: '21', job: runner, end: minutesAgo(90 - index) }, 12 * MB),
    )
    await host.fill()
    const { stderr } = await cast.tool(host.stage.path, ['sweep'])
    expect(stderr).toContain('emergency: 2 slot(s) retired')
    expect(stale.map(({ slot }) => existsSync(path.join(host.stage.path, slot)))).toEqual([
      false,
      false,
      true,
    ])
    expect(host.touched()).toEqual([])
  })
})

needs('root', 'second-user').describe('the reserve', () => {
  test('is made when there is room, given back when full, and made again', async () => {
    const host = await PressedHost.make(cast, 'tmpfs')
    const { stage } = host
    const reserve = stage.control('reserve')
    await host.seal()
    await host.job('31').must('pre')
    const { size, blocks } = statSync(reserve)
    expect([size, blocks * 512 >= size]).toEqual([Math.floor((100 * 1024 * 1024) / 100), true])
    expect(readdirSync(stage.control('reserve.d'))).toHaveLength(64)

    await host.fill()
    const full = await host.job('32').step('pre')
    expect([full.exitCode, full.stdout.includes('the reserve was given back')]).toEqual([1, true])
    expect([existsSync(reserve), readdirSync(stage.control('reserve.d'))]).toEqual([false, []])
    // Not while the disk is not ok.
    await host.job('33').step('pre', { inputs: { 'on-critical': 'warn' } })
    expect(existsSync(reserve)).toBe(false)

    await scene().must('rm', ['-r', path.join(host.disk, 'filler')])
    await host.job('34').must('pre', { inputs: CRITICAL })
    expect(existsSync(reserve)).toBe(false)
    await host.job('35').must('pre')
    expect(existsSync(reserve)).toBe(true)
    expect(readdirSync(stage.control('reserve.d'))).toHaveLength(64)
  })

  test('that root’s sweep made in a user’s root is given back by that user’s job', async () => {
    const user = ordinaryUser()
    const host = await PressedHost.make(cast, 'tmpfs', user)
    await host.seal()
    await host.stage.command('sweep')
    expect(existsSync(host.stage.control('reserve'))).toBe(true)
    const stale = host.leaveStale()
    await host.fill()
    await scene().must('chown', ['0:0', host.stage.control('reserve')])
    const job = host.job('31')
    const { stdout } = await job.must('pre')
    expect(stdout).toContain('the reserve was given back')
    expect(retiredForRoom(stdout)).toEqual([stale[0]?.slot])
    expect(host.touched()).toEqual([])
  })
})
