import {
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { at, giveAway, isDiverted, makeFolder, openFolder, within } from '../../src/host/folders.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'

const scene = useScene()

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

describe('a walk', () => {
  test('hands over the last directory, and closes all', () => {
    const base = scene().directory()
    mkdirSync(`${base}/a/b`, { recursive: true })
    writeFileSync(`${base}/a/b/file`, '')
    const before = openDescriptors()
    expect(within(base, ['a', 'b'], (folder) => readdirSync(at(folder, '.')))).toEqual(['file'])
    expect(within(base, [], (folder) => readdirSync(at(folder, '.')))).toEqual(['a'])
    expect(openDescriptors()).toBe(before)
  })

  test.each(['a', 'a/b', 'a/b/c'])('follows no link at %s, and closes all', (where) => {
    const base = scene().directory()
    const victim = scene().directory('victim')
    mkdirSync(`${victim}/b/c`, { recursive: true })
    mkdirSync(`${base}/a/b/c`, { recursive: true })
    rmdirSync(`${base}/a/b/c`)
    if (where !== 'a/b/c') rmdirSync(`${base}/a/b`)
    if (where === 'a') rmdirSync(`${base}/a`)
    symlinkSync(victim, `${base}/${where}`)
    const before = openDescriptors()
    const error = caught(() => within(base, ['a', 'b', 'c'], () => 'reached'))
    expect(isDiverted(error)).toBe(true)
    expect(openDescriptors()).toBe(before)
  })

  test('is not led astray by a directory that is swapped for a link meanwhile', () => {
    const base = scene().directory()
    const victim = scene().directory('victim')
    mkdirSync(`${base}/a`)
    within(base, ['a'], (folder) => {
      rmdirSync(`${base}/a`)
      symlinkSync(victim, `${base}/a`)
      expect(caught(() => mkdirSync(at(folder, 'x')))).toMatchObject({ code: 'ENOENT' })
    })
    expect(readdirSync(victim)).toEqual([])
  })

  test('does not begin at a link or a file', () => {
    const base = scene().directory()
    symlinkSync('.', `${base}/link`)
    writeFileSync(`${base}/file`, '')
    for (const name of ['link', 'file']) {
      expect(isDiverted(caught(() => openFolder(`${base}/${name}`)))).toBe(true)
    }
  })
})

test('making a directory tells whether it was made', () => {
  const base = scene().directory()
  expect(makeFolder(`${base}/a`)).toBe(true)
  expect(makeFolder(`${base}/a`)).toBe(false)
  expect(lstatSync(`${base}/a`).mode & 0o777).toBe(0o755)
  expect(caught(() => makeFolder(`${base}/b/c`))).toMatchObject({ code: 'ENOENT' })
})

needs('root').describe('giving a directory away', () => {
  const to = { uid: 12_345, gid: 54_321 }

  test('changes the owner of an empty one of our own', () => {
    const base = scene().directory()
    mkdirSync(`${base}/a`)
    giveAway(`${base}/a`, to)
    expect(lstatSync(`${base}/a`)).toMatchObject(to)
  })

  test('never touches one with something in it', () => {
    const base = scene().directory()
    mkdirSync(`${base}/a/planted`, { recursive: true })
    expect(caught(() => giveAway(`${base}/a`, to))).toMatchObject({
      message: expect.stringContaining('replaced'),
    })
    expect(lstatSync(`${base}/a`)).toMatchObject({ uid: 0, gid: 0 })
  })

  test('never touches one of somebody else', () => {
    const base = scene().directory()
    mkdirSync(`${base}/a`)
    chownSync(`${base}/a`, 1, 1)
    expect(caught(() => giveAway(`${base}/a`, to))).toMatchObject({
      message: expect.stringContaining('replaced'),
    })
    expect(lstatSync(`${base}/a`)).toMatchObject({ uid: 1, gid: 1 })
  })

  test('never touches what a link leads to, nor a file', () => {
    const base = scene().directory()
    mkdirSync(`${base}/victim`)
    symlinkSync('victim', `${base}/link`)
    writeFileSync(`${base}/file`, '')
    for (const name of ['link', 'file']) {
      expect(isDiverted(caught(() => giveAway(`${base}/${name}`, to)))).toBe(true)
    }
    expect(lstatSync(`${base}/victim`)).toMatchObject({ uid: 0, gid: 0 })
    expect(lstatSync(`${base}/file`)).toMatchObject({ uid: 0, gid: 0 })
  })
})
