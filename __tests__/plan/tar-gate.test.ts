import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { MANIFEST, RECORD, TarGate, TarRefusal } from '../../src/plan/tar-gate.ts'
import type { TarTotals } from '../../src/plan/tar-gate.ts'
import { caught } from '../helpers/caught.ts'
import { END, entry, extended, record, tar } from '../helpers/tar.ts'
import type { TarPart } from '../helpers/tar.ts'

const LIMITS = { bytes: 1000, entries: 20 }

function pass(archive: Uint8Array, limits = LIMITS): TarTotals {
  const gate = new TarGate(limits)
  gate.accept(archive)
  return gate.finish()
}

const FOLDER: TarPart = { name: 'tree/debug/', type: '5', mode: 0o755 }
const GOOD: readonly TarPart[] = [
  { name: MANIFEST, content: '{}' },
  { name: RECORD, content: 'r'.repeat(2000) },
  extended(['mtime', '1600000000.123456789']),
  FOLDER,
  extended(['mtime', '1600000000.5'], ['path', `tree/debug/${'ü'.repeat(90)}`]),
  { name: `tree/debug/${'ü'.repeat(50)}`, content: 'x'.repeat(513) },
  { name: 'file', prefix: 'tree/debug', content: 'y', mode: 0o755 },
  { name: 'tree/debug/link', type: '2', link: 'file' },
  { name: 'tree/debug/up', type: '2', link: '../debug/file' },
]

describe('what we pack', () => {
  test('comes through, and is counted without what lies beside the tree', () => {
    expect(pass(tar(...GOOD))).toEqual({ bytes: 514, entries: 5 })
  })

  test('comes through in whatever pieces it arrives', () => {
    const archive = tar(...GOOD)
    const cuts = fc.array(fc.integer({ min: 0, max: archive.length }), { maxLength: 40 })
    fc.assert(
      fc.property(cuts, (places) => {
        const gate = new TarGate(LIMITS)
        const sorted = [0, ...places.toSorted((a, b) => a - b), archive.length]
        for (const [at, from] of sorted.entries())
          gate.accept(archive.subarray(from, sorted[at + 1]))
        expect(gate.finish()).toEqual({ bytes: 514, entries: 5 })
      }),
    )
  })

  test('is refused when it breaks off anywhere', () => {
    const archive = tar(...GOOD)
    for (let length = 0; length < archive.length; length += 256) {
      expect(caught(() => pass(archive.subarray(0, length)))).toBeInstanceOf(TarRefusal)
    }
  })

  test('is refused when a byte of a header is another', () => {
    const archive = Buffer.concat([entry(FOLDER), END])
    // The last byte of the sum's own field stands behind its end.
    for (let at = 0; at < 512; at += at === 154 ? 2 : 1) {
      const damaged = Buffer.from(archive)
      damaged[at] = (damaged[at] ?? 0) ^ 0x05
      expect({ at, error: caught(() => pass(damaged)) }).toMatchObject({
        error: { name: 'TarRefusal' },
      })
    }
  })
})

function file(name: string): TarPart {
  return { name, content: 'x' }
}

function link(name: string, to: string): TarPart {
  return { name, type: '2', link: to }
}

describe('refused is', () => {
  test.each<[string, readonly TarPart[], string]>([
    ['an absolute name', [file('/etc/passwd')], 'not a name inside'],
    ['a name that goes up', [FOLDER, file('tree/debug/../../x')], 'not a name inside'],
    ['a name with a dot', [FOLDER, file('tree/./x')], 'not a name inside'],
    ['a doubled slash', [FOLDER, file('tree//x')], 'not a name inside'],
    ['a file that tar takes for a folder', [file('tree/x/')], 'not a name inside'],
    ['an empty name', [file('')], 'not a name inside'],
    ['a name beside the tree', [file('programs')], 'lies in no folder'],
    ['another name beside the tree', [file('treeX/file')], 'lies in no folder'],
    ['a line break', [file('tree/a\nb')], 'control character'],
    [
      'an absolute name in an extended header',
      [extended(['path', '/x']), file('tree/a')],
      'inside',
    ],
    ['the tree itself', [{ ...FOLDER, name: 'tree/' }], 'comes twice'],
    ['the tree as a link', [link('tree', '/etc')], 'comes twice'],
    ['the manifest as a link', [link(MANIFEST, 'x')], 'lies in no folder'],
    ['the manifest twice', [file(MANIFEST), file(MANIFEST)], 'comes twice'],
    ['a name twice', [file('tree/a'), file('tree/a')], 'comes twice'],
    ['a file where a link is', [link('tree/a', 'b'), file('tree/a')], 'comes twice'],
    ['a file below a link', [link('tree/a', 'b'), file('tree/a/c')], 'lies in no folder'],
    ['a file below a file', [file('tree/a'), file('tree/a/c')], 'lies in no folder'],
    ['a file whose folder comes later', [file('tree/debug/a'), FOLDER], 'lies in no folder'],
    ['an absolute link', [link('tree/a', '/etc')], 'leads out'],
    ['a link that goes up too far', [link('tree/a', '../x')], 'leads out'],
    ['a link that goes up behind a name', [FOLDER, link('tree/debug/a', 'b/../../x')], 'leads out'],
    ['a link to nothing', [link('tree/a', '')], 'leads out'],
    [
      'a link by an extended header that leads out',
      [extended(['linkpath', '/etc']), link('tree/a', 'b')],
      'leads out',
    ],
    ['a hard link', [file('tree/a'), { name: 'tree/b', type: '1', link: 'tree/a' }], 'of a kind'],
    ['a character device', [{ name: 'tree/a', type: '3' }], 'of a kind'],
    ['a block device', [{ name: 'tree/a', type: '4' }], 'of a kind'],
    ['a fifo', [{ name: 'tree/a', type: '6' }], 'of a kind'],
    ['a contiguous file', [{ name: 'tree/a', type: '7' }], 'of a kind'],
    ['an old file', [{ name: 'tree/a', type: '\0' }], 'of a kind'],
    ['a sparse file', [{ name: 'tree/a', type: 'S' }], 'of a kind'],
    ['a long name of GNU tar’s', [{ name: 'tree/a', type: 'L', content: '/etc/x' }], 'of a kind'],
    [
      'a header for all',
      [{ name: 'tree/g', type: 'g', content: record('path', '/x') }],
      'of a kind',
    ],
    ['a folder with content', [{ ...FOLDER, content: 'x' }], 'of a kind'],
    ['setuid', [{ ...file('tree/a'), mode: 0o4755 }], 'special mode'],
    ['setgid', [{ ...file('tree/a'), mode: 0o2755 }], 'special mode'],
    ['a sticky folder', [{ ...FOLDER, mode: 0o1755 }], 'special mode'],
    ['a folder that cannot be emptied', [{ ...FOLDER, mode: 0o555 }], 'closed to its owner'],
    ['another format', [{ ...file('tree/a'), magic: 'ustar  \0' }], 'pax format'],
    ['a negative size', [{ ...file('tree/a'), size: '-0000000001' }], 'damaged'],
    ['a size as a number', [{ ...file('tree/a'), size: '\u0080' }], 'UTF-8|damaged'],
    ['an unknown record', [extended(['size', '9']), file('tree/a')], 'not as we write'],
    ['a sparse map', [extended(['GNU.sparse.name', '/x']), file('tree/a')], 'not as we write'],
    [
      'a record twice',
      [extended(['path', 'tree/a'], ['path', '/x']), file('tree/a')],
      'not as we write',
    ],
    ['a time that is none', [extended(['mtime', 'now']), file('tree/a')], 'not one'],
    [
      'two extended headers',
      [extended(['path', 'tree/a']), extended(['mtime', '1']), file('tree/a')],
      'not as we write',
    ],
    [
      'a record longer than its header',
      [{ name: 'x', type: 'x', content: '99 path=a\n' }, file('tree/a')],
      'not as we write',
    ],
    [
      'a record shorter than it says',
      [{ name: 'x', type: 'x', content: '8 path=/etc/x\n' }, file('tree/a')],
      'not as we write',
    ],
    ['too much beside the tree', [{ name: MANIFEST, content: 'x'.repeat(65_537) }], 'is too large'],
    ['too many bytes', [{ name: 'tree/a', content: 'x'.repeat(1001) }], 'more than 1000 bytes'],
    [
      'too many bytes in all',
      [
        { name: 'tree/a', content: 'x'.repeat(600) },
        { name: 'tree/b', content: 'x'.repeat(600) },
      ],
      'more than 1000 bytes',
    ],
    [
      'too many entries',
      Array.from({ length: 21 }, (_, at) => file(`tree/${at}`)),
      'more than 20 entries',
    ],
  ])('%s', (_, parts, why) => {
    const error = caught(() => pass(tar(...parts)))
    expect(error).toBeInstanceOf(TarRefusal)
    expect((error as Error).message).toMatch(new RegExp(why))
  })

  test('what follows the end', () => {
    const behind = Buffer.concat([tar(FOLDER), entry({ name: '/etc/x', content: 'x' })])
    expect(() => pass(behind)).toThrow('something follows its end')
    expect(() => pass(Buffer.concat([tar(FOLDER), Buffer.alloc(512 * 40)]))).toThrow('does not end')
  })

  test('a name that is not UTF-8', () => {
    const archive = tar({ name: 'tree/a', content: 'x' })
    archive[5] = 0xff
    archive.write('0'.repeat(6), 148)
    expect(caught(() => pass(archive))).toBeInstanceOf(TarRefusal)
  })
})
