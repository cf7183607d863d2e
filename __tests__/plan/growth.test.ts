import { describe, expect, test } from '@jest/globals'
import { byRate, growthOf, remember } from '../../src/plan/growth.ts'
import type { SizeAt } from '../../src/plan/growth.ts'

const MINUTE = 60_000

/** Sizes at these minutes, of as many bytes as are given. */
function sizes(...pairs: [minute: number, bytes: number][]): SizeAt[] {
  return pairs.map(([minute, bytes]) => ({ bytes, uptimeMs: minute * MINUTE }))
}

function remembered(all: readonly SizeAt[]): SizeAt[] {
  return all.reduce<SizeAt[]>((before, next) => remember(before, next), [])
}

describe('how a slot grew', () => {
  test('is what it gained between the first and the last size', () => {
    const growth = growthOf(remembered(sizes([0, 0], [1, 5], [2, 30])))
    expect(growth).toEqual({ grewBytes: 30, bytes: 30, seconds: 120 })
  })

  test('counts the last ten minutes alone', () => {
    const growth = growthOf(remembered(sizes([0, 0], [1, 1000], [3, 1001], [13, 1002])))
    expect(growth).toEqual({ grewBytes: 1, bytes: 1002, seconds: 600 })
  })

  test('is not known from one size, or from the same size twice', () => {
    expect(growthOf([])).toBeNull()
    expect(growthOf(remembered(sizes([1, 5])))).toBeNull()
    expect(growthOf(remembered(sizes([1, 5], [1, 9])))).toBeNull()
  })

  test('never needs more sizes than there are in ten minutes', () => {
    const all = sizes(...Array.from({ length: 500 }, (_, n): [number, number] => [n, n]))
    expect(remembered(all).length).toBeLessThan(13)
  })
})

test('the fastest comes first, and what shrank is not among them', () => {
  const slow = { grewBytes: 100, bytes: 100, seconds: 100 }
  const fast = { grewBytes: 90, bytes: 90, seconds: 10 }
  const none = { grewBytes: 0, bytes: 500, seconds: 10 }
  const shrunk = { grewBytes: -1, bytes: 500, seconds: 10 }
  expect(byRate([none, slow, shrunk, fast])).toEqual([fast, slow])
})
