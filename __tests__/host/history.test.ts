import {
  appendFileSync,
  chownSync,
  linkSync,
  lstatSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { addLine, noteEnding, readEndings, readHistory } from '../../src/host/history.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { forecast } from '../../src/plan/forecast.ts'
import { encodeLine } from '../../src/plan/history.ts'
import type { HistoryLine } from '../../src/plan/history.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLine } from '../helpers/history.ts'
import { anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const ownerOf = (path: string): number => lstatSync(path).uid
const YEAR_MS = 365 * 86_400_000

function lineOf(n: number, overrides: Partial<HistoryLine> = {}): HistoryLine {
  return aLine({ id: anId(n), bytes: n, peakBytes: n, wallMs: 1000 + n, ...overrides })
}

function file(root: Root): string {
  return controlName(root, 'history', 'octo-org--demo.jsonl')
}

describe('the history', () => {
  test('is read in the order it was written, whatever the clock said', () => {
    const root = aRoot(scene())
    // Set forwards for three jobs, then right again, then backwards.
    const stamps = [1, 2, 3].map((n) => lineOf(n, { wallMs: 50 * YEAR_MS }))
    const right = [4, 5].map((n) => lineOf(n, { wallMs: YEAR_MS }))
    const lines = [...stamps, ...right, lineOf(6, { wallMs: 0 })]
    for (const line of lines) addLine(root, line)
    expect(readHistory(root)).toEqual(lines)
  })

  test('of a day with a wrong clock does not outlast the forecasts after it', () => {
    const root = aRoot(scene())
    for (let n = 1; n <= 20; n += 1) {
      addLine(root, lineOf(n, { peakBytes: 900, wallMs: 50 * YEAR_MS }))
    }
    for (let n = 21; n <= 40; n += 1) addLine(root, lineOf(n, { peakBytes: 30, wallMs: YEAR_MS }))
    const key = { repository: 'octo-org/demo', workflow: 'ci.yml', job: 'build', leg: '' }
    expect(forecast(key, readHistory(root), null)?.bytes).toBe(30)
  })

  test('is mixed of all repositories by their dates, for the host', () => {
    const root = aRoot(scene())
    addLine(root, lineOf(1, { wallMs: 10 }))
    addLine(root, lineOf(2, { wallMs: 30 }))
    addLine(root, lineOf(3, { repository: 'octo-org/other', wallMs: 20 }))
    expect(readHistory(root).map(({ bytes }) => bytes)).toEqual([1, 3, 2])
  })

  test.each([
    ['half a line', JSON.stringify(lineOf(9)).slice(0, 40)],
    ['no JSON', '\u0000\u0000{]'],
    ['a line without an id', JSON.stringify({ ...lineOf(9), id: '../../x' })],
    ['a line of another version', JSON.stringify({ ...lineOf(9), version: 2 })],
    ['a line too long to be ours', JSON.stringify(lineOf(9, { job: 'x'.repeat(5000) }))],
  ])('passes over %s, and uses the rest', (_, damage) => {
    const root = aRoot(scene())
    addLine(root, lineOf(1))
    appendFileSync(file(root), damage)
    addLine(root, lineOf(2))
    expect(readHistory(root)).toEqual([lineOf(1), lineOf(2)])
    expect(readFileSync(file(root), 'utf8').split('\n')).toHaveLength(4)
  })

  test('has a line once, though its ending was not forgotten', () => {
    const root = aRoot(scene())
    const ending = { line: lineOf(1), slot: 'octo-org/demo/7/run-1/build-1-x' }
    noteEnding(root, ending)
    const [noted] = readEndings(root)
    expect(noted).toEqual(ending)
    addLine(root, lineOf(1))
    noteEnding(root, ending)
    addLine(root, lineOf(1))
    expect(readHistory(root)).toEqual([lineOf(1)])
    expect(readEndings(root)).toEqual([])
  })

  test('forgets an ending that is damaged, and tells the others', () => {
    const root = aRoot(scene())
    noteEnding(root, { line: lineOf(1), slot: 'a' })
    writeFileSync(controlName(root, 'ending', anId(2)), 'half a')
    expect(readEndings(root).map(({ line }) => line.id)).toEqual([anId(1)])
    expect(readEndings(root)).toHaveLength(1)
  })
})

test('a second end of a job that is not told yet says nothing', () => {
  const root = aRoot(scene())
  noteEnding(root, { line: lineOf(1, { result: 'failure' }), slot: 'a' })
  noteEnding(root, { line: lineOf(1, { result: 'success' }), slot: 'b' })
  expect(readEndings(root)).toMatchObject([{ line: { result: 'failure' }, slot: 'a' }])
})

needs('root').describe('as root in the root of another user', () => {
  const USER = 65_534
  /** A root of that user’s, as root’s reaper has it. */
  function theirs(): Root {
    const root = aRoot(scene())
    for (const name of [root.path, controlName(root), controlName(root, 'history')]) {
      chownSync(name, USER, USER)
    }
    return { ...root, uid: USER, gid: USER }
  }

  test('the history is that user’s from the first line on', () => {
    const root = theirs()
    addLine(root, lineOf(1))
    expect(ownerOf(file(root))).toBe(USER)
  })

  test('root’s own file is replaced, and so is a link to one elsewhere', () => {
    const root = theirs()
    const elsewhere = `${scene().directory('elsewhere')}/precious`
    writeFileSync(elsewhere, encodeLine(lineOf(1)))
    linkSync(elsewhere, file(root))
    addLine(root, lineOf(2))
    expect(readHistory(root)).toEqual([lineOf(1), lineOf(2)])
    expect(ownerOf(file(root))).toBe(USER)
    expect(readFileSync(elsewhere, 'utf8')).toBe(encodeLine(lineOf(1)))
    expect(ownerOf(elsewhere)).toBe(0)
  })
})
