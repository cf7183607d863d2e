import { expect, test } from '@jest/globals'
import { fateOf, joinRecords, parseLinked } from '../../src/plan/linked-file.ts'
import type { Fate, LinkedFile, SeenFile } from '../../src/plan/linked-file.ts'

const SEEN = { inode: '7', bornNs: '500', size: 10, mode: 0o100644, mtimeNs: '1000' }
const FILE: LinkedFile = { path: 'a', ...SEEN }

test.each<[string, SeenFile, Fate]>([
  ['as it was', SEEN, 'same'],
  ['of another size', { ...SEEN, size: 11 }, 'written'],
  ['of another mode', { ...SEEN, mode: 0o100755 }, 'written'],
  ['of another time', { ...SEEN, mtimeNs: '1001' }, 'written'],
  ['gone', null, 'other'],
  ['another file', { ...SEEN, inode: '8', size: 11 }, 'other'],
  ['another file of the same number', { ...SEEN, bornNs: '900', mtimeNs: '1001' }, 'other'],
  ['born nobody knows when', { ...SEEN, bornNs: '' }, 'same'],
  ['born nobody knows when, and changed', { ...SEEN, bornNs: '', size: 11 }, 'written'],
])('a shared file that is %s is: %s', (_, seen, expected) => {
  expect(fateOf(FILE, seen)).toBe(expected)
})

test.each([FILE, { ...FILE, bornNs: '' }])('a record is read as it was written', (file) => {
  expect(parseLinked(JSON.stringify([file]))).toEqual([file])
})

test('the record of two clones has what each file was at first', () => {
  const other = { ...FILE, path: 'b' }
  expect(joinRecords([FILE], [{ ...FILE, mtimeNs: '2500' }, other])).toEqual([FILE, other])
})
