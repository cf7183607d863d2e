import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, test } from '@jest/globals'
import { editTexts, someForMake } from '../../src/host/make-files.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

let out = ''
beforeEach(() => {
  out = scene().directory('make-files')
  mkdirSync(`${out}/deep`)
  writeFileSync(`${out}/Makefile`, 'old')
  writeFileSync(`${out}/deep/text`, 'old and more')
})

function inOut<Value>(work: (folder: number) => Value): Value {
  const folder = openSync(out, 'r')
  try {
    return work(folder)
  } finally {
    closeSync(folder)
  }
}

const edited = (bytes: number, entries: number): unknown =>
  inOut((folder) =>
    editTexts(folder, { bytes, entries }, (text, isForMake) =>
      text.replace('old', isForMake ? 'made' : 'new'),
    ),
  )

const isThere = (bytes: number, entries: number): boolean =>
  inOut((folder) => someForMake(folder, () => false, { bytes, entries }))

test('texts are edited, and told whether make reads them', () => {
  expect(edited(100, 10)).toEqual(
    expect.arrayContaining([
      { path: 'Makefile', text: 'made' },
      { path: 'deep/text', text: 'new and more' },
    ]),
  )
})

test('texts of more bytes or files than are allowed are not edited', () => {
  expect([edited(14, 10), edited(100, 2)]).toEqual([null, null])
})

test('what cannot be searched may have something for make', () => {
  expect([isThere(100, 10), isThere(2, 10), isThere(100, 1)]).toEqual([false, true, true])
})
