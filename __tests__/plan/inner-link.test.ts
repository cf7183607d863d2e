import { expect, test } from '@jest/globals'
import { staysInside } from '../../src/plan/inner-link.ts'

test.each([
  ['a', 'b', true],
  ['a', './b/c', true],
  ['a', '.', true],
  ['a/b', '..', true],
  ['a/b/c', '../../x', true],
  ['a', '..', false],
  ['a/b', '../..', false],
  ['a/b', '../../x', false],
  ['a/b/c', 'x/../y', false],
  ['a/b/c', '../x/..', false],
  ['a', '/a', false],
  ['a', '', false],
])('a link at %s to %s stays inside: %s', (path, target, expected) => {
  expect(staysInside(path, target)).toBe(expected)
})
