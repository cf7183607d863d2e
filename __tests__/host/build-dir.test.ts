import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { keepsBuildElsewhere } from '../../src/host/build-dir.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { useScene } from '../e2e/use-scene.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()
const TARGET = '/slots/one'

/** Whether a workspace keeps its build elsewhere, where a configuration says so. */
function keeps(file: string, text: string, variables: NodeJS.ProcessEnv = {}): boolean {
  return keepsWith(file, (place) => writeFileSync(place, text), variables)
}

/** Whether it does with what is put at the place of a configuration. */
function keepsWith(
  file: string,
  put: (place: string) => void,
  variables: NodeJS.ProcessEnv = {},
): boolean {
  const base = scene().directory('configured')
  const place = path.join(base, file)
  mkdirSync(path.dirname(place), { recursive: true })
  put(place)
  const workspace = path.join(base, 'above/workspace')
  mkdirSync(workspace, { recursive: true })
  const environment = { CARGO_HOME: path.join(base, 'home'), ...variables }
  const below = path.relative(workspace, place)
  const sources = below.startsWith('..') ? [] : ['src/main.rs', below]
  return keepsBuildElsewhere({ workspace, sources, target: TARGET, environment })
}

const SET = '[build]\nbuild-dir = "{cargo-cache-home}/build/{workspace-path-hash}"\n'

test.each([
  ['above/workspace/.cargo/config.toml', SET],
  ['above/workspace/.cargo/config', SET],
  ['above/.cargo/config.toml', SET],
  ['above/workspace/below/.cargo/config.toml', SET],
  ['above/workspace/further/below/.cargo/config', SET],
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

test.each<[string, (place: string) => void]>([
  ['larger than any', (place) => (writeFileSync(place, SET), truncateSync(place, 5 * 1024 ** 2))],
  ['no file', (place) => mkdirSync(place)],
  ['a link that leads nowhere', (place) => symlinkSync('nowhere', place)],
])('a configuration that is %s may set one', (_, put) => {
  expect(keepsWith('home/config.toml', put)).toBe(true)
  const environment = { CARGO_BUILD_BUILD_DIR: `${TARGET}/made` }
  expect(keepsWith('home/config.toml', put, environment)).toBe(false)
})

needs('root', 'second-user').test('one that this user may not read may set one, too', async () => {
  const home = scene().directory('home')
  writeFileSync(path.join(home, 'config.toml'), '', { mode: 0o600 })
  const environment = { CARGO_HOME: home }
  const configured = { workspace: '/nowhere', sources: [], target: TARGET, environment }
  const script = writeProgram(
    scene(),
    `import { keepsBuildElsewhere } from './host/build-dir.js'
     console.log(keepsBuildElsewhere(${JSON.stringify(configured)}))`,
  )
  const { uid, gid } = secondUser() ?? { uid: 0, gid: 0 }
  const { stdout } = await scene().must(process.execPath, [script], { uid, gid })
  expect(stdout).toBe('true\n')
  expect(keepsBuildElsewhere(configured)).toBe(false)
})

test('a home that is no folder holds none', () => {
  const environment = { HOME: '/dev/null' }
  const configured = { workspace: '/nowhere', sources: [], target: TARGET, environment }
  expect(keepsBuildElsewhere(configured)).toBe(false)
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
  const environment = { CARGO_HOME: base }
  const configured = { workspace: '/nowhere', sources: [], target: TARGET, environment }
  expect(keepsBuildElsewhere(configured)).toBe(true)
})
