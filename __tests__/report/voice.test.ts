import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { printable, terminal } from '../../src/report/voice.ts'

describe('text of others', () => {
  test.each([
    ['a\n::error::b', 'a\uFFFD::error::b'],
    ['\r\u001B[31m\0', '\uFFFD\uFFFD[31m\uFFFD'],
    ['\u0085\u2028\u2029\u009B', '\uFFFD\uFFFD\uFFFD\uFFFD'],
    ['/mnt/ü – plain', '/mnt/ü – plain'],
  ])('%j is printed as %j', (text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  test('is one line without control characters, and as long as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
        expect(printable(text)).toHaveLength(text.length)
      }),
    )
  })
})

test('a terminal hears each line with our tag', () => {
  const said: string[] = []
  const voice = terminal({ err: (text) => said.push(text) })
  voice.info('a\nb')
  voice.notice('c')
  voice.warning('d')
  voice.error('e')
  expect(said).toEqual([
    '[target-guard] a\uFFFDb\n',
    '[target-guard] c\n',
    '[target-guard] warning: d\n',
    '[target-guard] error: e\n',
  ])
})
