import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { takeTicket } from '../../src/host/waiting.ts'
import { OPEN_ROOT, writeProgram } from '../helpers/program.ts'
import { hold } from '../helpers/hold.ts'
import { publishNth } from '../helpers/published.ts'
import { needs } from './capabilities.ts'
import { assemble } from './driven/cast.ts'
import type { Stage } from './driven/stage.ts'
import { minutesAgo } from './driven/pressed-host.ts'
import { stubProgram } from './stub-program.ts'
import { waitFor } from './wait-for.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
let stage: Stage

beforeEach(async () => {
  stage = (await assemble(scene())).stage()
})

function metrics(): string {
  return readFileSync(stage.control('metrics.prom'), 'utf8')
}

/** The value of a sample; undefined where there is none. */
function value(name: string, labels = ''): number | undefined {
  const start = `target_guard_${name}${labels === '' ? '' : `{${labels}}`} `
  const line = metrics()
    .split('\n')
    .find((each) => each.startsWith(start))
  return line === undefined ? undefined : Number(line.slice(start.length))
}

/** What promtool has against the file. */
async function complaints(): Promise<string> {
  const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  child.stdin.end(metrics())
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return `${exitCode ?? 'killed'}${said}`
}

needs('promtool').describe('metrics.prom', () => {
  test('after jobs and sweeps tells all there is, as promtool likes it', async () => {
    const begun = Date.now() / 1000
    const job = stage.job('31')
    const held = stage.place({ runId: '21', end: stage.longAgo() })
    const holder = await hold(scene(), 'cd "$1"; echo ready; read', [
      path.join(stage.path, held.slot),
    ])
    stage.place({ runId: '22', end: minutesAgo(1), runner: 'beta' })
    stage.place({ runId: '23', end: stage.longAgo(), runner: 'beta' })
    const { id } = stage.placeInTrash()
    writeFileSync(stage.control(`trash/${id}.quarantine`), '{"reason":"it is mounted","since":1}')
    await job.must('pre')
    expect(value('jobs_total', 'result="success"')).toBeUndefined()
    expect([value('trash_entries'), value('quarantined_entries')]).toEqual([1, 1])
    await job.must('post', { inputs: { 'job-status': 'success' } })
    await stage.command('sweep')
    expect([value('trash_entries'), value('quarantined_entries')]).toEqual([0, 0])
    const other = stage.job('32', 'beta')
    await other.must('pre')
    await other.must('post', { inputs: { 'job-status': 'failure' } })

    expect(await complaints()).toBe('0')
    const { bavail, blocks, bsize, files } = statfsSync(stage.path)
    const mount = (await scene().must('stat', ['-c', '%m', stage.path])).stdout.trim()
    const disk = `role="root",mount="${mount}"`
    expect(value('disk_size_bytes', disk)).toBe(blocks * bsize)
    expect(value('disk_size_inodes', disk) ?? files).toBe(files)
    expect(value('disk_free_bytes', disk)).toBeGreaterThan(0.5 * bavail * bsize)
    const levels = ['ok', 'low', 'critical'].map((each) =>
      value('pressure_level', `${disk},level="${each}"`),
    )
    expect(levels.toSorted((a = 0, b = 0) => a - b)).toEqual([0, 0, 1])
    const pass = (scope: string, result: string): number | undefined =>
      value('passes_total', `scope="${scope}",result="${result}"`)
    expect([pass('own', 'done'), pass('host', 'done'), pass('own', 'failed')]).toEqual([
      4,
      1,
      undefined,
    ])
    expect(value('jobs_total', 'result="success"')).toBe(1)
    expect(value('jobs_total', 'result="failure"')).toBe(1)
    expect(value('leases', 'state="live"')).toBe(0)
    expect(value('leases', 'state="ended"')).toBe(value('slots'))
    expect(value('blocked_slots')).toBeGreaterThan(0)
    expect(value('reclaimed_bytes_total')).toBeGreaterThan(0)
    expect(value('seeds_total', 'kind="cold"')).toBe(2)
    expect([value('snapshots'), value('waiting_jobs')]).toEqual([0, 0])
    expect(value('host_lock_wait_seconds_total')).toBeGreaterThan(0)
    for (const scope of ['own', 'host'].map((each) => `scope="${each}"`)) {
      expect(value('last_pass_timestamp_seconds', scope)).toBeGreaterThan(begun - 1)
      expect(value('last_pass_timestamp_seconds', scope)).toBeLessThan(Date.now() / 1000 + 1)
      expect(value('last_pass_duration_seconds', scope)).toBeGreaterThan(0)
    }
    await holder.release()
  })

  test.each([
    ['torn', 'target_guard_passes_total{scope="own",result="do'],
    [
      'foreign',
      'target_guard_passes_total{shape="round"} 7\ntarget_guard_jobs_total -3\nup{} 1\n' +
        'target_guard_reclaimed_bytes_total -1\ntarget_guard_passes_total{scope="own"} 9\n',
    ],
    ['binary', '\0\u{FFFD}\n\n{}{}{}\n'],
    ['too large', 'x'.repeat(5 * 1024 * 1024)],
  ])('that is %s is replaced', async (_, text) => {
    expect(stage.root.path).toBe(stage.path)
    writeFileSync(stage.control('metrics.prom'), text)
    const { stdout } = await stage.job('31').must('pre')
    expect(stdout).not.toContain('metrics were not written')
    expect(metrics().match(/^target_guard_passes_total.*$/gm)).toEqual([
      'target_guard_passes_total{scope="own",result="done"} 1',
    ])
    expect(await complaints()).toBe('0')
  })

  test('that is a link elsewhere is replaced, and what it leads to is not', async () => {
    const canary = path.join(scene().directory('outside'), 'canary')
    writeFileSync(canary, 'untouched')
    symlinkSync(canary, stage.control('metrics.prom'))
    await stage.job('31').must('pre')
    expect(value('passes_total', 'scope="own",result="done"')).toBe(1)
    expect(readFileSync(canary, 'utf8')).toBe('untouched')
  })

  test('tells paths with quotes, backslashes and line breaks', async () => {
    const odd = path.join(scene().directory('odd'), 'a "b"\\c\n} d')
    mkdirSync(odd)
    await scene().must('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', odd])
    const inputs = { 'on-critical': 'warn' }
    await stage.job('31').must('pre', { inputs, faults: { RUNNER_TEMP: odd } })
    const escaped = odd.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
    const size = (): number | undefined =>
      value('disk_size_bytes', `role="workspace",mount="${escaped}"`)
    expect(size()).toBe(4 * 1024 * 1024)
    expect(await complaints()).toBe('0')

    // Nobody else sees it: it is told all the same, as it is now, until it is not there any more.
    writeFileSync(`${odd}/large`, Buffer.alloc(1024 * 1024))
    const free = (): number | undefined =>
      value('disk_free_bytes', `role="workspace",mount="${escaped}"`)
    await stage.command('sweep')
    expect([size(), free()]).toEqual([4 * 1024 * 1024, 3 * 1024 * 1024])
    await stage.job('32').must('pre', { faults: { RUNNER_TEMP: '/__w/_temp' } })
    expect([size(), value('passes_total', 'scope="own",result="done"')]).toEqual([
      4 * 1024 * 1024,
      2,
    ])
    expect(metrics()).not.toContain('mount="/__w')
    await scene().must('umount', [odd])
    await stage.command('sweep')
    expect(size()).toBeUndefined()
  })

  test('counts what the reaper of a job has deleted', async () => {
    const job = stage.job('31')
    await job.must('pre')
    writeFileSync(path.join(job.slot, 'large'), Buffer.alloc(3_000_000, 7))
    await job.must('post', { inputs: { 'job-status': 'failure' } })
    await waitFor(() => (value('reclaimed_bytes_total') ?? 0) >= 3_000_000, {
      what: 'the reaper to tell',
    })
    const mounts = metrics().match(/^target_guard_disk_free_bytes\{role="root".*$/gm)
    expect(mounts).toHaveLength(1)
    expect(await complaints()).toBe('0')
  })

  test('tells what slots and snapshots hold, and who waits', async () => {
    const { id } = stage.place({ runId: '21', end: minutesAgo(1) })
    const size = { version: 1, bytes: 5000, files: 1, peakBytes: 9000, peakFiles: 1, uptimeMs: 1 }
    writeFileSync(stage.control(`leases/${id}.size`), JSON.stringify(size))
    publishNth(stage.root, 1, 7000)
    const ticket = takeTicket(stage.root, 1)
    await stage.job('31').must('pre')
    expect(
      ['slots_bytes', 'snapshots', 'snapshots_bytes', 'waiting_jobs'].map((name) => value(name)),
    ).toEqual([5000, 1, 7000, 1])
    ticket.release()
  })
})

/** Writes the metrics as one of many, and prints whether it was let in: nothing is said then. */
const WRITER = `${OPEN_ROOT}
  import { recordMetrics } from './steps/record-metrics.js'
  const recorded = {
    disks: { assessments: [], floors: null },
    jobs: ['success'],
    seeds: [],
    pass: { scope: 'own', result: 'done', seconds: 1, atMs: 1000 },
    reclaimedBytes: 1000,
    lockWaitSeconds: 0.5,
  }
  await recordMetrics(root, recorded, { environment: {}, voice: { warning: (text) => console.log(text) } })`

async function write(PATH = process.env['PATH']): Promise<(many: number) => Promise<string[]>> {
  const script = writeProgram(scene(), WRITER)
  return async (many) =>
    Promise.all(
      Array.from({ length: many }, async () => {
        const words = [script, stage.root.path]
        return (await scene().must(process.execPath, words, { env: { PATH } })).stdout
      }),
    )
}

describe('the counters', () => {
  test('count what sixteen processes add at once', async () => {
    // How many flock lets in: who is not let in leaves its share out.
    const log = path.join(scene().directory('log'), 'let-in')
    writeFileSync(log, '')
    const PATH = await stubProgram(scene(), 'flock', `"$REAL" "$@" && echo >>${log}`)
    const said = await (await write(PATH))(16)
    expect(said.join('')).toBe('')
    const many = readFileSync(log, 'utf8').length
    expect(many).toBeGreaterThan(1)
    expect(value('jobs_total', 'result="success"')).toBe(many)
    expect(value('passes_total', 'scope="own",result="done"')).toBe(many)
    expect(value('reclaimed_bytes_total')).toBe(1000 * many)
    expect(value('host_lock_wait_seconds_total')).toBe(0.5 * many)
  })

  test('leave out a writer that is not let in, and hold nobody up for long', async () => {
    const one = await write()
    await one(1)
    const { release } = await hold(scene(), 'exec 9<"$1"; flock -x 9; echo ready; read', [
      stage.control('metrics.lock'),
    ])
    expect(await one(1)).toEqual([''])
    expect(value('jobs_total', 'result="success"')).toBe(1)
    await release()
    await one(1)
    expect(value('jobs_total', 'result="success"')).toBe(2)
  })
})
