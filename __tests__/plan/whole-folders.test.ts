import { expect, test } from '@jest/globals'
import { WholeFolders } from '../../src/plan/whole-folders.ts'

test.each<[string[], string, boolean]>([
  [[], 'a', false],
  [[], 'a/b', false],
  [[''], 'a', true],
  [[''], 'a/b', true],
  [['a'], 'a', true],
  [['a'], 'a/b', true],
  [['a'], 'a/b/c', true],
  [['a'], 'ab', false],
  [['a'], 'ab/c', false],
  [['a'], 'b/a', false],
  [['a/b'], 'a', false],
  [['a/b'], 'a/c', false],
  [['a/b', 'd'], 'd/e/f', true],
])('%p have %p: %p', (folders, path, expected) => {
  const whole = new WholeFolders(folders)
  expect(whole.has(path)).toBe(expected)
  // What it has learnt does not change what it says.
  expect(whole.has(path)).toBe(expected)
})
