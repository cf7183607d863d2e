import { expect, test } from '@jest/globals'
import {
  encodeSizeSample,
  handedDown,
  nextSample,
  parseSizeSample,
  pauseAfter,
} from '../../src/plan/size-sample.ts'

test('a sample keeps the peaks of those before it', () => {
  const first = nextSample(null, { bytes: 10, files: 2, uptimeMs: 1 })
  const second = nextSample(first, { bytes: 30, files: 1, uptimeMs: 2 })
  const third = nextSample(second, { bytes: 20, files: 1, uptimeMs: 3 })
  expect(third).toEqual({
    version: 1,
    bytes: 20,
    files: 1,
    peakBytes: 30,
    peakFiles: 2,
    uptimeMs: 3,
  })
  expect(parseSizeSample(encodeSizeSample(third))).toEqual(third)
})

test('what is handed down knows no peak of earlier jobs, nor their clock', () => {
  const large = nextSample(null, { bytes: 500, files: 50, uptimeMs: 9000 })
  const cleaned = nextSample(large, { bytes: 10, files: 1, uptimeMs: 9500 })
  const next = nextSample(handedDown(cleaned, 20), { bytes: 30, files: 3, uptimeMs: 30 })
  expect(handedDown(cleaned, 20)).toMatchObject({ bytes: 10, uptimeMs: 20 })
  expect(next).toMatchObject({ peakBytes: 30, peakFiles: 3 })
})

test.each([
  [0, 60_000],
  [299, 60_000],
  [1000, 200_000],
  // Others’ work was counted as its own.
  [10_000, 600_000],
])('a tree that took %d ms of CPU time is measured again after %d ms', (cpuMs, pauseMs) => {
  expect(pauseAfter(cpuMs)).toBe(pauseMs)
})

const GOOD = { version: 1, bytes: 1, files: 1, peakBytes: 1, peakFiles: 1, uptimeMs: 1 }

test.each([
  ['{', 'half a file'],
  [JSON.stringify({ ...GOOD, version: 2 }), 'another version'],
  ...['bytes', 'files', 'peakBytes', 'peakFiles', 'uptimeMs'].flatMap((name) =>
    [-1, '1', null].map((value) => [
      JSON.stringify({ ...GOOD, [name]: value }),
      `${name} is ${value}`,
    ]),
  ),
])('%s is none: %s', (text) => {
  expect(parseSizeSample(text)).toBeNull()
})
