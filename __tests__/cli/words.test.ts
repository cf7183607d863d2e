import { describe, expect, test } from '@jest/globals'
import { COMMANDS } from '../../src/cli/commands.ts'
import type { Command } from '../../src/cli/command.ts'
import { ownWords, parseWords } from '../../src/cli/words.ts'
import { INPUTS } from '../../src/plan/settings.ts'
import { caught } from '../helpers/caught.ts'

function command(name: string): Command {
  const found = COMMANDS.find((each) => each.name === name)
  if (found === undefined) throw new Error(`there is no command ${name}`)
  return found
}

describe('the words of a command', () => {
  test('are sorted into settings, other values and switches', () => {
    const words = ['--root', '/r', '--adopt=a', '--json', '--adopt', 'b', '--dry-run']
    expect(parseWords(command('sweep'), words)).toEqual({
      operands: [],
      settings: new Map([
        ['root', '/r'],
        ['dry-run', 'true'],
      ]),
      values: new Map([['adopt', ['a', 'b']]]),
      switches: new Set(['json']),
    })
  })

  test('may name a setting twice: the last counts', () => {
    const { settings } = parseWords(command('status'), ['--root=/a', '--root=/b'])
    expect(settings.get('root')).toBe('/b')
  })

  test('after -- are operands', () => {
    expect(parseWords(command('explain'), ['--', '--odd']).operands).toEqual(['--odd'])
  })

  test('after -- are another command’s, where it takes one', () => {
    const { operands, switches } = parseWords(command('run'), ['--keep', '--', 'ls', '--', '--all'])
    expect([operands, [...switches]]).toEqual([['ls', '--', '--all'], ['keep']])
    expect(ownWords(['--keep', '--', 'ls', '--help'])).toEqual(['--keep'])
    expect(ownWords(['--keep'])).toEqual(['--keep'])
  })

  test.each([
    ['run', ['ls'], /“ls” stands before “--”/],
    ['run', ['ls', '--', '-l'], /“ls” stands before “--”/],
    ['status', ['--nonsense'], /--nonsense/],
    ['status', ['-x'], /-x/],
    ['status', ['--root'], /--root/],
    ['status', ['--json=yes'], /--json/],
    ['status', ['extra'], /1 operand\(s\).*none/],
    ['explain', ['a', 'b'], /2 operand\(s\).*\[PATH\]/],
    ['install-hooks', [], /0 operand\(s\).*RUNNER_DIR/],
    ['hook', [], /0 operand\(s\)/],
  ])('%s %j are refused', (name, words, message) => {
    const error = caught(() => parseWords(command(name), words))
    expect(error).toMatchObject({ name: 'GuardError', usage: true })
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
  })

  test('that are settings are inputs of the action', () => {
    const inputs = new Set(INPUTS.map(({ name }): string => name))
    const flags = COMMANDS.flatMap(({ flags: all }) => all).filter(({ setting }) => setting)
    expect(flags.filter(({ name }) => !inputs.has(name))).toEqual([])
  })
})
