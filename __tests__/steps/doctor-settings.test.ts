import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { KNOWN, checkSettings } from '../../src/steps/doctor-settings.ts'

test('what differs from its default is told, but no secret', () => {
  const found = checkSettings({
    TARGET_GUARD_RETENTION_HOURS: '48',
    TARGET_GUARD_KEEP_PER_PR: ' 1 ',
    TARGET_GUARD_WARM: 'off',
    TARGET_GUARD_DRY_RUN: '',
    TARGET_GUARD_ALERT_WEBHOOK: 'https://hooks.example/secret',
    TARGET_GUARD_LEASE: 'x',
  })
  expect(found).toEqual([
    {
      check: 'settings',
      level: 'ok',
      text: 'other than their defaults: retention-hours 48; warm off; alert-webhook (set)',
      mend: '',
    },
  ])
  expect(checkSettings({})[0]?.text).toBe('no variable sets any other than its default')
})

test('a variable that nobody reads is a warning', () => {
  const found = checkSettings({ TARGET_GUARD_RETENTION_HOUR: '48', OTHER: '1' })
  expect(found.map(({ level, text }) => `${level} ${text}`)).toEqual([
    'ok no variable sets any other than its default',
    'warn TARGET_GUARD_RETENTION_HOUR is no setting, and nobody reads it',
  ])
})

test('every variable that the code names is known', () => {
  const source = fileURLToPath(new URL('../../src', import.meta.url))
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const named = files.flatMap(
    (file) => readFileSync(`${source}/${file}`, 'utf8').match(/TARGET_GUARD_[A-Z_]*[A-Z]/g) ?? [],
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !KNOWN.has(name))).toEqual([])
})
