import { chmodSync, linkSync, lstatSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { hybridRefusal, takeHybridOut } from '../../src/host/hybrid-mark.ts'
import { asLinkedFile, findWrittenThrough } from '../../src/host/linked-files.ts'
import { controlName } from '../../src/host/root.ts'
import type { LinkedFile } from '../../src/plan/linked-file.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()

/** A source of one file, a clone that shares it, and the record of that. */
function shared(): { source: string; file: string; other: string; record: LinkedFile[] } {
  const source = scene().directory('source')
  const [file, other] = [`${source}/file`, `${scene().directory('clone')}/file`]
  writeFileSync(file, 'object code')
  linkSync(file, other)
  return { source, file, other, record: [asLinkedFile('file', statOf(file))] }
}

const statOf = (file: string): BigIntStats => lstatSync(file, { bigint: true })

describe('a file that a source shares with a clone', () => {
  test('is untouched as long as nobody does anything', () => {
    const { source, record } = shared()
    expect(findWrittenThrough(source, record)).toEqual([])
  })

  test.each<[string, (file: string) => void]>([
    ['written into', (file) => writeSync(openSync(file, 'r+'), 'O')],
    ['emptied', (file) => writeFileSync(file, '')],
    ['made executable', (file) => chmodSync(file, 0o755)],
  ])('is found when it was %s through the clone', (_, write) => {
    const { source, other, record } = shared()
    write(other)
    expect(findWrittenThrough(source, record)).toEqual(['file'])
  })

  test('is found when it is gone from the source', () => {
    const { source, file, record } = shared()
    rmSync(file)
    expect(findWrittenThrough(source, record)).toEqual(['file'])
  })

  test('is no other when the clone is gone', () => {
    const { source, other, record } = shared()
    rmSync(other)
    expect(findWrittenThrough(source, record)).toEqual([])
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
