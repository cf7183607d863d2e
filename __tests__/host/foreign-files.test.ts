import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { leaveUnjudged } from '../../src/host/foreign-files.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'tg-foreign-'))
  mkdirSync(path.join(base, 'aside'))
})
afterEach(() => rmSync(base, { recursive: true }))

test('what Cargo does not judge is taken out, and nothing else', () => {
  const target = path.join(base, 'target')
  cargoTree(target)
  cargoTree(path.join(target, 'tool/x86_64-unknown-linux-gnu'))
  mkdirSync(path.join(target, 'debug/examples'))
  for (const name of ['show', `show-${HASH}`, `show-${HASH}.d`]) {
    writeFileSync(path.join(target, 'debug/examples', name), '')
  }
  writeFileSync(path.join(target, 'tool/made.wasm'), '')
  symlinkSync('/', path.join(target, 'debug/link'))
  leaveUnjudged(target, path.join(base, 'aside'))
  expect(readdirSync(target).toSorted()).toEqual([
    '.rustc_info.json',
    'CACHEDIR.TAG',
    'debug',
    'tool',
  ])
  expect(readdirSync(path.join(target, 'tool'))).toEqual(['x86_64-unknown-linux-gnu'])
  const folders = ['.fingerprint', 'build', 'deps', 'incremental']
  expect(readdirSync(path.join(target, 'debug')).toSorted()).toEqual(
    [...folders, 'examples'].toSorted(),
  )
  expect(readdirSync(path.join(target, 'tool/x86_64-unknown-linux-gnu/debug')).toSorted()).toEqual(
    folders,
  )
  expect(readdirSync(path.join(target, 'debug/examples')).toSorted()).toEqual([
    `show-${HASH}`,
    `show-${HASH}.d`,
  ])
  expect(readdirSync(path.join(target, 'debug/deps'))).toHaveLength(4)
})
