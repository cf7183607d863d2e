import { describe, expect, test } from '@jest/globals'
import { parseLines, encodeLine } from '../../src/plan/history.ts'
import type { HistoryLine } from '../../src/plan/history.ts'
import { lastSavedSeconds, savedBy } from '../../src/plan/saved.ts'
import { REPOSITORY, aLine } from '../helpers/history.ts'
import { anId } from '../helpers/lease.ts'

const toolchain = 'rustc 1.95.0'
const cold = aLine({ toolchain, seconds: 2400 })
const warm = aLine({ id: anId(2), toolchain, seconds: 120, seed: 'inherit' })

describe('what a seed saved', () => {
  test('is told against the last cold job that succeeded', () => {
    const lines = [aLine({ toolchain, seconds: 9 }), cold, aLine({ ...warm, id: anId(3) })]
    expect(savedBy(warm, lines)).toEqual({ seconds: 120, coldSeconds: 2400 })
  })

  test.each<[string, Partial<HistoryLine>]>([
    ['another repository', { repository: 'octo-org/other' }],
    ['another workflow', { workflow: 'release.yml' }],
    ['another job', { job: 'lint' }],
    ['another leg', { leg: '0123456789ab' }],
    ['another toolchain', { toolchain: 'rustc 1.96.0' }],
    ['a toolchain that is not known', { toolchain: null }],
    ['a job that failed', { result: 'failure' }],
    ['a job whose end is not known', { result: 'unknown' }],
    ['a job of unknown length', { seconds: null }],
    ['a seeded job', { seed: 'clone' }],
    ['the job itself', { id: warm.id }],
  ])('is not told against %s', (_, other) => {
    expect(savedBy(warm, [{ ...cold, ...other }])).toBeNull()
  })

  test.each<[string, Partial<HistoryLine>]>([
    ['started cold', { seed: 'cold' }],
    ['failed', { result: 'failure' }],
    ['ended after a boot', { seconds: null }],
    ['built nothing', { toolchain: null }],
  ])('is not told of a job that %s', (_, other) => {
    expect(savedBy({ ...warm, ...other }, [cold])).toBeNull()
  })

  test('is known of the last job of the same kind, also where it was nothing', () => {
    const lines = [
      aLine({ savedSeconds: 2280 }),
      aLine({ savedSeconds: -5 }),
      aLine({ savedSeconds: null }),
      aLine({ job: 'lint', savedSeconds: 7 }),
    ]
    const key = { repository: REPOSITORY, workflow: 'ci.yml', job: 'build', leg: '' }
    expect(lastSavedSeconds(key, lines)).toBe(-5)
    expect(lastSavedSeconds({ ...key, leg: 'x' }, lines)).toBeNull()
    expect(lastSavedSeconds({ ...key, workflow: 'release.yml' }, lines)).toBeNull()
  })

  test('stays in the history; a line of an earlier version has none', () => {
    const { savedSeconds: _, ...earlier } = warm
    const text = `${encodeLine({ ...warm, savedSeconds: -5 })}${JSON.stringify(earlier)}\n`
    expect(parseLines(text).map(({ savedSeconds }) => savedSeconds)).toEqual([-5, null])
  })
})
