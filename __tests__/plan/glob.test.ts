import { expect, test } from '@jest/globals'
import { matchesGlob } from '../../src/plan/glob.ts'

test.each([
  ['debug/build/x/out/big.bin', 'debug/build/**/big.bin', true],
  ['debug/build/big.bin', 'debug/build/**/big.bin', true],
  ['debug/build/x/big.bin.d', 'debug/build/**/big.bin', false],
  ['debug/deps/libfoo-1.rlib', 'debug/deps/lib*.rlib', true],
  ['debug/deps/libfoo-1.rlib', 'debug/deps/*foo*rlib', true],
  ['debug/deps/libfoo-1.rlib', '*/deps/*', true],
  ['debug/deps/x/y', 'debug/deps/*', false],
  ['debug/deps/x/y', 'debug/**', true],
  ['debug', 'debug/**', true],
  ['debug/aba', 'debug/ab*ba', false],
  ['debug/a.b', 'debug/a?b', false],
  ['debug/axb', 'debug/a.b', false],
])('%s is %s: %s', (path, glob, expected) => {
  expect(matchesGlob(path, glob)).toBe(expected)
})
