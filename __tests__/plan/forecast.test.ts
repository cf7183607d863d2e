import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { capOf, maxParallelOf } from '../../src/plan/cap.ts'
import { forecast } from '../../src/plan/forecast.ts'
import { encodeLine, parseLines } from '../../src/plan/history.ts'
import { nextSample, parseSizeSample, encodeSizeSample } from '../../src/plan/size-sample.ts'
import { REPOSITORY, aLine } from '../helpers/history.ts'

const KEY = { repository: REPOSITORY, workflow: 'ci.yml', job: 'build', leg: '' }

describe('history', () => {
  test('reads the lines it wrote, between whatever else is there', () => {
    const line = aLine({ toolchain: 'rustc 1.90.0' })
    const text = `{"version":1,"id":"x"}\n${encodeLine(line)}[]\nnull\n\u0000\n${encodeLine(line).slice(0, 90)}`
    expect(parseLines(text)).toStrictEqual([line])
  })

  test('never throws, and keeps a line short enough for one write', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseLines(text)
        parseLines(JSON.stringify({ ...aLine(), peakBytes: text }))
        expect(encodeLine(aLine({ toolchain: text.repeat(5000) })).length).toBeLessThan(4096)
      }),
    )
  })

  test('takes no size that is none', () => {
    const texts = ['-1', '1e400', '"5"', 'null', '{}']
    const lines = texts.map((text) =>
      encodeLine(aLine()).replace('"peakBytes":100', `"peakBytes":${text}`),
    )
    for (const { peakBytes } of parseLines(lines.join(''))) expect(peakBytes).toBeNull()
  })

  test('of an earlier version names no workflow', () => {
    const { workflow: _, ...earlier } = aLine()
    const text = `${JSON.stringify(earlier)}\n${JSON.stringify({ ...earlier, workflow: 7 })}\n`
    expect(parseLines(text).map(({ workflow }) => workflow)).toEqual(['', ''])
  })
})

describe('a forecast', () => {
  test('is the 95th percentile of the last 20 of the job', () => {
    const old = aLine({ peakBytes: 9999 })
    const lines = Array.from({ length: 20 }, (_, at) => aLine({ peakBytes: at + 1 }))
    expect(forecast(KEY, [old, ...lines], null)).toStrictEqual({ bytes: 19, from: 'job' })
  })

  test('falls back on the repository, the host, and nothing', () => {
    const other = aLine({ job: 'lint', peakBytes: 7 })
    const foreign = aLine({ repository: 'octo-org/other', peakBytes: 8 })
    expect(forecast(KEY, [foreign, other], null)).toStrictEqual({ bytes: 7, from: 'repository' })
    expect(forecast(KEY, [foreign], null)).toStrictEqual({ bytes: 8, from: 'host' })
    expect(forecast(KEY, [], null)).toBeNull()
    expect(forecast(KEY, [other], 3)).toStrictEqual({ bytes: 3, from: 'setting' })
  })

  test('tells workflows apart; what an earlier version wrote may be of any', () => {
    const lines = [
      aLine({ workflow: 'release.yml', peakBytes: 500 }),
      aLine({ workflow: '', peakBytes: 30 }),
      aLine({ peakBytes: 40 }),
    ]
    expect(forecast(KEY, lines, null)).toStrictEqual({ bytes: 40, from: 'job' })
    expect(forecast(KEY, lines.slice(0, 2), null)).toStrictEqual({ bytes: 30, from: 'job' })
    expect(forecast(KEY, lines.slice(0, 1), null)).toStrictEqual({ bytes: 500, from: 'repository' })
    const ofNone = { ...KEY, workflow: '' }
    expect(forecast(ofNone, lines, null)).toStrictEqual({ bytes: 30, from: 'job' })
  })

  test('tells legs apart, and learns nothing of the cancelled and the unmeasured', () => {
    const lines = [
      aLine({ leg: 'a', peakBytes: 500 }),
      aLine({ result: 'cancelled', peakBytes: 900 }),
      aLine({ peakBytes: null }),
      aLine({ peakBytes: 40 }),
    ]
    expect(forecast(KEY, lines, null)).toStrictEqual({ bytes: 40, from: 'job' })
  })

  test('of a leg that is not known is that of all legs, before the repository’s', () => {
    const lines = [
      aLine({ leg: 'a', peakBytes: 50 }),
      aLine({ leg: 'b', peakBytes: 40 }),
      aLine({ workflow: 'release.yml', leg: 'a', peakBytes: 500 }),
      aLine({ job: 'lint', peakBytes: 600 }),
    ]
    expect(forecast(KEY, lines, null)).toStrictEqual({ bytes: 50, from: 'job' })
    expect(forecast({ ...KEY, leg: 'b' }, lines, null)).toStrictEqual({ bytes: 40, from: 'job' })
  })
})

describe('the cap', () => {
  test('is floor((free + evictable − reserve) / peak) for jobs, repositories and the host', () => {
    const lines = [
      aLine({ peakBytes: 100 }),
      aLine({ job: 'lint', peakBytes: 30 }),
      aLine({ workflow: 'release.yml', peakBytes: 50 }),
      aLine({ repository: 'octo-org/other', peakBytes: 200 }),
    ]
    const cap = capOf(lines, { freeBytes: 700, evictableBytes: 300, reserveBytes: 50 })
    expect(cap.host).toStrictEqual({ peakBytes: 200, maxParallel: 4 })
    expect(cap.jobs.map(({ maxParallel }) => maxParallel)).toStrictEqual([9, 31, 19, 4])
    expect(maxParallelOf(cap, REPOSITORY)).toBe(9)
  })

  test('is never 0 for a matrix, and 256 where nothing is known', () => {
    const room = { freeBytes: 10, evictableBytes: 0, reserveBytes: 50 }
    expect(maxParallelOf(capOf([aLine()], room), REPOSITORY)).toBe(1)
    expect(maxParallelOf(capOf([], room), REPOSITORY)).toBe(256)
  })
})

describe('a size sample', () => {
  test('keeps the peak, and is read as it was written', () => {
    const first = nextSample(null, { bytes: 9, files: 2, uptimeMs: 1 })
    const second = nextSample(first, { bytes: 4, files: 3, uptimeMs: 2 })
    expect(second).toMatchObject({ bytes: 4, peakBytes: 9, files: 3, peakFiles: 3 })
    expect(parseSizeSample(encodeSizeSample(second))).toStrictEqual(second)
    for (const text of ['', '{}', '{"version":1,"bytes":-1}'])
      expect(parseSizeSample(text)).toBeNull()
  })
})
