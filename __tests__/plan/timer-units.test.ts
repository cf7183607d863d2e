import { expect, test } from '@jest/globals'
import { serviceUnit, timerUnit, variableLine } from '../../src/plan/timer-units.ts'

const UNITS = { node: '/n/node', tool: '/t/index.js', flags: [], user: null, variables: null }

test('the service yields to every build, and waits for nothing that a host may lack', () => {
  const unit = serviceUnit(UNITS)
  expect(unit).toContain('ExecStart="/n/node" "/t/index.js" "sweep"\n')
  for (const line of ['Type=oneshot', 'Nice=19', 'IOSchedulingClass=idle']) {
    expect(unit).toContain(`${line}\n`)
  }
  expect(unit).not.toMatch(/^(?:User|Environment|Requires|After|Wants|Condition\w+)=/m)
})

test('a word is one word, whatever is in it', () => {
  const flags = [String.raw`--root=/mnt/a b/%h/$HOME/"q"\x`]
  expect(serviceUnit({ ...UNITS, flags })).toContain(
    String.raw`"--root=/mnt/a b/%%h/$$HOME/\"q\"\\x"`,
  )
})

test('another user and secrets are named only where there are any', () => {
  const unit = serviceUnit({ ...UNITS, user: 'builder', variables: '/etc/x/a %.env' })
  expect(unit).toContain('User=builder\nEnvironmentFile=-/etc/x/a %%.env\n')
})

test('the timer comes every 15 minutes, not everywhere at once, and makes up for a power cut', () => {
  for (const line of ['OnCalendar=*:0/15', 'RandomizedDelaySec=3min', 'Persistent=true']) {
    expect(timerUnit()).toContain(`${line}\n`)
  }
})

test('a secret is a variable in quotes', () => {
  expect(variableLine('TARGET_GUARD_ALERT_WEBHOOK', String.raw`https://a/"b"\c$d%e`)).toBe(
    String.raw`TARGET_GUARD_ALERT_WEBHOOK="https://a/\"b\"\\c\$d%e"` + '\n',
  )
})
