import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  assess,
  goalOf,
  isRelieved,
  plausible,
  reliefFor,
  usedPercent,
  worst,
} from '../../src/plan/pressure.ts'
import type { Assessment, Floors, Reading } from '../../src/plan/pressure.ts'

const GB = 1e9
const OFF: Floors = { minFreeBytes: 0, minFreePercent: 0, minFreeInodesPercent: 0 }
const DEFAULT: Floors = { minFreeBytes: null, minFreePercent: 5, minFreeInodesPercent: 5 }

function aReading(overrides: Partial<Reading> = {}): Reading {
  return {
    path: '/mnt/targets',
    device: '8:1',
    places: [],
    holdsRoot: true,
    freeBytes: 500 * GB,
    totalBytes: 1000 * GB,
    freeInodes: 500,
    totalInodes: 1000,
    ...overrides,
  }
}

describe('a disk', () => {
  test.each([
    ['all floors off', { freeBytes: 0, freeInodes: 0 }, OFF, 'ok'],
    ['just below 3 GB', { freeBytes: 2.999 * GB }, { ...OFF, minFreeBytes: 3 * GB }, 'critical'],
    ['at 3 GB', { freeBytes: 3 * GB }, { ...OFF, minFreeBytes: 3 * GB }, 'low'],
    ['at 1.5 times 3 GB', { freeBytes: 4.5 * GB }, { ...OFF, minFreeBytes: 3 * GB }, 'ok'],
    ['below 5 %', { freeBytes: 49 * GB }, { ...OFF, minFreePercent: 5 }, 'critical'],
    ['a floor of a fraction', { freeBytes: 4 * GB }, { ...OFF, minFreePercent: 0.5 }, 'critical'],
    ['a floor of 100 %', {}, { ...OFF, minFreePercent: 100 }, 'critical'],
    ['inodes below 5 %', { freeInodes: 49 }, { ...OFF, minFreeInodesPercent: 5 }, 'critical'],
    ['no inode count', { freeInodes: null, totalInodes: null }, DEFAULT, 'ok'],
    ['a small disk, default', { freeBytes: 7e6, totalBytes: 64e6 }, DEFAULT, 'low'],
    ['a small disk, nearly full', { freeBytes: 6e6, totalBytes: 64e6 }, DEFAULT, 'critical'],
    [
      'a small /tmp, a large floor',
      { freeBytes: 60e6, totalBytes: 64e6, holdsRoot: false },
      { ...OFF, minFreeBytes: 100 * GB },
      'ok',
    ],
    ['a terabyte, default', { freeBytes: 51 * GB }, DEFAULT, 'low'],
  ] as const)('with %s is judged', (_, reading, floors, level) => {
    expect(assess(aReading(reading), floors).level).toBe(level)
  })

  test('says which floor it is below, of several the first', () => {
    const { why } = assess(aReading({ freeBytes: 1 * GB, freeInodes: 1 }), DEFAULT)
    expect(why).toBe('1.0 GB free, below the floor of 3.0 GB (min-free-gb)')
  })

  test('with nonsense numbers is none', () => {
    const raw = { available: 10, blocks: 100, blockSize: 4096, freeFiles: 5, files: 10 }
    expect(plausible(raw)).toEqual({
      freeBytes: 40_960,
      totalBytes: 409_600,
      freeInodes: 5,
      totalInodes: 10,
    })
    for (const odd of [{ available: 101 }, { blocks: 0 }, { available: -1 }, { blocks: NaN }]) {
      expect(plausible({ ...raw, ...odd })).toBeNull()
    }
    // Btrfs has no inode count: no signal, not none free.
    expect(plausible({ ...raw, freeFiles: 0, files: 0 })).toMatchObject({ freeInodes: null })
  })
})

const WATERMARKS = { high: 85, low: 80 }

/** A disk that is so many percent full. */
function at(used: number, overrides: Partial<Reading> = {}): Assessment {
  return assess(aReading({ freeBytes: (100 - used) * 10 * GB, ...overrides }), DEFAULT)
}

test('relief is for the root’s disk: an emergency below a floor, else from the high watermark', () => {
  expect(reliefFor([at(84)], WATERMARKS)).toBe('none')
  expect(reliefFor([at(85)], WATERMARKS)).toBe('watermark')
  expect(reliefFor([at(96)], WATERMARKS)).toBe('emergency')
  expect(reliefFor([at(10), at(99, { holdsRoot: false })], WATERMARKS)).toBe('none')
  expect(worst([at(10), at(99, { holdsRoot: false })])).toBe('critical')
  expect(isRelieved(at(80), WATERMARKS)).toBe(false)
  expect(isRelieved(at(79), WATERMARKS)).toBe(true)
  expect(reliefFor([], WATERMARKS)).toBe('none')
})

test('percent used is of bytes or inodes, whichever is more, and from 0 to 100', () => {
  expect(usedPercent(aReading({ freeInodes: 100 }))).toBeCloseTo(90)
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 1000 }), (free, more) => {
      const used = usedPercent(aReading({ freeBytes: free, totalBytes: free + more }))
      expect(used >= 0 && used <= 100).toBe(true)
    }),
  )
})

describe('the goal of a pass', () => {
  const floors = { minFreeBytes: 600 * GB, minFreePercent: 0, minFreeInodesPercent: 0 }
  const marks = { high: 85, low: 80 }

  test('is the floor that was missed, not the watermark that was met', () => {
    expect(goalOf(aReading(), floors, marks)).toBe('600 GB free')
  })

  test('is each that was missed', () => {
    const reading = aReading({ freeBytes: 100 * GB, freeInodes: 50 })
    expect(goalOf(reading, { ...floors, minFreeInodesPercent: 10 }, marks)).toBe(
      '600 GB free and 100 inodes free and below 80 %',
    )
    expect(goalOf(reading, OFF, marks)).toBe('below 80 %')
  })
})
