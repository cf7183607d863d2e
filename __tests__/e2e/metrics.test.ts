import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

function fileOf(host: GuardedHost): string {
  return path.join(host.root, '.target-guard/metrics.prom')
}

/** The value of a sample, by its name with labels as they stand in the file. */
function valueOf(host: GuardedHost, sample: string): number | undefined {
  const line = readFileSync(fileOf(host), 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${sample} `))
  return line === undefined ? undefined : Number(line.slice(sample.length + 1))
}

async function check(file: string): Promise<[number | null, string]> {
  const { exitCode, stdout, stderr } = await scene().run('bash', [
    '-c',
    'promtool check metrics <"$1"',
    'bash',
    file,
  ])
  return [exitCode, stdout + stderr]
}

needs('promtool').describe('promtool check metrics', () => {
  test('finds nothing, also where paths have quotes, backslashes and line feeds', async () => {
    const host = new GuardedHost(scene(), path.join(scene().directory('host'), 'a "b" c\\d'))
    const runner = Runner.install(scene()).start()
    await runner.job({ steps: [host.step(), { run: 'exit 1' }] }).result
    await host.cli(['sweep'])
    expect(await check(fileOf(host))).toEqual([0, ''])
    const text = readFileSync(fileOf(host), 'utf8')
    expect(text).toContain(
      String.raw`path="${host.root.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    )
  })
})

test('every figure is there, and counters go on counting across processes', async () => {
  const host = new GuardedHost(scene())
  const runner = Runner.install(scene()).start()
  const before = Date.now() / 1000
  for (const command of ['true', 'true', 'exit 1']) {
    await runner.job({ steps: [host.step(), { run: command }] }).result
  }
  await host.cli(['sweep'])
  const prefix = 'target_guard_'
  const root = `{path="${host.root}"}`
  for (const each of ['free_bytes', 'size_bytes', 'free_inodes', 'size_inodes']) {
    expect(valueOf(host, `${prefix}disk_${each}${root}`)).toBeGreaterThan(0)
  }
  const levels = ['ok', 'low', 'critical'].map((level) =>
    valueOf(host, `${prefix}pressure_level{path="${host.root}",level="${level}"}`),
  )
  expect(levels.filter((level) => level === 0)).toHaveLength(2)
  expect(levels.filter((level) => level === 1)).toHaveLength(1)
  expect(valueOf(host, `${prefix}jobs_total{result="success"}`)).toBe(2)
  expect(valueOf(host, `${prefix}jobs_total{result="failure"}`)).toBe(1)
  expect(valueOf(host, `${prefix}passes_total{scope="own",result="done"}`)).toBe(6)
  expect(valueOf(host, `${prefix}passes_total{scope="host",result="done"}`)).toBe(1)
  expect(valueOf(host, `${prefix}slots`)).toBe(host.slots().length)
  expect(valueOf(host, `${prefix}leases{state="live"}`)).toBe(0)
  expect(valueOf(host, `${prefix}leases{state="ended"}`)).toBe(host.leases().length)
  for (const each of ['trash_entries', 'quarantined_entries', 'blocked_slots']) {
    expect(valueOf(host, `${prefix}${each}`)).toBe(0)
  }
  for (const each of ['reclaimed_bytes_total', 'host_lock_wait_seconds_total']) {
    expect(valueOf(host, `${prefix}${each}`)).toBeGreaterThanOrEqual(0)
  }
  const ended = valueOf(host, `${prefix}last_pass_timestamp_seconds{scope="host"}`) ?? 0
  expect(ended).toBeGreaterThanOrEqual(before)
  expect(valueOf(host, `${prefix}last_pass_duration_seconds{scope="host"}`)).toBeGreaterThan(0)
})

test('many jobs that end together lose none of their counts', async () => {
  const host = new GuardedHost(scene())
  const jobs = Array.from({ length: 8 }, (_, index) =>
    Runner.install(scene(), { name: `r${index}` })
      .start()
      .job({ runId: String(index + 1), steps: [host.step()] }),
  )
  const results = await Promise.all(jobs.map((job) => job.result))
  const logs = results.map((result) => result.step('Post guard').stdout)
  // Who is not let in within two seconds says nothing and leaves its share out; on a quiet host none.
  expect(logs.join('')).not.toContain('metrics were not written')
  expect(valueOf(host, 'target_guard_jobs_total{result="success"}')).toBe(8)
})

describe('what lies in the place of the metrics', () => {
  test.each([
    [
      'a torn file is replaced',
      (file: string) => writeFileSync(file, 'target_guard_jobs_total{result="succ'),
      { passes: 1, warns: false },
    ],
    [
      'a foreign one is replaced',
      (file: string) => writeFileSync(file, Buffer.from([0, 255, 10, 1])),
      { passes: 1, warns: false },
    ],
    [
      'a directory is told of',
      (file: string) => mkdirSync(file),
      { passes: undefined, warns: true },
    ],
  ])('%s, and stops nothing', async (_, plant, expected) => {
    const host = new GuardedHost(scene())
    await host.cli(['sweep'])
    rmSync(fileOf(host))
    plant(fileOf(host))
    const { exitCode, stderr } = await host.cli(['sweep'])
    expect(exitCode).toBe(0)
    const passes = statSync(fileOf(host)).isFile()
      ? valueOf(host, 'target_guard_passes_total{scope="host",result="done"}')
      : undefined
    const warns = stderr.includes('The metrics were not written')
    expect({ passes, warns }).toEqual(expected)
    const left = readdirSync(path.join(host.root, '.target-guard'))
    expect(left.filter((name) => name.startsWith('metrics.prom.'))).toEqual([])
  })
})
