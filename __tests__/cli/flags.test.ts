import { describe, expect, test } from '@jest/globals'
import { COMMANDS } from '../../src/cli/commands.ts'
import { environmentTwin } from '../../src/plan/input.ts'
import { INPUTS } from '../../src/plan/settings.ts'

const FLAGS = COMMANDS.flatMap((command) =>
  command.flags.map((each) => [command.name, each.name, each] as const),
)
const INPUT_NAMES: readonly string[] = INPUTS.map(({ name }) => name)

function settingsOf(name: string): string[] {
  return FLAGS.filter(([command, , each]) => command === name && each.setting).map(
    ([, each]) => each,
  )
}

describe('flags', () => {
  test.each(FLAGS.filter(([, , each]) => each.setting))(
    'of %s: --%s is a setting with a twin',
    (_, name, { about }) => {
      expect(INPUT_NAMES).toContain(name)
      expect(about).toContain(`(${environmentTwin(name)})`)
    },
  )

  test.each(FLAGS.filter(([, , each]) => !each.setting))(
    'of %s: --%s has no name that is a setting’s',
    (_, name) => {
      expect(INPUT_NAMES).not.toContain(name)
    },
  )

  test.each(COMMANDS.map((each) => [each.name, each] as const))(
    'of %s are there once',
    (_, { flags }) => {
      expect(new Set(flags.map(({ name }) => name)).size).toBe(flags.length)
    },
  )

  test('of install-timer’s settings are all understood by sweep', () => {
    expect(settingsOf('sweep')).toEqual(expect.arrayContaining(settingsOf('install-timer')))
    expect(settingsOf('install-timer')).toEqual(
      expect.arrayContaining(['root', 'min-free-gb', 'high-watermark', 'alert-webhook']),
    )
  })
})
