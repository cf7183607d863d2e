import { chmodSync, linkSync, lstatSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { hybridRefusal, takeHybridOut } from '../../src/host/hybrid-mark.ts'
import { asLinkedFile, digestLinked, findWrittenThrough } from '../../src/host/linked-files.ts'
import { controlName } from '../../src/host/root.ts'
import type { LinkedFile } from '../../src/plan/linked-file.ts'
import type { Scene } from '../e2e/scene.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()

const ENOUGH = { bytes: 1e6, ms: 60_000 }

/** A source of one file, a clone that shares it, and the record of that. */
function shared(): { source: string; file: string; other: string; record: LinkedFile[] } {
  const source = scene().directory('source')
  const [file, other] = [`${source}/file`, `${scene().directory('clone')}/file`]
  writeFileSync(file, 'object code')
  linkSync(file, other)
  return { source, file, other, record: [asLinkedFile('file', statOf(file))] }
}

const statOf = (file: string): BigIntStats => lstatSync(file, { bigint: true })

/** Writes into the file and sets its mtime back; size and mtime are what they were. */
async function writeUnseen(current: Scene, file: string): Promise<void> {
  const { mtimeNs } = statOf(file)
  writeSync(openSync(file, 'r+'), 'O')
  const time = `@${mtimeNs / 1_000_000_000n}.${String(mtimeNs % 1_000_000_000n).padStart(9, '0')}`
  await current.must('touch', ['-m', '-d', time, file])
  expect(statOf(file).mtimeNs).toBe(mtimeNs)
}

describe('a file that a source shares with a clone', () => {
  test('is untouched as long as nobody does anything', () => {
    const { source, record } = shared()
    const found = { written: [], unproven: [], record }
    expect(findWrittenThrough(source, record)).toEqual(found)
  })

  test.each<[string, (file: string) => void]>([
    ['written into', (file) => writeSync(openSync(file, 'r+'), 'O')],
    ['emptied', (file) => writeFileSync(file, '')],
    ['made executable', (file) => chmodSync(file, 0o755)],
  ])('is found when it was %s through the clone', (_, write) => {
    const { source, other, record } = shared()
    write(other)
    expect(findWrittenThrough(source, record).written).toEqual(['file'])
  })

  test('is found when it is gone from the source', () => {
    const { source, file, record } = shared()
    rmSync(file)
    expect(findWrittenThrough(source, record).written).toEqual(['file'])
  })

  test('is not vouched for when its mtime was set back; with a digest it is found', async () => {
    const { source, other, record } = shared()
    const digested = digestLinked(source, record, ENOUGH)
    await writeUnseen(scene(), other)
    const expected = { written: [], unproven: ['file'] }
    expect(findWrittenThrough(source, record, ENOUGH)).toMatchObject(expected)
    expect(findWrittenThrough(source, digested)).toMatchObject(expected)
    expect(findWrittenThrough(source, digested, ENOUGH).written).toEqual(['file'])
  })

  test('is proven by its digest when the clone is gone, and then without reading', () => {
    const { source, other, record } = shared()
    const digested = digestLinked(source, record, ENOUGH)
    rmSync(other)
    expect(findWrittenThrough(source, record).unproven).toEqual(['file'])
    const found = findWrittenThrough(source, digested, ENOUGH)
    expect(found).toMatchObject({ written: [], unproven: [] })
    expect(findWrittenThrough(source, found.record)).toMatchObject({ written: [], unproven: [] })
  })

  test('gets no digest when it is not what was recorded, or at a limit', async () => {
    const { source, other, record } = shared()
    expect(digestLinked(source, record, { bytes: 5, ms: 60_000 })).toEqual(record)
    expect(digestLinked(source, record, { bytes: 1e6, ms: -1 })).toEqual(record)
    await writeUnseen(scene(), other)
    expect(digestLinked(source, record, ENOUGH)).toEqual(record)
  })
})

test('the hybrid is out of use once it was taken out, whatever the note says', () => {
  const root = aRoot(scene())
  expect(hybridRefusal(root)).toBeNull()
  takeHybridOut(root, 'octo-org/demo/7', ['debug/deps/test'])
  expect(hybridRefusal(root)).toContain('hybrid-off.json says which')
  writeFileSync(controlName(root, 'hybrid-off.json'), '')
  expect(hybridRefusal(root)).not.toBeNull()
})
