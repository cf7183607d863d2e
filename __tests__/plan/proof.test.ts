import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isProven } from '../../src/plan/proof.ts'

test.each<[string, bigint, bigint, bigint[], boolean]>([
  ['before every unit', 1n, 1n, [5n, 9n], true],
  ['after every unit: all are built again', 10n, 10n, [5n, 9n], true],
  ['between them', 6n, 7n, [5n, 9n], true],
  ['after one that its mtime denies', 1n, 6n, [5n, 9n], false],
  ['in the very moment when one began', 5n, 5n, [5n], false],
  ['when nobody names it', 1n, 100n, [], true],
])('changed %s', (_, mtimeNs, ctimeNs, starts, expected) => {
  expect(isProven({ mtimeNs, ctimeNs }, starts)).toBe(expected)
})

test('proven is what no unit began to read between its two times', () => {
  const time = fc.bigInt({ min: 0n, max: 30n })
  fc.assert(
    fc.property(fc.array(time), time, time, (starts, mtimeNs, ctimeNs) => {
      const ascending = starts.toSorted((a, b) => Number(a - b))
      const deceived = starts.some((start) => start >= mtimeNs && start <= ctimeNs)
      expect(isProven({ mtimeNs, ctimeNs }, ascending)).toBe(!deceived)
    }),
  )
})
