import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { follow } from '../../src/host/way.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

/** Links to a folder, to a link, upward, in a circle and to nothing. */
function place(): string {
  const base = scene().directory('way')
  mkdirSync(`${base}/a/b`, { recursive: true })
  writeFileSync(`${base}/a/b/file`, '')
  const links = { dir: 'a', twice: 'dir', abs: `${base}/a/b`, up: 'a/b/..', circle: 'circle' }
  for (const [name, target] of Object.entries({ ...links, dangling: 'a/none' })) {
    symlinkSync(target, `${base}/${name}`)
  }
  return base
}

test.each<[string, string, string[]]>([
  ['a/b/file', 'a/b/file', []],
  ['a/../a/./b//file', 'a/b/file', []],
  ['dir/b/file', 'a/b/file', ['dir']],
  ['twice/b', 'a/b', ['twice', 'dir']],
  ['abs/file', 'a/b/file', ['abs']],
  ['up/b', 'a/b', ['up']],
  ['abs/../b', 'a/b', ['abs']],
])('%s leads to %s', (path, end, links) => {
  const base = place()
  const found = follow(`${base}/${path}`)
  const expected = links.map((link) => `${base}/${link}`)
  expect(found).toEqual({ path: `${base}/${end}`, exists: true, links: expected })
  expect(found.path).toBe(realpathSync.native(`${base}/${path}`))
})

test.each([
  ['a/none/file', 'a/none/file'],
  ['dangling', 'a/none'],
  ['a/b/file/below', 'a/b/file/below'],
])('%s leads to nothing', (path, end) => {
  const base = place()
  expect(follow(`${base}/${path}`)).toMatchObject({ path: `${base}/${end}`, exists: false })
})

test('a circle ends', () => {
  expect(follow(`${place()}/circle/x`).exists).toBe(false)
})
