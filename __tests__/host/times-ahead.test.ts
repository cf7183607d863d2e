import { chmodSync, lstatSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { onlyAhead } from '../../src/host/times-ahead.ts'
import type { Content, PlannedTime } from '../../src/plan/build-inputs.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

const CONTENT: Content = { kind: 'file', id: 'unproven', isExecutable: false, size: 4 }
const FOLDER: Content = { ...CONTENT, kind: 'directory', size: 0 }
const T = 1_000_000_000
const IN_NS = `${T}000000000`

/** What is to be set of a file of four bytes that was changed at T. */
function setOf(planned: Partial<PlannedTime>, arrange: (file: string) => void = () => {}): string {
  const workspace = scene().directory('workspace')
  mkdirSync(`${workspace}/folder`)
  writeFileSync(`${workspace}/file`, 'file')
  arrange(`${workspace}/file`)
  for (const name of ['file', 'folder']) utimesSync(`${workspace}/${name}`, T, T)
  const plan = { path: 'file', mtimeNs: IN_NS, expected: CONTENT, ...planned }
  const { times, standing } = onlyAhead(workspace, [plan])
  if (times.length > 0) return 'to be set'
  const [found] = standing
  if (found === undefined) return 'to be left'
  const { ctimeNs, ino, size } = lstatSync(`${workspace}/${plan.path}`, { bigint: true })
  const stamp = { ctimeNs: String(ctimeNs), inode: String(ino), size: Number(size) }
  expect(found).toEqual({ kind: 'set', path: plan.path, stamp })
  return 'set'
}

test.each<[string, Partial<PlannedTime>, string]>([
  ['that gets now', { mtimeNs: null }, 'to be set'],
  ['that gets newer', { mtimeNs: `${T}000000001` }, 'to be set'],
  ['that would get older', { mtimeNs: `${T - 1}999999999` }, 'to be left'],
  ['that has its time', {}, 'set'],
  ['that has its time, and another size', { expected: { ...CONTENT, size: 5 } }, 'to be set'],
  [
    'that has its time, and was no program',
    { expected: { ...CONTENT, isExecutable: true } },
    'to be set',
  ],
  ['that was a folder', { expected: FOLDER }, 'to be set'],
  ['that was a link', { expected: { ...CONTENT, kind: 'link' } }, 'to be set'],
  ['that is a folder as before', { path: 'folder', expected: FOLDER }, 'set'],
  ['that is gone', { path: 'gone' }, 'to be set'],
])('a file %s', (_, planned, expected) => {
  expect(setOf(planned)).toBe(expected)
})

test('a program that has its time stays as it is', () => {
  const expected = { ...CONTENT, isExecutable: true }
  expect(setOf({ expected }, (file) => chmodSync(file, 0o755))).toBe('set')
})
