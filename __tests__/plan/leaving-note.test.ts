import { expect, test } from '@jest/globals'
import { leavingNoteText, parseLeavingNote } from '../../src/plan/leaving-note.ts'

const note = { id: '0123456789ab', name: 'a name\nof two lines', lock: 'agent (pid 7)', pid: 8 }

test('reads what it wrote', () => {
  expect(parseLeavingNote(leavingNoteText(note))).toStrictEqual(note)
  const unlocked = { ...note, lock: null }
  expect(parseLeavingNote(leavingNoteText(unlocked))).toStrictEqual(unlocked)
})

test.each([
  ['no JSON', '{'],
  ['null', 'null'],
  ['another version', JSON.stringify({ ...note, version: 2 })],
  ['an id that is none', JSON.stringify({ ...note, version: 1, id: '../../../ab' })],
  ['a way elsewhere', leavingNoteText({ ...note, name: '../elsewhere' })],
  ['the folder itself', leavingNoteText({ ...note, name: '.' })],
  ['the folder above', leavingNoteText({ ...note, name: '..' })],
  ['no name', leavingNoteText({ ...note, name: '' })],
  ['no process', leavingNoteText({ ...note, pid: 0 })],
  ['a lock that is none', JSON.stringify({ ...note, version: 1, lock: 7 })],
])('takes %s for no note', (_, text) => {
  expect(parseLeavingNote(text)).toBeNull()
})
