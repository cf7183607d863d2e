import { describe, expect, test } from '@jest/globals'
import {
  countUnused,
  isOfUnit,
  isUnit,
  outOfUse,
  parseUnused,
  stillCounted,
} from '../../src/plan/unused-units.ts'

const HASH = '0123456789abcdef'
const [one, two] = [`debug/one-${HASH}`, `debug/two-${HASH}`]

describe('units that builds do not use', () => {
  test('go after two builds in a row without them', () => {
    const first = countUnused({}, [one, two], new Set([two]))
    expect([first, outOfUse(first)]).toEqual([{ [one]: 1 }, []])
    const second = countUnused(first, [one, two], new Set([two]))
    expect(outOfUse(second)).toEqual([one])
    expect(stillCounted(second)).toEqual({})
  })

  test('are counted anew once a build has used them', () => {
    const first = countUnused({}, [one, two], new Set([two]))
    expect(countUnused(first, [one, two], new Set([one]))).toEqual({ [two]: 1 })
  })

  test('are not counted by a job that built nothing, and forgotten when they are gone', () => {
    expect(countUnused({ [one]: 1 }, [one, two], new Set())).toEqual({ [one]: 1 })
    expect(countUnused({ [one]: 1 }, [two], new Set([two]))).toEqual({})
  })
})

test.each([
  [one, true],
  [`x86_64-unknown-linux-gnu/release/one-two-${HASH}`, true],
  [`debug/one-${HASH}x`, false],
  [`/debug/one-${HASH}`, false],
  [`debug/../one-${HASH}`, false],
  [`one-${HASH}`, false],
])('%s is the place of a unit: %s', (path, expected) => {
  expect(isUnit(path)).toBe(expected)
})

test.each([
  [`libone-${HASH}.rlib`, true],
  [`one-${HASH}`, true],
  [`one-${HASH}.one.7rcbfp3g-cgu.0.rcgu.o`, true],
  [`one-${HASH}0`, false],
  ['one.d', false],
])('%s belongs to the unit: %s', (file, expected) => {
  expect(isOfUnit(file, HASH)).toBe(expected)
})

test.each([null, [], 'x', { 'debug/one': 1 }, { [one]: '1' }, { [one]: 1.5 }, { '../x': 1 }])(
  'counts that cannot be understood are none: %j',
  (found) => {
    expect(parseUnused(found)).toBeNull()
  },
)

test('counts are read as they were written', () => {
  expect(parseUnused(JSON.parse(JSON.stringify({ [one]: 1 })))).toEqual({ [one]: 1 })
})
