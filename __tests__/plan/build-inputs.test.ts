import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  UNPROVEN,
  encodeBuildInputs,
  isFingerprint,
  isSettable,
  parseBuildInputs,
  planTimes,
} from '../../src/plan/build-inputs.ts'
import type { BuildInputs, Input } from '../../src/plan/build-inputs.ts'
import { encodeRestored, parseRestored } from '../../src/plan/restored.ts'

const GIT = `git:${'a'.repeat(40)}`
const UNIT = 'debug/.fingerprint/a-0123456789abcdef'

function input(overrides: Partial<Input> = {}): Input {
  const content = { kind: 'file', id: GIT, isExecutable: false, size: 3 } as const
  return { path: 'src/lib.rs', ...content, mtimeNs: '5', units: [], ...overrides }
}

function record(inputs: readonly Input[], overrides: Partial<BuildInputs> = {}): BuildInputs {
  const head = { workspace: '/ws', toolchain: 'r', former: ['/old'], gaps: ['g'], lost: [UNIT] }
  const beside = ['src/notes.md', 'docs/']
  return { version: 1, ...head, newestNs: '9', whole: ['', 'a/b'], beside, inputs, ...overrides }
}

describe('the planned time', () => {
  const before = input()
  const { mtimeNs: _, units: __, ...same } = before
  test.each<[string, Partial<Input>, Partial<typeof same>, string | null]>([
    ['of the same content is the recorded one', {}, {}, '5'],
    ['without a known size, too', {}, { size: null }, '5'],
    ['of other content is now', {}, { id: `git:${'b'.repeat(40)}` }, null],
    ['of another size', {}, { size: 4 }, null],
    ['of another kind', {}, { kind: 'link' }, null],
    ['of a program', {}, { isExecutable: true }, null],
    ['of what was never proven', { id: UNPROVEN }, { id: UNPROVEN }, null],
    ['of what is younger than every unit', { mtimeNs: '10' }, {}, null],
    ['of what another must not hide behind', { path: 'touched' }, { path: 'touched' }, null],
    ['of what was not recorded', { path: 'other' }, {}, null],
  ])('%s', (_what, recorded, present, mtimeNs) => {
    const known = input(recorded)
    const circumstances = { newestNs: '9', touched: new Set(['touched']) }
    const here = { ...same, ...present }
    const [planned] = planTimes(new Map([[known.path, known]]), [here], circumstances)
    expect(planned?.mtimeNs).toBe(mtimeNs)
  })
})

describe('a record', () => {
  test('is read as it was written', () => {
    const digest = `sha256:${'0'.repeat(64)}`
    const inputs = [
      input(),
      input({ path: '', kind: 'directory', id: digest, size: 0 }),
      input({ path: 'a\n b', kind: 'link', id: 'link:../x', size: 0, units: [UNIT] }),
      input({ path: '/out', id: UNPROVEN, isExecutable: true, units: [UNIT, `x/${UNIT}`] }),
    ]
    const written = encodeBuildInputs(record(inputs))
    expect(parseBuildInputs(written)).toEqual(record(inputs))
  })

  test.each<[string, unknown]>([
    ['that leads upward', ['../x', 0, GIT, 0, 3, '5']],
    ['that leads upward in the middle', ['a/../../x', 0, GIT, 0, 3, '5']],
    ['with an empty name', ['a//x', 0, GIT, 0, 3, '5']],
    ['with NUL', ['a\0x', 0, GIT, 0, 3, '5']],
    ['of no kind', ['x', 3, GIT, 0, 3, '5']],
    ['with an id of another kind', ['x', 1, GIT, 0, 3, '5']],
    ['with a size that is none', ['x', 0, GIT, 0, -1, '5']],
    ['with a time that is none', ['x', 0, GIT, 0, 3, '5e9']],
    ['with a time before all time', ['x', 0, GIT, 0, 3, '-5']],
    ['with a unit outside', ['x', 0, GIT, 0, 3, '5', '../.fingerprint/a']],
    ['with a unit that is any folder', ['x', 0, GIT, 0, 3, '5', 'debug/deps']],
    ['that is no row', 'x'],
  ])('with an input %s is refused', (_, row) => {
    const { inputs: __, ...head } = record([])
    expect(typeof parseBuildInputs(JSON.stringify({ ...head, inputs: [row] }))).toBe('string')
    const restored = { version: 1, former: [], files: [[row, '1', '2', 3]] }
    expect(parseRestored(JSON.stringify(restored))).toBeNull()
  })

  test.each<[string, object]>([
    ['another version', { version: 2 }],
    ['a workspace that is no absolute path', { workspace: 'ws' }],
    ['a former one that leads upward', { former: ['/a/../b'] }],
    ['a lost unit outside', { lost: ['/etc/.fingerprint/x'] }],
    ['no time of its newest unit', { newestNs: 5 }],
    ['a whole folder outside', { whole: ['../a'] }],
    ['a whole folder of git’s own', { whole: ['.git'] }],
    ['whole folders that are none', { whole: '' }],
    ['what lies beside inputs that is none', { beside: [5] }],
    ['the same input twice', { inputs: [1, 2].map(() => ['x', 0, GIT, 0, 3, '5']) }],
    ['no inputs', { inputs: null }],
  ])('with %s is refused', (_, overrides) => {
    const text = JSON.stringify({ ...record([]), ...overrides })
    expect(typeof parseBuildInputs(text)).toBe('string')
  })

  test('of an earlier version holds all that counts in the whole workspace', () => {
    const { whole: _, beside: __, ...earlier } = record([])
    const expected = record([], { whole: [''], beside: null })
    expect(parseBuildInputs(JSON.stringify(earlier))).toEqual(expected)
  })

  test('may be any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof parseBuildInputs(text)).toBe('string')
        expect(parseRestored(text)).toBeNull()
      }),
    )
  })
})

test('what was restored is read as it was written', () => {
  const stamp = { ctimeNs: '7', inode: '18446744073709551615', size: 3 }
  const restored = {
    version: 1,
    former: ['/old'],
    files: [{ ...input(), stamp }],
    doneNs: '7',
  } as const
  expect(parseRestored(encodeRestored(restored))).toEqual(restored)
})

test.each([
  [UNIT, true],
  [`x86_64-unknown-linux-gnu/${UNIT}`, true],
  ['debug/build/a/0123456789abcdef/fingerprint', true],
  ['debug/.fingerprint', false],
  ['debug/.fingerprint/../x', false],
  [`/${UNIT}`, false],
  ['src/fingerprint', false],
])('%p is a fingerprint: %p', (path, expected) => {
  expect(isFingerprint(path)).toBe(expected)
})

test.each([
  ['', true],
  ['a/b', true],
  ['/a', false],
  ['.git', false],
  ['.Git', false],
  ['a/.Git/x', false],
  ['a/.git', true],
  ['a/../b', false],
])('the time of %p is ours to set: %p', (path, expected) => {
  expect(isSettable(path)).toBe(expected)
})
