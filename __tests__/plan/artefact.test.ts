import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { inspectArtefact } from '../../src/plan/artefact.ts'
import type { Verdict } from '../../src/plan/artefact.ts'
import { archiveOf, elfWith, metadataOf } from '../helpers/elf.ts'

const SLOT = '/targets/one/slot'
const OUT = `${SLOT}/debug/build/a-0123456789abcdef/out`
const INPUTS = [`${OUT}/made.rs`, 'a/src/lib.rs']
const DATA = `${OUT}/data.txt`

function inspect(bytes: Buffer, living: readonly string[] = []): Verdict {
  const read = (from: number, size: number): Buffer => bytes.subarray(from, from + size)
  return inspectArtefact(read, bytes.length, { paths: [SLOT, '/ws/one'], living, inputs: INPUTS })
}

const debug = (text: string): Buffer =>
  elfWith([
    { name: '.rodata', text: 'nothing' },
    { name: '.debug_str', text, isLoaded: false },
  ])
const loaded = (text: string): Buffer =>
  elfWith([
    { name: '.debug_str', text: 'x'.repeat(100), isLoaded: false },
    { name: '.rodata..L1', text },
  ])
const metadata = (...parts: Parameters<typeof metadataOf>): Buffer =>
  archiveOf({ 'lib.rmeta/': elfWith([{ name: '.rmeta', text: text(...parts), isLoaded: false }]) })
const text = (...parts: Parameters<typeof metadataOf>): string =>
  metadataOf(...parts).toString('latin1')

test.each([
  ['debug information', debug(DATA), 'unseen'],
  ['what is loaded', loaded(DATA), 'seen'],
  ['the former workspace', loaded('x/ws/one/fixture'), 'seen'],
  ['another path', loaded('/targets/two/slot'), 'unseen'],
  ['an object of an archive', archiveOf({ 'a.o/': debug('-'), 'b.o/': loaded(DATA) }), 'seen'],
  ['debug information in an archive', archiveOf({ 'a.o/': debug(DATA) }), 'unseen'],
  [
    'code for link-time optimisation',
    archiveOf({ 'a.o/': Buffer.from('BC\u00c0\u00de', 'latin1') }),
    'unreadable',
  ],
  [
    'such code beside native code',
    elfWith([{ name: '.llvmbc', text: '-', isLoaded: false }]),
    'unreadable',
  ],
  ['a thin archive', Buffer.from('!<thin>\n'), 'unreadable'],
  ['a damaged archive', archiveOf({ 'a.o/': debug('-') }).subarray(0, -10), 'unreadable'],
  ['a damaged object', loaded('-').subarray(0, -10), 'unreadable'],
  [
    'no sections at all',
    Buffer.concat([elfWith([]).fill(0, 58, 64), Buffer.from(DATA)]),
    'unreadable',
  ],
  ['an unknown format without it', Buffer.from('\0asm'), 'unseen'],
  ['an unknown format with it', Buffer.from(`\0asm${DATA}`), 'seen'],
  ['a source in metadata', metadataOf([`${OUT}/made.rs`]), 'unseen'],
  ['a source in an archive’s metadata', metadata([`${OUT}/made.rs`]), 'unseen'],
  ['where rustc ran', metadataOf(['/ws/one', '/ws/one/a/src/lib.rs']), 'unseen'],
  ['a folder where it did not run', metadataOf(['/ws/one']), 'seen'],
  ['another file in metadata', metadataOf([DATA]), 'seen'],
  ['a constant', metadataOf([], [`\u0040${OUT}/made.rs\0`]), 'seen'],
  ['a constant, and then what ends a name', metadataOf([], [`\0${OUT}/made.rs\u00c1`]), 'seen'],
  ['another file in an archive’s metadata', metadata([DATA]), 'seen'],
  ['a long source', metadataOf([`/ws/one${'/x'.repeat(100)}/a/src/lib.rs`]), 'unseen'],
  ['metadata that is packed', Buffer.from('rust\0\0\0\nxxxxxxxxx'), 'unreadable'],
])('%s is judged', (_, bytes, kind) => {
  expect(inspect(bytes).kind).toBe(kind)
})

test('a path of the same target counts as nobody’s', () => {
  const bytes = loaded(`${DATA} /ws/one/target/debug/app`)
  expect(inspect(bytes, [SLOT, '/ws/one/target']).kind).toBe('seen')
  expect(inspect(loaded('/ws/one/target/debug/app'), ['/ws/one/target']).kind).toBe('unseen')
})

test('how the path goes on is told', () => {
  const verdict = inspect(loaded(`before${DATA}`))
  expect(verdict).toMatchObject({ text: expect.stringMatching(new RegExp(`^${DATA}`)) as unknown })
})

test('a path at the seam of what is read at once is found', () => {
  const seam = 4 * 1024 * 1024
  for (const before of [seam - SLOT.length, seam - SLOT.length + 1, seam - 1, seam]) {
    expect(inspect(loaded(`${'x'.repeat(before)}${DATA}`)).kind).toBe('seen')
  }
})

test('no bytes make it throw', () => {
  const whole = archiveOf({ 'a.o/': debug('-'), 'b.o/': loaded(DATA) })
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
      const changed = Buffer.from(whole)
      changed[at] = value
      inspect(changed)
      inspect(whole.subarray(0, at))
    }),
  )
  const starts = [
    '',
    '\u007fELF\u0002\u0001',
    '\u007fELF\u0001\u0002',
    '!<arch>\n',
    'rust\0\0\0rustc ',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), (start, bytes) => {
      inspect(Buffer.concat([Buffer.from(start, 'latin1'), Buffer.from(bytes)]))
    }),
  )
})

test('an object that is cut off is never unseen', () => {
  const whole = loaded(DATA)
  for (let size = 64; size < whole.length; size += 1) {
    expect(inspect(whole.subarray(0, size)).kind).toBe('unreadable')
  }
})
