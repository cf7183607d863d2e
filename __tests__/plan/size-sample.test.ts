import { expect, test } from '@jest/globals'
import {
  encodeSizeSample,
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

test.each([
  [0, 60_000],
  [299, 60_000],
  [1000, 200_000],
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
