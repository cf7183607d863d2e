import { describe, expect, test } from '@jest/globals'
import { serviceUnit, timerUnit, variableLine } from '../../src/plan/timer-units.ts'
import type { TimerUnits } from '../../src/plan/timer-units.ts'

function service(overrides: Partial<TimerUnits> = {}): string[] {
  return serviceUnit({
    node: '/n/node',
    tool: '/t/index.js',
    flags: [],
    condition: null,
    user: null,
    variables: null,
    ...overrides,
  }).split('\n')
}

describe('the service', () => {
  test('yields, and needs nothing that a host may lack', () => {
    expect(service()).toEqual(
      expect.arrayContaining([
        'Type=oneshot',
        'ExecStart="/n/node" "/t/index.js" "sweep"',
        'Nice=19',
        'CPUSchedulingPolicy=batch',
        'IOSchedulingClass=idle',
        'KillMode=process',
      ]),
    )
    expect(service().join('\n')).not.toMatch(/^(?:User|Environment|EnvironmentFile|After|Wants)=/m)
  })

  test.each([
    ['a b', '"a b"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['%h', '"%%h"'],
    ['$HOME ${X}', '"$$HOME $${X}"'],
    [';', '";"'],
  ])('has the word %j as it is', (flag, word) => {
    expect(service({ flags: [flag] })).toContain(
      `ExecStart="/n/node" "/t/index.js" "sweep" ${word}`,
    )
  })

  test('does not double the dollar of the program, in which no variable is looked for', () => {
    expect(service({ node: '/a$b%c/node' })).toContain(
      'ExecStart="/a$b%%c/node" "/t/index.js" "sweep"',
    )
  })

  test('is started only where its root is, and where there is more to do, always', () => {
    const lines = service({ condition: '/a %b/.target-guard/root.json' })
    expect(lines).toContain('ConditionPathExists=/a %%b/.target-guard/root.json')
    expect(service().join('\n')).not.toContain('Condition')
  })

  test('has a user and variables where they are wanted', () => {
    const lines = service({ user: 'builder', variables: '/etc/a %b' })
    expect(lines).toEqual(expect.arrayContaining(['User=builder', 'EnvironmentFile=-/etc/a %%b']))
  })
})

test('the timer is randomised, persistent, and every 15 minutes', () => {
  expect(timerUnit().split('\n')).toEqual(
    expect.arrayContaining([
      'OnCalendar=*:0/15',
      'RandomizedDelaySec=3min',
      'Persistent=true',
      'WantedBy=timers.target',
    ]),
  )
})

test('a variable is quoted', () => {
  expect(variableLine('A', 'x"$`\\%y')).toBe('A="x\\"\\$\\`\\\\%y"\n')
})
