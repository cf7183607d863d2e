import {
  chmodSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { hybridRefusal, takeHybridOut } from '../../src/host/hybrid-mark.ts'
import { asLinkedFile, lookAtShared } from '../../src/host/linked-files.ts'
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
  linkLater(file, other)
  return { source, file, other, record: [asLinkedFile('file', statOf(file))] }
}

/** Links a file, at a later moment by the kernel's clock, which goes on in steps of milliseconds. */
function linkLater(file: string, other: string): void {
  linkSync(file, other)
  while (isOfNow(statOf(file))) chmodSync(file, 0o644)
}

const isOfNow = ({ birthtimeNs, ctimeNs }: BigIntStats): boolean => birthtimeNs === ctimeNs

const statOf = (file: string): BigIntStats => lstatSync(file, { bigint: true })

describe('a file that a source shares with a clone', () => {
  test('is untouched as long as nobody does anything', () => {
    const { source, record } = shared()
    expect(lookAtShared(source, record).same).toEqual(record)
  })

  test.each<[string, (file: string) => void]>([
    ['written into', (file) => writeSync(openSync(file, 'r+'), 'O')],
    ['emptied', (file) => writeFileSync(file, '')],
    ['made executable', (file) => chmodSync(file, 0o755)],
  ])('is found when it was %s through the clone', (_, write) => {
    const { source, other, record } = shared()
    write(other)
    expect(lookAtShared(source, record).written).toEqual(['file'])
  })

  test.each<[string, (file: string) => void]>([
    ['gone from the source', rmSync],
    [
      'replaced there, as by rustc',
      (file) => {
        writeFileSync(`${file}.new`, 'code')
        renameSync(`${file}.new`, file)
      },
    ],
    [
      'a link',
      (file) => {
        rmSync(file)
        symlinkSync('/etc/hostname', file)
      },
    ],
  ])('is shared no more, and nobody wrote into it, when it is %s', (_, replace) => {
    const { source, file, record } = shared()
    replace(file)
    expect(lookAtShared(source, record)).toEqual({ same: [], written: [], others: ['file'] })
  })

  test('is told from another file that gets its number', () => {
    const { source, file, other, record } = shared()
    const { ino } = statOf(file)
    rmSync(other)
    // A number that is free is taken again at once, or it is not: only the first can be mistaken.
    for (let count = 0; count < 50; count += 1) {
      rmSync(file, { force: true })
      writeFileSync(file, `code ${count}`)
      if (statOf(file).ino === ino) break
    }
    linkLater(file, other)
    expect(lookAtShared(source, record)).toEqual({ same: [], written: [], others: ['file'] })
  })

  test('is no other when the clone is gone', () => {
    const { source, other, record } = shared()
    rmSync(other)
    expect(lookAtShared(source, record).same).toEqual(record)
  })
})

test('the hybrid is out of use once it was taken out, whatever the note says', () => {
  const root = aRoot(scene())
  expect(hybridRefusal(root)).toBeNull()
  takeHybridOut(root, 'octo-org/demo/7', { written: ['debug/deps/test'], record: [] })
  expect(hybridRefusal(root)).toContain('hybrid-off.json says which')
  writeFileSync(controlName(root, 'hybrid-off.json'), '')
  expect(hybridRefusal(root)).not.toBeNull()
})
