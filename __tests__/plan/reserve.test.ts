import { expect, test } from '@jest/globals'
import { canSpare } from '../../src/plan/reserve.ts'

const size = { bytes: 1000, inodes: 10 }

test.each([
  ['four times both', 4000, 40, true],
  ['a byte less', 3999, 40, false],
  ['an inode less', 4000, 39, false],
  ['nothing', 0, 0, false],
  ['more than that', 9e12, 9e9, true],
  ['no inode count', 4000, null, true],
  ['no inode count, a byte less', 3999, null, false],
])('a reserve is set aside with four times its size free: %s', (_, bytes, inodes, isSpared) => {
  expect(canSpare({ freeBytes: bytes, freeInodes: inodes }, size)).toBe(isSpared)
})
