import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { keepsBuildElsewhere } from '../../src/host/build-dir.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()
const TARGET = '/slots/one'

/** Whether a workspace keeps its build elsewhere, where a configuration says so. */
function keeps(file: string, text: string, variables: NodeJS.ProcessEnv = {}): boolean {
  const base = scene().directory('configured')
  const place = path.join(base, file)
  mkdirSync(path.dirname(place), { recursive: true })
  writeFileSync(place, text)
  const workspace = path.join(base, 'above/workspace')
  mkdirSync(workspace, { recursive: true })
  const environment = { CARGO_HOME: path.join(base, 'home'), ...variables }
  return keepsBuildElsewhere(workspace, TARGET, environment)
}

const SET = '[build]\nbuild-dir = "{cargo-cache-home}/build/{workspace-path-hash}"\n'

test.each([
  ['above/workspace/.cargo/config.toml', SET],
  ['above/workspace/.cargo/config', SET],
  ['above/.cargo/config.toml', SET],
  ['home/config.toml', SET],
  ['home/config.toml', 'build = { build-dir = "/x" }'],
])('a build-dir that %s sets is seen', (file, text) => {
  expect(keeps(file, text)).toBe(true)
})

test.each([
  ['above/workspace/.cargo/config.toml', '[build]\n# build-dir = "/x"\ntarget-dir = "y"\n'],
  ['above/workspace/below/.cargo/config.txt', SET],
])('nothing is where %s does not set any', (file, text) => {
  expect(keeps(file, text)).toBe(false)
})

test('what the variable says beats every file', () => {
  const file = 'home/config.toml'
  expect(keeps(file, SET, { CARGO_BUILD_BUILD_DIR: `${TARGET}/made` })).toBe(false)
  expect(keeps(file, '', { CARGO_BUILD_BUILD_DIR: `${TARGET}-other` })).toBe(true)
})

test('a configuration is read through a link', () => {
  const base = scene().directory('linked')
  const file = path.join(base, 'file')
  writeFileSync(file, SET)
  symlinkSync(file, path.join(base, 'config.toml'))
  expect(keepsBuildElsewhere('/nowhere', TARGET, { CARGO_HOME: base })).toBe(true)
})
