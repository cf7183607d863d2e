import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { encodeHeartbeat, maintenanceWarnings, parseHeartbeat } from '../../src/report/heartbeat.ts'
import type { Heartbeat } from '../../src/report/heartbeat.ts'

const HOUR = 3_600_000
const NOW = 2_000_000_000_000

function aHeartbeat(overrides: Partial<Heartbeat> = {}): Heartbeat {
  return {
    version: 1,
    completedAt: NOW,
    sweptAt: NOW,
    scope: 'host',
    by: 'sweep',
    seconds: 1.5,
    retired: ['a'],
    kept: [{ path: 'b', state: 'live', reason: 'c' }],
    blocked: [{ id: 'd', path: 'e', reason: 'f', since: NOW }],
    foreign: [{ path: 'g', reason: 'h' }],
    reclaimedBytes: 7,
    lock: null,
    errors: ['i'],
    ...overrides,
  }
}

describe('a heartbeat', () => {
  test('is read as it was written', () => {
    expect(parseHeartbeat(encodeHeartbeat(aHeartbeat()))).toEqual(aHeartbeat())
  })

  test('is read whatever it holds', () => {
    const field = fc.constantFrom(...Object.keys(aHeartbeat()))
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const found = parseHeartbeat(JSON.stringify({ ...aHeartbeat(), [name]: value }))
        expect(found === null || Array.isArray(found.blocked)).toBe(true)
        expect(() => maintenanceWarnings(found, NOW, NOW)).not.toThrow()
      }),
    )
    for (const text of ['', '{', '[]', '{}', null]) expect(parseHeartbeat(text)).toBeNull()
  })
})

/** What is said when the last pass was completed so many hours ago. */
function told(hours: number): string[] {
  const completedAt = NOW - hours * HOUR
  return maintenanceWarnings(aHeartbeat({ completedAt, blocked: [] }), 0, NOW)
}

describe('every job is told', () => {
  test('when no pass was completed for 48 hours, not before', () => {
    expect(told(47.9)).toEqual([])
    expect(told(49)).toEqual([expect.stringMatching(/No pass .* for 49 h/)])
  })

  test('when there never was one, by the age of the root', () => {
    expect(maintenanceWarnings(null, NOW - 47 * HOUR, NOW)).toEqual([])
    expect(maintenanceWarnings(null, NOW - 50 * HOUR, NOW)).toHaveLength(1)
  })

  test('what has been blocked for 24 hours, by name and reason', () => {
    const since = (hours: number): Heartbeat =>
      aHeartbeat({
        blocked: [{ id: 'd', path: 'slot', reason: 'mounted', since: NOW - hours * HOUR }],
      })
    expect(maintenanceWarnings(since(23.9), 0, NOW)).toEqual([])
    expect(maintenanceWarnings(since(30), 0, NOW)).toEqual([
      'slot has been blocked for 30 h: mounted',
    ])
  })
})
