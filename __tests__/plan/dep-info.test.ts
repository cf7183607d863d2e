import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { joinDepInfo, parseDepInfo, parseRerunIfChanged } from '../../src/plan/dep-info.ts'

describe('dep-info', () => {
  test.each<[string, string, readonly string[]]>([
    ['inputs', '/t/a.d: src/lib.rs src/b.rs\n\nsrc/lib.rs:\n', ['src/lib.rs', 'src/b.rs']],
    ['the first rule alone', 'a.d: one.rs\n\na.rlib: two.rs\n', ['one.rs']],
    ['names with spaces', String.raw`a.d: a\ b.rs c.rs`, ['a b.rs', 'c.rs']],
    ['names parted by more than one blank', 'a.d:  a.rs   b.rs ', ['a.rs', 'b.rs']],
    ['lines that end as elsewhere', 'a.d: a.rs b.rs\r\n\r\n', ['a.rs', 'b.rs']],
    ['a rule without inputs', 'a.d:\n', []],
    ['a rule after variables', '# env-dep:A=b: c\na.d: a.rs\n', ['a.rs']],
  ])('gives %s', (_, text, inputs) => {
    expect(parseDepInfo(text)).toMatchObject({ inputs, problem: null })
  })

  test('tells where it was written, and the variables', () => {
    const text = String.raw`/t/my\ target/a.d: a.rs` + '\n# env-dep:A=1=2\n# env-dep:NONE\n'
    const { output, environment } = parseDepInfo(text)
    expect(output).toBe('/t/my target/a.d')
    expect([...environment]).toEqual([['A', '1=2']])
  })

  test.each([
    ['nothing', ''],
    ['no rule', 'a.rs:b\n'],
    ['a name that is cut off', 'a.d: a.rs b\\'],
    ['no path', `a.d: a\0b`],
    ['what was no text', 'a.d: a\uFFFDb'],
    ['a path that is too long', `a.d: ${'x'.repeat(5000)}`],
    ['too many', `a.d: ${'x '.repeat(100_001)}`],
  ])('with %s is not relied on', (_, text) => {
    expect(parseDepInfo(text).problem).not.toBeNull()
  })

  test('of several files is all they say, and as good as the worst', () => {
    const joined = joinDepInfo(['a: x', 'b: y\n# env-dep:A=1', ''].map(parseDepInfo))
    expect(joined.inputs).toEqual(['x', 'y'])
    expect(joined.output).toBe('a')
    expect(joined.environment.get('A')).toBe('1')
    expect(joined.problem).toBe('it has no rule')
  })

  test('gives back any names', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9é."#:-][ -.0-9:;a-z]{0,8}[a-z]$/)
    fc.assert(
      fc.property(fc.array(name.filter((each) => !/\\|: /.test(each))), (names) => {
        const written = names.map((each) => each.replaceAll(' ', String.raw`\ `)).join(' ')
        expect(parseDepInfo(`a.d: ${written}\n`).inputs).toEqual(names)
      }),
    )
  })
})

test.each<[string, string, readonly string[] | string]>([
  ['both forms', 'cargo:rerun-if-changed=a b\ncargo::rerun-if-changed=/c\n', ['a b', '/c']],
  ['the package itself', 'cargo:rerun-if-changed=\r\n', ['']],
  [
    'what has blanks around it',
    '  cargo:rerun-if-changed=a b \n\tcargo::rerun-if-changed=c',
    ['a b', 'c'],
  ],
  ['nothing else', '-cargo:rerun-if-changed=a\ncargo:rerun-if-env-changed=B\nx\n', []],
  ['no impossible path', 'cargo:rerun-if-changed=a\0b', 'it names what cannot be a file'],
])('build scripts tell %s', (_, text, expected) => {
  expect(parseRerunIfChanged(text)).toEqual(expected)
})
