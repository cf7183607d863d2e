import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { findPlantedLink } from '../../src/host/planted-links.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

/** A tree of Cargo’s shape with a link at that path, in place of what is there. */
function treeWith(link: string, to: string): string {
  const target = path.join(scene().directory('tree'), 'target')
  cargoTree(target)
  const at = path.join(target, link)
  rmSync(at, { recursive: true, force: true })
  mkdirSync(path.dirname(at), { recursive: true })
  symlinkSync(to, at)
  return target
}

test.each([
  'debug',
  'debug/.fingerprint',
  'debug/build',
  'debug/deps',
  `debug/deps/one-${HASH}.d`,
  `debug/.fingerprint/one-${HASH}`,
  `debug/.fingerprint/one-${HASH}/invoked.timestamp`,
  `debug/build/one-${HASH}`,
  `debug/build/one-${HASH}/output`,
  'debug/incremental/one-0123/s-1/dep-graph.bin',
  'debug/app.d',
  'debug/nowhere',
  'x86_64-unknown-linux-gnu/debug',
  'x86_64-unknown-linux-gnu/debug/.fingerprint',
  'thumbv8m.main-none-eabi',
  'debug/lib.so.1',
  'doc/one/index.html',
  '.rustc_info.json',
])('a link at %s is found', (link) => {
  expect(findPlantedLink(treeWith(link, '/nonexistent'))).toBe(link)
})

test.each([
  `debug/build/one-${HASH}/out/link`,
  `debug/build/one-${HASH}/out/folder/link`,
  'tmp/link',
  'cxxbridge/app/src/main.rs.h',
  'cxxbridge/rust/cxx.h',
])('a link at %s is the business of whoever made it', (link) => {
  expect(findPlantedLink(treeWith(link, '/nonexistent'))).toBeNull()
})

test('a link to a library is replaced as a whole, and is none', () => {
  const file = path.join(scene().directory('library'), 'liba.so.1')
  writeFileSync(file, '')
  expect(findPlantedLink(treeWith('debug/liba.so', file))).toBeNull()
})

test('a link to a folder is found in a folder that is not Cargo’s, whatever it is called', () => {
  const folder = scene().directory('elsewhere')
  const link = 'tool/thumbv8m.main-none-eabi'
  expect(findPlantedLink(treeWith(link, folder))).toBe(link)
})
