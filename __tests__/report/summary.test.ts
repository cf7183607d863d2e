import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { describeAction, passLines } from '../../src/report/actions.ts'
import { jobSummary } from '../../src/report/summary.ts'
import type { SummaryFacts } from '../../src/report/summary.ts'
import { size } from '../../src/report/texts.ts'
import type { Action, Kept } from '../../src/plan/reclaim.ts'

function aSlot(overrides: Partial<NonNullable<SummaryFacts['slot']>> = {}): SummaryFacts['slot'] {
  const usual = {
    targetDirectory: '/mnt/targets/slot',
    runDirectory: '/mnt/targets',
    takenOver: false,
  }
  return { ...usual, ...overrides }
}

function facts(overrides: Partial<SummaryFacts> = {}): SummaryFacts {
  return {
    slot: aSlot(),
    lease: 'abc',
    retired: 2,
    reclaimedBytes: 0,
    diskStatus: 'ok',
    freeBytes: 2e9,
    actions: [],
    seed: '',
    dryRun: false,
    ...overrides,
  }
}

describe('a job summary', () => {
  test('names the slot, the lease and what was retired', () => {
    const text = jobSummary(facts())
    expect(text).toContain('| Target directory | `/mnt/targets/slot` |')
    expect(text).toContain('| Lease | `abc`, made by this step |')
    expect(text).toContain('| Stale slots retired | 2 |')
    expect(text).not.toContain('<details>')
    expect(text).not.toContain('Seed')
    expect(jobSummary(facts({ seed: 'cold (`|x`)' }))).toContain('| Seed | `cold (ʼ\\|xʼ)` |')
    expect(jobSummary(facts({ slot: aSlot({ takenOver: true }) }))).toContain(
      'taken over from the runner’s hook',
    )
  })

  test('lists thirty actions, and counts the rest', () => {
    const actions = Array.from({ length: 35 }, (_, n) => `retire ${n}`)
    const text = jobSummary(facts({ actions, dryRun: true }))
    expect(text.match(/^- `retire/gm)).toHaveLength(30)
    expect(text).toContain('- and 5 more')
    expect(text).toContain('dry run')
  })

  test('shows text of others as inert Markdown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const lines = jobSummary(facts({ actions: [name] })).split('\n')
        const line = lines.find((each) => each.startsWith('- ')) ?? ''
        expect(line).toMatch(/^- `[^`]*`$/)
        expect(line).not.toMatch(/(?<!\\)\|/)
      }),
    )
    const evil = 'a`\n</details><script>|'
    expect(jobSummary(facts({ slot: aSlot({ targetDirectory: evil }) }))).toContain(
      '| `aʼ\uFFFD</details><script>\\|` |',
    )
  })
})

test('each kind of action has its words', () => {
  const reason = 'why'
  expect(
    [
      { kind: 'retire', id: 'i', slot: 's', reason, state: 'live' } as const,
      { kind: 'forget', id: 'i', slot: null, reason } as const,
      { kind: 'discard', file: 'f', reason } as const,
      { kind: 'keep', id: 'i', slot: null, reason, state: 'blocked' } as const,
      { kind: 'adopt', path: 'p', reason } as const,
      { kind: 'foreign', path: 'p', reason } as const,
    ].map(describeAction),
  ).toEqual([
    'retire s: why',
    'forget lease i: why',
    'discard f: why',
    'keep (blocked) lease i: why',
    'retire p: why',
    'leave p: why',
  ])
})

describe('a job', () => {
  const about = { id: 'i', slot: 's', reason: 'why' }
  const kept = (state: Kept): Action => ({ kind: 'keep', state, ...about })

  test('tells what a pass changes and cannot, and counts the rest', () => {
    const retained = Array.from({ length: 17 }, () => kept('retained'))
    const retired = { kind: 'retire', state: 'ended', ...about } as const
    const actions = [...retained, retired, kept('live'), kept('blocked'), kept('unknown')]
    expect(passLines(actions)).toEqual([
      'retire s: why',
      'keep (blocked) s: why',
      'keep (unknown) s: why',
      '17 ended slots are kept to be inherited',
    ])
    expect(passLines([kept('retained'), retired], { would: true, published: [] })).toEqual([
      'would retire s: why',
      '1 ended slot is kept to be inherited',
    ])
    expect(passLines([kept('live')])).toEqual([])
  })

  test('does not call lost what has become a snapshot', () => {
    const actions = ['i', 'j'].map((id): Action => ({
      kind: 'forget',
      id,
      slot: 's',
      reason: 'why',
    }))
    expect(passLines(actions, { would: false, published: ['i'] })).toEqual(['forget lease j: why'])
  })
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_500_000, '1.5 MB'],
  [3e9, '3.0 GB'],
  [5e15, '5000.0 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(size(bytes)).toBe(text)
})
