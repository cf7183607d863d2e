import { expect, test } from '@jest/globals'
import { rebuiltLines } from '../../src/report/rebuilt.ts'

const many = (count: number): { unit: string; why: string }[] =>
  Array.from({ length: count }, (_, index) => ({
    unit: `debug/a-${index} lib-a`,
    why: 'it read A',
  }))

test('units that are built again are told up to ten, and the others counted', () => {
  expect(rebuiltLines([])).toEqual([])
  expect(rebuiltLines(many(1))).toEqual([
    '1 unit(s) had a former path: they are built again, and so is what depends on them',
    '  debug/a-0 lib-a: it read A',
  ])
  expect(rebuiltLines(many(10)).at(-1)).toBe('  debug/a-9 lib-a: it read A')
  expect(rebuiltLines(many(13)).slice(-2)).toEqual(['  debug/a-9 lib-a: it read A', '  and 3 more'])
})
