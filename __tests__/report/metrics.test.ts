import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ALERT_KINDS } from '../../src/plan/alert.ts'
import { metricsText } from '../../src/report/metrics.ts'
import type { MetricFacts } from '../../src/report/metrics.ts'
import { notedDisks } from '../../src/report/noted-disks.ts'

function facts(overrides: Partial<MetricFacts> = {}): MetricFacts {
  return {
    disks: [],
    slots: 3,
    slotBytes: 300,
    snapshots: { many: 2, bytes: 200 },
    waiting: 1,
    leases: { live: 1, ended: 2 },
    trash: 4,
    quarantined: 1,
    blocked: 2,
    pass: { scope: 'host', result: 'done', seconds: 1.5, atMs: 1_500_250 },
    jobs: ['success', 'failure'],
    seeds: ['clone', 'cold', 'clone'],
    reclaimedBytes: 1000,
    lockWaitSeconds: 0.25,
    ...overrides,
  }
}

const NO_COUNTS = { pass: null, jobs: [], seeds: [], reclaimedBytes: 0, lockWaitSeconds: null }
const NOTHING = facts(NO_COUNTS)

const A = 'role="root",mount="/a"'
const B = 'role="docker",mount="/b"'

/** The samples, without names’ common beginning. */
function lines(text: string): string[] {
  return text.split('\n').flatMap((line) => /^target_guard_(.*)$/.exec(line)?.[1] ?? [])
}

/** Those that count on from file to file. */
function lasting(text: string): string[] {
  return lines(text).filter((line) => /_total|^last_pass/.test(line))
}

describe('the metrics', () => {
  test('tell each figure under its name, in base units', async () => {
    const disk = { freeBytes: 10, totalBytes: 100, freeInodes: 5, totalInodes: 50 }
    const text = await metricsText(
      facts({
        disks: [
          { role: 'root', mount: '/a', level: 'low', ...disk },
          {
            role: 'docker',
            mount: '/b',
            level: 'ok',
            ...disk,
            freeInodes: null,
            totalInodes: null,
          },
        ],
      }),
      '',
    )
    expect(lines(text)).toEqual([
      `disk_free_bytes{${A}} 10`,
      `disk_free_bytes{${B}} 10`,
      `disk_size_bytes{${A}} 100`,
      `disk_size_bytes{${B}} 100`,
      `disk_free_inodes{${A}} 5`,
      `disk_size_inodes{${A}} 50`,
      ...[A, B].flatMap((labels) =>
        ['ok', 'low', 'critical'].map(
          (level) =>
            `pressure_level{${labels},level="${level}"} ${level === (labels === A ? 'low' : 'ok') ? 1 : 0}`,
        ),
      ),
      'slots 3',
      'slots_bytes 300',
      'snapshots 2',
      'snapshots_bytes 200',
      'waiting_jobs 1',
      'leases{state="live"} 1',
      'leases{state="ended"} 2',
      'trash_entries 4',
      'quarantined_entries 1',
      'blocked_slots 2',
      'passes_total{scope="host",result="done"} 1',
      'jobs_total{result="success"} 1',
      'jobs_total{result="failure"} 1',
      'seeds_total{kind="clone"} 2',
      'seeds_total{kind="cold"} 1',
      'reclaimed_bytes_total 1000',
      'host_lock_wait_seconds_total 0.25',
      'last_pass_duration_seconds{scope="host"} 1.5',
      'last_pass_timestamp_seconds{scope="host"} 1500.25',
    ])
  })

  test('count on from the file before, and keep what another scope told last', async () => {
    const first = await metricsText(facts(), '')
    const pass = { scope: 'own', result: 'failed', seconds: 2, atMs: 3_000_000 } as const
    const counts = { pass, jobs: ['success'], seeds: ['inherit'] } as const
    const second = await metricsText(facts(counts), first)
    expect(lasting(second)).toEqual([
      'passes_total{scope="host",result="done"} 1',
      'passes_total{scope="own",result="failed"} 1',
      'jobs_total{result="success"} 2',
      'jobs_total{result="failure"} 1',
      'seeds_total{kind="clone"} 2',
      'seeds_total{kind="cold"} 1',
      'seeds_total{kind="inherit"} 1',
      'reclaimed_bytes_total 2000',
      'host_lock_wait_seconds_total 0.5',
      'last_pass_duration_seconds{scope="host"} 1.5',
      'last_pass_duration_seconds{scope="own"} 2',
      'last_pass_timestamp_seconds{scope="host"} 1500.25',
      'last_pass_timestamp_seconds{scope="own"} 3000',
    ])
    expect(lasting(await metricsText(NOTHING, second))).toEqual(lasting(second))
  })

  test('count on when counters are large', async () => {
    const first = await metricsText(facts({ reclaimedBytes: 3e21 }), '')
    expect(lasting(await metricsText(NOTHING, first))).toContain('reclaimed_bytes_total 3e+21')
  })

  test('take nothing of a file that they did not write', async () => {
    const empty = lasting(await metricsText(NOTHING, ''))
    const before = [
      'target_guard_passes_total{scope="own"} 1',
      'target_guard_passes_total{scope="own",result="done",x="y"} 1',
      'target_guard_jobs_total 1',
      'target_guard_jobs_total{result="success"} -1',
      'target_guard_jobs_total{result="success"} NaN',
      'target_guard_jobs_total{result="success"} 1e999',
      'target_guard_jobs_total{result="success"} 1 1700000000',
      'target_guard_reclaimed_bytes_total{path="/"} 5',
      'target_guard_last_pass_duration_seconds 1',
      'constructor 1',
      'target_guard_jobs_total{result="succ',
    ].join('\n')
    expect(lasting(await metricsText(NOTHING, before))).toEqual(empty)
  })

  test('are written whatever was in the file', async () => {
    const word = fc.constantFrom(
      'target_guard_passes_total',
      'target_guard_jobs_total',
      '{result="success"}',
      '{scope="own",result="done"}',
      ' 1',
      ' -1e5',
      '\n',
      '"\\}',
    )
    const text = fc.array(fc.oneof(word, fc.string()), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(text, async (words) => {
        const written = await metricsText(facts(), words.join(''))
        expect(written).toContain('target_guard_passes_total{scope="host",result="done"} 1')
      }),
      { numRuns: 200 },
    )
  })

  test('escape what a path may hold', async () => {
    const disk = { freeBytes: 1, totalBytes: 1, freeInodes: null, totalInodes: null }
    const known = { role: 'workspace', mount: '/a "b"\\c\nd', level: 'ok', ...disk } as const
    const text = await metricsText(facts({ disks: [known] }), '')
    expect(lines(text)[0]).toBe('disk_free_bytes{role="workspace",mount="/a \\"b\\"\\\\c\\nd"} 1')
  })
})

test('disks are read from the file as they were written', async () => {
  const amount = fc.nat()
  const disks = fc.uniqueArray(
    fc.record({
      role: fc.constantFrom('root', 'workspace', 'docker'),
      mount: fc.string({
        unit: fc.constantFrom('/', 'a', '"', '\\', '\n', 'n', '}', '{', ' ', ','),
      }),
      level: fc.constantFrom('ok', 'low', 'critical'),
      freeBytes: amount,
      totalBytes: amount,
      freeInodes: fc.option(amount),
      totalInodes: fc.option(amount),
    }),
    { selector: ({ role, mount }) => `${role} ${mount}` },
  )
  await fc.assert(
    fc.asyncProperty(disks, async (written) => {
      expect(notedDisks(await metricsText(facts({ disks: written }), ''))).toEqual(written)
    }),
  )
})

test('alerts are of three kinds, each a file name', () => {
  expect(ALERT_KINDS).toEqual(['critical', 'pass-failed', 'blocked'])
})
