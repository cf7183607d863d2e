import { expect, test } from '@jest/globals'
import { formatManifest, judgeManifest } from '../../src/plan/remote-manifest.ts'

const ASKED = { key: 'a-1', restoreKeys: ['a-', 'b-x-'] }
const FOUND = { bytes: 5, entries: 2 }

test.each(['a-1', 'a-0', 'b-x-9'])('an archive that was asked for is used: %s', (key) => {
  expect(judgeManifest(formatManifest({ key, ...FOUND }), ASKED, key, FOUND)).toBeNull()
})

test('one that was not asked for is not', () => {
  const text = formatManifest({ key: 'b-1', ...FOUND })
  expect(judgeManifest(text, ASKED, 'b-1', FOUND)).toContain('another one than was asked for')
})

test.each([
  [formatManifest({ key: 'a-2', ...FOUND }), 'under another key'],
  [formatManifest({ key: 'a-1', bytes: 4, entries: 2 }), 'not whole'],
  [formatManifest({ key: 'a-1', bytes: 5, entries: 3 }), 'not whole'],
  [JSON.stringify({ version: 2, key: 'a-1', ...FOUND }), 'of this version'],
  ['', 'of this version'],
  ['null', 'of this version'],
  ['[1]', 'of this version'],
  ['{', 'of this version'],
])('%s is not used', (text, why) => {
  expect(judgeManifest(text, ASKED, 'a-1', FOUND)).toContain(why)
})
