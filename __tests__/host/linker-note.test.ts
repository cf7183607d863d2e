import { symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readLinkerNote } from '../../src/host/linker-note.ts'
import { useScene } from '../e2e/use-scene.ts'
import { elf } from '../helpers/elf.ts'

const scene = useScene()

const NOTE = 'GCC: (Debian)\0mold 1.10.1\0'

/** An ELF file whose header says something else in these bytes. */
function spoilt(offset: number, bytes: readonly number[]): Buffer {
  const file = elf(NOTE)
  Buffer.from(bytes).copy(file, offset)
  return file
}

const FULL = [255, 255, 255, 255, 255, 255, 255, 255]

test.each<[string, Buffer, string | null]>([
  ['with a note', elf(NOTE), 'GCC: (Debian)\nmold 1.10.1\n'],
  ['without a note', elf(null), null],
  ['with an endless note', elf('x'.repeat(20_000)), null],
  ['cut off', elf(NOTE).subarray(0, 100), null],
  ['empty', Buffer.alloc(0), null],
  ['of 32 bits', spoilt(4, [1]), null],
  ['whose table lies nowhere', spoilt(40, FULL), null],
  ['whose table is short', spoilt(60, [255, 255]), null],
  ['whose names are not there', spoilt(62, [255, 255]), null],
  ['of another entry size', spoilt(58, [40, 0]), null],
])('the linker’s note in a file %s', (_, content, expected) => {
  const file = `${scene().directory('elf')}/file`
  writeFileSync(file, content)
  expect(readLinkerNote(file)).toBe(expected)
})

test('is not read through a link, from a FIFO or from nothing', async () => {
  const directory = scene().directory('elf')
  writeFileSync(`${directory}/file`, elf(NOTE))
  symlinkSync('file', `${directory}/link`)
  await scene().must('mkfifo', [`${directory}/fifo`])
  expect(readLinkerNote(`${directory}/link`)).toBeNull()
  expect(readLinkerNote(`${directory}/nothing`)).toBeNull()
  expect(() => readLinkerNote(`${directory}/fifo`)).toThrow('ESPIPE')
})
