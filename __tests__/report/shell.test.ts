import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { exitText, exportText, unsetText } from '../../src/report/shell.ts'

function evaluate(text: string): string {
  return spawnSync('sh', ['-c', `${text}\nprintf '%s|' "$?" "$ONE"`], { encoding: 'utf8' }).stdout
}

test.each(['plain', 'two words', "it's", '$HOME `id` "', String.raw`a\b`, 'line\nline', ''])(
  'a shell reads %j as it is',
  (value) => {
    expect(evaluate(exportText({ ONE: value, TWO: '' }))).toBe(`0|${value}|`)
  },
)

test('a shell forgets what it is told to', () => {
  expect(evaluate(`${exportText({ ONE: '1' })}${unsetText(['ONE', 'TWO'])}`)).toBe('0||')
  expect(unsetText([])).toBe('')
})

test('a shell goes on with an exit code', () => {
  expect(evaluate(`ONE=1\n${exitText(75)}`)).toBe('75|1|')
})
