import { expect, test } from '@jest/globals'
import { isWritten, joinRecords } from '../../src/plan/linked-file.ts'
import type { LinkedFile, SeenFile } from '../../src/plan/linked-file.ts'

const SEEN = { inode: '7', size: 10, mode: 0o100644, mtimeNs: '1000' }
const FILE: LinkedFile = { path: 'a', ...SEEN }

test.each<[string, SeenFile, boolean]>([
  ['as it was', SEEN, false],
  ['gone', null, true],
  ['another file', { ...SEEN, inode: '8' }, true],
  ['of another size', { ...SEEN, size: 11 }, true],
  ['of another mode', { ...SEEN, mode: 0o100755 }, true],
  ['of another time', { ...SEEN, mtimeNs: '1001' }, true],
])('of a shared file that is %s somebody wrote into it: %s', (_, seen, expected) => {
  expect(isWritten(FILE, seen)).toBe(expected)
})

test('the record of two clones has what each file was at first', () => {
  const other = { ...FILE, path: 'b' }
  expect(joinRecords([FILE], [{ ...FILE, mtimeNs: '2500' }, other])).toEqual([FILE, other])
})
