import { expect, test } from '@jest/globals'
import { besideInputs, inputsBesideNew } from '../../src/plan/beside-inputs.ts'

const inputs = new Map(
  ['assets/a.txt', 'assets/deep/b.txt', 'src/lib.rs', 'tests/one.rs', '/outside/file'].map(
    (path) => [path, { kind: 'file' as const }],
  ),
)
const SOURCES = [
  ...inputs.keys(),
  'assets/notes.md',
  'assets/other/c.txt',
  'assets/other/d.txt',
  'docs/one.md',
  'src/deep/er/spare.rs',
]
const beside = besideInputs(SOURCES, inputs)

test('what lies in a folder with an input, and is none, is noted', () => {
  expect(beside).toEqual(['assets/notes.md', 'assets/other/', 'src/deep/'])
})

test.each<[string, string, string[]]>([
  ['a file beside an input', 'assets/new.txt', ['assets/a.txt']],
  ['a file beside one further down', 'assets/deep/new.txt', ['assets/deep/b.txt']],
  ['a folder beside an input', 'assets/new/er/c.txt', ['assets/a.txt']],
  ['a module', 'src/new.rs', ['src/lib.rs']],
  ['data of tests', 'tests/new.txt', ['tests/one.rs']],
  ['a folder of tests', 'tests/new/main.rs', ['tests/one.rs']],
  ['a test that Cargo finds', 'tests/new.rs', []],
  ['a program that Cargo finds', 'src/bin/new.rs', ['src/lib.rs']],
  ['a file where nothing is an input', 'docs/new.md', []],
  ['a folder where nothing is', 'more/new.md', []],
  ['more in a folder that was there', 'assets/other/new.txt', []],
  ['what was there', 'assets/notes.md', []],
  ['an input', 'src/lib.rs', []],
])('%s, %s, has these look new: %j', (_, path, expected) => {
  expect(inputsBesideNew([...SOURCES, path], inputs, beside)).toEqual(expected)
})

test('what is gone has nothing look new', () => {
  expect(inputsBesideNew(['src/lib.rs'], inputs, beside)).toEqual([])
})

test('the workspace is a folder, too', () => {
  const own = new Map([['README.md', { kind: 'file' as const }]])
  expect(besideInputs(['README.md', 'a', 'b/c/d'], own)).toEqual(['a', 'b/'])
  expect(inputsBesideNew(['README.md', 'a', 'b/c/e', 'e'], own, ['a', 'b/'])).toEqual(['README.md'])
})

test('a folder that is an input is listed by itself', () => {
  const own = new Map([['assets', { kind: 'directory' as const }]])
  expect(besideInputs(['assets/a', 'b'], own)).toEqual([])
})
