import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { PASSES_AT_MOST, available, decide, mayGrow, neverFits } from '../../src/plan/admission.ts'
import type { Holder, Standing, Waiter } from '../../src/plan/admission.ts'

function aStanding(overrides: Partial<Standing> = {}): Standing {
  return {
    freeBytes: 100,
    reserveBytes: 10,
    forecastBytes: 30,
    holders: [],
    ahead: [],
    isFreeing: false,
    ...overrides,
  }
}

function aHolder(forecastBytes: number | null, sampledBytes: number): Holder {
  return { id: 'x', forecastBytes, sampledBytes }
}

function aWaiter(forecastBytes: number, passed = 0): Waiter {
  return { name: `w${forecastBytes}`, forecastBytes, passed }
}

test.each([
  ['alive', 'unknown', false, true],
  ['alive', 'left', false, true],
  ['dead', 'held', false, true],
  ['dead', 'unknown', true, false],
  ['dead', 'left', true, false],
  ['unknown', 'held', false, true],
  ['unknown', 'unknown', false, true],
  ['unknown', 'left', false, false],
  ['unknown', 'left', true, true],
] as const)(
  'the forecast of an owner that is %s counts, its keeper %s, somebody in its slot %p: %p',
  (owner, keeper, isInhabited, is) => {
    expect(mayGrow(owner, keeper, isInhabited)).toBe(is)
  },
)

describe('admission', () => {
  test('lets a job start that fits exactly, and none that is a byte larger', () => {
    expect(decide(aStanding({ forecastBytes: 90 })).kind).toBe('start')
    expect(decide(aStanding({ forecastBytes: 91 }))).toStrictEqual({
      kind: 'wait',
      why: 'room',
      availableBytes: 90,
    })
  })

  test('counts what live jobs may still grow, and never less than 0', () => {
    const holders = [aHolder(50, 20), aHolder(10, 40), aHolder(null, 70)]
    expect(available(aStanding({ holders }))).toBe(60)
  })

  test('lets a job without a forecast start, whatever there is', () => {
    const standing = aStanding({ forecastBytes: null, freeBytes: 0, ahead: [aWaiter(5)] })
    expect(decide(standing).kind).toBe('start')
  })

  test('keeps the order where whoever came before has room as well', () => {
    expect(decide(aStanding({ ahead: [aWaiter(90)] }))).toMatchObject({ kind: 'wait', why: 'turn' })
  })

  test('lets a smaller job past one that has no room, a bounded number of times', () => {
    const patient = aWaiter(91, PASSES_AT_MOST - 1)
    expect(decide(aStanding({ ahead: [patient] }))).toStrictEqual({
      kind: 'start',
      passing: [patient],
    })
    const spent = aWaiter(91, PASSES_AT_MOST)
    expect(decide(aStanding({ ahead: [aWaiter(95), spent] })).kind).toBe('wait')
  })

  test('lets nobody past while something is being deleted, and the first in', () => {
    expect(decide(aStanding({ ahead: [aWaiter(91)], isFreeing: true }))).toMatchObject({
      kind: 'wait',
      why: 'turn',
    })
    expect(decide(aStanding({ isFreeing: true })).kind).toBe('start')
  })

  test('never gives away more than there is', () => {
    const sizes = fc.array(fc.nat(1000), { maxLength: 40 })
    fc.assert(
      fc.property(sizes, fc.nat(5000), fc.nat(500), (forecasts, freeBytes, reserveBytes) => {
        const holders: Holder[] = []
        for (const forecastBytes of forecasts) {
          const decision = decide(aStanding({ freeBytes, reserveBytes, forecastBytes, holders }))
          if (decision.kind === 'start') holders.push(aHolder(forecastBytes, 0))
        }
        const claimed = holders.reduce((sum, each) => sum + (each.forecastBytes ?? 0), 0)
        expect(claimed).toBeLessThanOrEqual(Math.max(0, freeBytes - reserveBytes))
      }),
    )
  })

  test('lets everybody start in the end, past whom a bounded number goes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 60 }), (sizes) => {
        let waiting = sizes.map((size, at) => ({ ...aWaiter(size), name: String(at) }))
        let running: Holder[] = []
        const passedBy = new Map<string, number>()
        for (let round = 0; waiting.length > 0; round += 1) {
          expect(round).toBeLessThan(sizes.length * 3 + 3)
          for (const [at, waiter] of waiting.entries()) {
            const ahead = waiting.slice(0, at)
            const { forecastBytes } = waiter
            const room = { freeBytes: 100, reserveBytes: 0, holders: running }
            const decision = decide(aStanding({ ...room, forecastBytes, ahead }))
            if (decision.kind === 'wait') continue
            for (const { name } of ahead) passedBy.set(name, (passedBy.get(name) ?? 0) + 1)
            const names = new Set(decision.passing.map(({ name }) => name))
            waiting = waiting.filter((each) => each !== waiter)
            for (const each of waiting) if (names.has(each.name)) each.passed += 1
            running.push(aHolder(forecastBytes, 0))
            break
          }
          if (round % 2 === 1) running = running.slice(1)
        }
        for (const count of passedBy.values()) expect(count).toBeLessThanOrEqual(PASSES_AT_MOST)
      }),
    )
  })
})

test.each([
  [90, false],
  [91, true],
])('a forecast of %i on a disk of 100 with 10 to keep: never fits is %s', (forecast, never) => {
  expect(neverFits(forecast, { totalBytes: 100, reserveBytes: 10 })).toBe(never)
})
