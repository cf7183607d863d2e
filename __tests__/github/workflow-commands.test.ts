import { mkdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { addSummary, annotation, handOver } from '../../src/github/workflow-commands.ts'
import { GuardError } from '../../src/plan/guard-error.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'

const scene = useScene()

/** Text that is made to break out of a command or a command file. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom('::', '\n', '\r', '%', '%0A', '<<', 'EOF', ',', ':', 'name', '=', 'error'),
    )
    .map((parts) => parts.join('')),
)

/** What the runner makes of the text and of the title of an annotation. */
function data(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}
function property(text: string): string {
  return data(text.replaceAll('%3A', ':').replaceAll('%2C', ','))
}

describe('an annotation', () => {
  test('keeps its text on its one line', () => {
    expect(annotation('error', 'a:b,c', '100 %\r\n::set-env::x')).toBe(
      '::error title=a%3Ab%2Cc::100 %25%0D%0A::set-env::x\n',
    )
  })

  test('is one line for any text, and says it whole when the runner reads it', () => {
    fc.assert(
      fc.property(hostile, hostile, (title, text) => {
        const found = /^::warning title=([^:,\r\n]*)::([^\r\n]*)\n$/.exec(
          annotation('warning', title, text),
        )
        expect(property(found?.[1] ?? '')).toBe(title)
        expect(data(found?.[2] ?? '')).toBe(text)
      }),
    )
  })

  test('is no longer than the runner shows', () => {
    const line = annotation('notice', 't', 'x'.repeat(100_000))
    expect(line.length).toBeLessThan(4096)
    expect(line).toContain('…')
  })
})

/** Reads a command file as the runner does: NAME<<DELIMITER, lines, DELIMITER. */
function parse(text: string): [string, string][] {
  const lines = text.split('\n')
  const found: [string, string][] = []
  while (lines.length > 1) {
    const [name = '', delimiter = ''] = (lines.shift() ?? '').split('<<')
    const end = lines.indexOf(delimiter)
    found.push([name, lines.slice(0, end).join('\n')])
    lines.splice(0, end + 1)
  }
  return found
}

describe('a command file', () => {
  test('holds any values, and none of them adds a command', () => {
    const file = `${scene().directory()}/env`
    const environment = { GITHUB_ENV: file }
    const values: string[] = []
    fc.assert(
      fc.property(hostile, (value) => {
        values.push(value)
        handOver(environment, 'GITHUB_ENV', 'NAME', value)
      }),
      { numRuns: 50 },
    )
    expect(parse(readFileSync(file, 'utf8'))).toEqual(values.map((value) => ['NAME', value]))
  })

  test('never sees a value that knows the delimiter of the one before', () => {
    const file = `${scene().directory()}/env`
    const environment = { GITHUB_OUTPUT: file }
    handOver(environment, 'GITHUB_OUTPUT', 'a', 'x')
    const delimiter = readFileSync(file, 'utf8').split('\n')[0]?.slice(3) ?? ''
    const value = `y\n${delimiter}\nPATH<<z\n/evil\nz`
    handOver(environment, 'GITHUB_OUTPUT', 'b', value)
    expect(parse(readFileSync(file, 'utf8'))).toEqual([
      ['a', 'x'],
      ['b', value],
    ])
  })

  test('takes the summary as it is', () => {
    const file = `${scene().directory()}/summary`
    addSummary({ GITHUB_STEP_SUMMARY: file }, '# one\n')
    addSummary({ GITHUB_STEP_SUMMARY: file }, '# two\n')
    expect(readFileSync(file, 'utf8')).toBe('# one\n# two\n')
  })

  test('that is not set or cannot be written is told in words', () => {
    const directory = scene().directory()
    mkdirSync(`${directory}/env`)
    for (const environment of [{}, { GITHUB_ENV: '' }, { GITHUB_ENV: `${directory}/env` }]) {
      const error = caught(() => handOver(environment, 'GITHUB_ENV', 'a', 'b'))
      expect(error).toBeInstanceOf(GuardError)
      expect(error).toMatchObject({ message: expect.stringContaining('GITHUB_ENV') })
    }
  })
})
