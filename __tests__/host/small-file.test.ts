import { spawnSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  UNFINISHED,
  readSmallFile,
  readTextOrNull,
  removeFile,
  replaceFile,
} from '../../src/host/small-file.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'

const scene = useScene()

/** Puts something that is no small file at a path. */
const PLANTED: Record<string, (path: string) => void> = {
  'a FIFO': (path) => void spawnSync('mkfifo', [path]),
  'a link': (path) => symlinkSync('/etc/passwd', path),
  'a directory': (path) => {
    mkdirSync(path)
  },
  'a huge file': (path) => {
    writeFileSync(path, '')
    truncateSync(path, 2 ** 40)
  },
}

describe('a small file', () => {
  test('is replaced whole, and read again', () => {
    const directory = scene().directory()
    const path = `${directory}/file`
    expect(readSmallFile(path)).toBeNull()
    for (const text of ['one', '', 'three – ü']) {
      replaceFile(path, text)
      expect(readSmallFile(path)).toBe(text)
    }
    expect(readdirSync(directory)).toEqual(['file'])
    expect(lstatSync(path).mode & 0o777).toBe(0o644)
  })

  test.each(Object.keys(PLANTED))('is not read where %s lies', (what) => {
    const path = `${scene().directory()}/file`
    PLANTED[what]?.(path)
    expect(readSmallFile(path)).toEqual({ problem: expect.stringMatching(/./) })
    expect(readTextOrNull(path)).toBeNull()
  })

  test('takes the place of a link, and what that leads to stays as it is', () => {
    const directory = scene().directory()
    writeFileSync(`${directory}/victim`, 'precious')
    symlinkSync('victim', `${directory}/file`)
    replaceFile(`${directory}/file`, 'new')
    expect(readFileSync(`${directory}/victim`, 'utf8')).toBe('precious')
    expect(readSmallFile(`${directory}/file`)).toBe('new')
  })

  test('leaves nothing unfinished where it cannot be replaced', () => {
    const directory = scene().directory()
    mkdirSync(`${directory}/file`)
    expect(caught(() => replaceFile(`${directory}/file`, 'x'))).not.toBeNull()
    expect(readdirSync(directory)).toEqual(['file'])
  })

  test('is removed, also twice', () => {
    const path = `${scene().directory()}/file`
    writeFileSync(path, '')
    removeFile(path)
    removeFile(path)
    expect(readSmallFile(path)).toBeNull()
  })
})

test.each([
  ['heartbeat.json.0b7e2d3a-0000-4000-8000-000000000000', true],
  ['heartbeat.json', false],
  ['heartbeat.json.4711', false],
  ['0b7e2d3a-0000-4000-8000-000000000000', false],
])('%s is unfinished: %p', (name, answer) => {
  expect(UNFINISHED.test(name)).toBe(answer)
})
