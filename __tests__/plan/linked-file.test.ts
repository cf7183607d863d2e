import { describe, expect, test } from '@jest/globals'
import { joinRecords, judgeLinked } from '../../src/plan/linked-file.ts'
import type { LinkedFile, SeenFile } from '../../src/plan/linked-file.ts'

const SEEN = { inode: '7', size: 10, mode: 0o100644, mtimeNs: '1000', ctimeNs: '2000' }
const FILE: LinkedFile = { path: 'a', ...SEEN, beforeNs: '1500', digest: null }

test.each<[string, SeenFile, string]>([
  ['as it was', SEEN, 'untouched'],
  ['gone', null, 'written'],
  ['another file', { ...SEEN, inode: '8' }, 'written'],
  ['of another size', { ...SEEN, size: 11 }, 'written'],
  ['of another mode', { ...SEEN, mode: 0o100755 }, 'written'],
  ['of another time', { ...SEEN, mtimeNs: '1001' }, 'written'],
  ['with another ctime alone', { ...SEEN, ctimeNs: '2001' }, 'unproven'],
])('a shared file, %s, is %s', (_, seen, verdict) => {
  expect(judgeLinked(FILE, seen)).toBe(verdict)
})

describe('the record of two clones', () => {
  const known = { ...FILE, digest: 'd' }

  test('has the later ctime and the digest, where one followed the other', () => {
    const fresh = { ...FILE, beforeNs: '2000', ctimeNs: '3000' }
    const other = { ...FILE, path: 'b' }
    expect(joinRecords([known], [fresh, other])).toEqual({
      record: [{ ...fresh, digest: 'd' }, other],
      written: [],
    })
  })

  test('keeps the former ctime where something else happened between them', () => {
    const fresh = { ...FILE, beforeNs: '2500', ctimeNs: '3000' }
    expect(joinRecords([known], [fresh])).toEqual({ record: [known], written: [] })
  })

  test('names what was written between them', () => {
    const fresh = { ...FILE, mtimeNs: '2500', beforeNs: '2500', ctimeNs: '3000' }
    expect(joinRecords([known], [fresh])).toEqual({ record: [known], written: ['a'] })
  })
})
