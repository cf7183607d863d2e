import { expect, test } from '@jest/globals'
import { describeLastSaved, describeSaved } from '../../src/report/saved.ts'
import { savedSummary } from '../../src/report/summary.ts'

test.each([
  [120, 2400, '38 min saved by the seed (clone): this job took 2 min, the last cold one 40 min'],
  [30, 90, '60 s saved by the seed (clone): this job took 30 s, the last cold one 90 s'],
  [90, 30, 'nothing saved by the seed (clone): this job took 90 s, the last cold one 30 s'],
])('a job of %i s against a cold one of %i s', (seconds, coldSeconds, text) => {
  expect(describeSaved('clone', { seconds, coldSeconds })).toBe(text)
  expect(savedSummary(text)).toBe(`target-guard: \`${text}\`\n`)
})

test.each([
  [null, ''],
  [0, ''],
  [-5, ''],
  [2280, '; the last seed of this job saved 38 min against a cold build'],
])('before a job: %p seconds saved by the last one', (savedSeconds, text) => {
  expect(describeLastSaved(savedSeconds)).toBe(text)
})
