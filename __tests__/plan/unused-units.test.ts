import { describe, expect, test } from '@jest/globals'
import {
  countUnused,
  hashesIn,
  isUnit,
  outOfUse,
  parseUnused,
  overweight,
  withoutUnits,
} from '../../src/plan/unused-units.ts'

const HASH = '0123456789abcdef'
const [one, two] = [`debug/one-${HASH}`, `debug/two-${HASH}`]

describe('units that builds do not use', () => {
  test('go after two builds in a row without them', () => {
    const first = countUnused({}, [one, two], new Set([two]))
    expect([first, outOfUse(first)]).toEqual([{ [one]: 1 }, []])
    const second = countUnused(first, [one, two], new Set([two]))
    expect(outOfUse(second)).toEqual([one])
    expect(withoutUnits(second, [one])).toEqual({})
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

function unit(name: string): string {
  return `debug/${name}-${HASH}`
}

describe('what the last build did not use', () => {
  const bytes = new Map(
    Object.entries({ used: 100, light: 20, heavy: 30, old: 15 }).map(([name, each]) => [
      unit(name),
      each,
    ]),
  )

  test('stays as long as it weighs no more than half of what it used', () => {
    expect(overweight({ [unit('light')]: 1, [unit('heavy')]: 1 }, bytes)).toEqual([])
  })

  test('else goes until it fits: what was not used for longest first, then the heaviest', () => {
    const unused = { [unit('light')]: 1, [unit('heavy')]: 1, [unit('old')]: 2 }
    expect(overweight(unused, bytes)).toEqual([unit('old')])
    const more = new Map([...bytes, [unit('used'), 50]])
    expect(overweight(unused, more)).toEqual([unit('old'), unit('heavy')])
    const little = new Map([...bytes, [unit('used'), 22]])
    expect(overweight(unused, little)).toEqual([unit('old'), unit('heavy'), unit('light')])
  })

  test('is left alone after a build of a small part', () => {
    const unused = { [unit('light')]: 1, [unit('heavy')]: 1 }
    const small = new Map([...bytes, [unit('used'), 1]])
    expect(
      overweight(unused, new Map([...small].filter(([each]) => each !== unit('old')))),
    ).toEqual([])
  })

  test('is left alone where what it used could not be weighed', () => {
    expect(overweight({ [unit('light')]: 1 }, new Map())).toEqual([])
    expect(overweight({ [unit('light')]: 1 }, new Map([[unit('light'), 20]]))).toEqual([])
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
  [`libone-${HASH}.rlib`, [HASH]],
  [`one-${HASH}`, [HASH]],
  [`one-${HASH}.one.7rcbfp3g-cgu.0.rcgu.o`, [HASH]],
  [`one-${HASH}-fedcba9876543210.o`, ['fedcba9876543210']],
  [`one-${HASH}0`, []],
  ['one.d', []],
])('%s belongs to the units %j', (file, expected) => {
  expect(hashesIn(file)).toEqual(expected)
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
