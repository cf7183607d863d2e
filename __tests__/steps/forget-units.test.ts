import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { forgetJudged, judgeMovedUnits } from '../../src/steps/forget-units.ts'
import type { Forgotten, MovedTarget } from '../../src/steps/forget-units.ts'
import { elfWith } from '../helpers/elf.ts'
import { forgetMovedUnits } from '../helpers/forget-moved.ts'

const RUN = 'fedcba9876543210'
const SLOT = '/old/slot'
const WORKSPACE = '/old/ws'

/** What Cargo would give a unit of this name. */
const idOf = (name: string): string =>
  Buffer.from(name).toString('hex').padEnd(16, '0').slice(0, 16)

let base = ''
let target = ''
beforeEach(() => {
  base = mkdtempSync(path.join(realpathSync(tmpdir()), 'tg-forget-'))
  target = path.join(base, 'target')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

function write(file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(path.join(target, file)), { recursive: true })
  writeFileSync(path.join(target, file), content)
}

/** A library that rustc made of these inputs, and what of it is loaded. */
function library(name: string, { inputs = '/home/a.rs', variables = '', loaded = '' } = {}): void {
  write(`debug/.fingerprint/${name}-${idOf(name)}/lib-${name}`, 'hash')
  write(
    `debug/.fingerprint/${name}-${idOf(name)}/lib-${name}.json`,
    '{"deps":[[1,"build_script_build"]]}',
  )
  write(`debug/.fingerprint/${name}-${idOf(name)}/dep-lib-${name}`, '')
  write(`debug/deps/${name}-${idOf(name)}.d`, `x: ${inputs}\n\n${inputs}:\n\n${variables}\n`)
  write(
    `debug/deps/lib${name}-${idOf(name)}.rlib`,
    elfWith([{ name: '.rodata', text: `-${loaded}` }]),
  )
}

/** A build script's run, with what it made. */
function run(name: string, files: Readonly<Record<string, string>>): void {
  write(`debug/.fingerprint/${name}-${RUN}/run-build-script-build-script-build`, 'hash')
  write(`debug/.fingerprint/${name}-${RUN}/run-build-script-build-script-build.json`, '{}')
  write(`debug/build/${name}-${RUN}/output`, '')
  write(`debug/build/${name}-${RUN}/root-output`, `${SLOT}/debug/build/${name}-${RUN}/out`)
  for (const [file, text] of Object.entries(files)) {
    write(`debug/build/${name}-${RUN}/out/${file}`, text)
  }
}

function forget(moved: Partial<MovedTarget> = {}): Forgotten {
  const request = { target, aliases: [], formerTargets: [SLOT], formerWorkspaces: [WORKSPACE] }
  return forgetMovedUnits({ ...request, ...moved })
}

const listing = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted((a, b) => (a < b ? -1 : 1))

const unitsOf = ({ units }: Forgotten): string[] => units.map(({ unit }) => unit).toSorted()

test('what was judged in a source is forgotten in its copy, and the source stays as it is', () => {
  library('seen', { loaded: `${SLOT}/debug/build/x/out/data` })
  library('clean')
  const moved = { target, aliases: [], formerTargets: [SLOT], formerWorkspaces: [WORKSPACE] }
  const judged = judgeMovedUnits(moved)
  const copied = `${target}.copy`
  cpSync(target, copied, { recursive: true })
  const before = listing(target)

  const forgotten = forgetJudged(copied, judged, base)
  expect(listing(target)).toEqual(before)
  expect(forgotten).toEqual(forget())
  expect(unitsOf(forgotten)).toHaveLength(1)
  expect(listing(copied)).toEqual(listing(target))
})

test('what was judged and is not there needs no forgetting; what cannot be judged stays so', () => {
  library('seen', { loaded: `${SLOT}/debug/build/x/out/data` })
  const moved = { target, aliases: [], formerTargets: [SLOT], formerWorkspaces: [] }
  const judged = judgeMovedUnits(moved)
  expect(judged.units).toHaveLength(1)
  const odd = { units: [], displaced: [], whole: 'odd' }
  expect(forgetJudged(`${target}/nowhere`, odd, base).whole).toBe('odd')
  expect(forgetJudged(`${target}/nowhere`, judged, base).whole).toBeNull()
})

test('what knows a former path is forgotten, and the rest stays', () => {
  library('seen', { loaded: `${SLOT}/debug/build/x/out/data` })
  library('clean')
  const forgotten = forget()

  expect(forgotten.whole).toBeNull()
  expect(unitsOf(forgotten)).toEqual([`debug/seen-${idOf('seen')} lib-seen`])
  expect(readdirSync(path.join(target, `debug/.fingerprint/seen-${idOf('seen')}`))).toEqual([])
  expect(readdirSync(path.join(target, `debug/.fingerprint/clean-${idOf('clean')}`))).toHaveLength(
    3,
  )
  expect(existsSync(path.join(target, `debug/deps/libseen-${idOf('seen')}.rlib`))).toBe(true)
})

test('nothing is forgotten where nothing moved, or the former path leads here', () => {
  library('seen', {
    loaded: SLOT,
    variables: `# env-dep:OUT_DIR=${SLOT}/debug/build/a-${idOf('a')}/out`,
  })
  expect(forget({ aliases: [SLOT], formerTargets: [], formerWorkspaces: [] }).units).toEqual([])
})

test('a clone of a heir is seen through: what its own source was called counts', () => {
  library('old', { loaded: '/older/slot/x' })
  expect(unitsOf(forget({ formerTargets: [SLOT] }))).toEqual([])
  library('old', { loaded: '/older/slot/x' })
  expect(unitsOf(forget({ formerTargets: [SLOT, '/older/slot'] }))).toEqual([
    `debug/old-${idOf('old')} lib-old`,
  ])
})

test('what a build script made counts where it is included, or looked for at run time', () => {
  const text = `const A: &str = "${SLOT}/x";`
  const out = (name: string): string => `${SLOT}/debug/build/${name}-${RUN}/out`
  for (const name of ['idle', 'includes', 'looks']) run(name, { 'a.rs': text })
  library('idle')
  library('includes', { inputs: `${out('includes')}/a.rs` })
  library('looks', { loaded: out('looks') })

  expect(unitsOf(forget())).toEqual([
    `debug/includes-${RUN} run-build-script-build-script-build`,
    `debug/looks-${idOf('looks')} lib-looks`,
    `debug/looks-${RUN} run-build-script-build-script-build`,
  ])
})

test.each<[string, () => void, boolean]>([
  ['a file that names the former workspace', () => run('a', { 'x/y.txt': `${WORKSPACE}/z` }), true],
  ['a file that nobody looks for', () => run('a', { 'x/y.txt': `${SLOT}/z` }), false],
  [
    'a link to the former target',
    () => {
      run('a', { x: '' })
      symlinkSync(`${SLOT}/x`, path.join(target, `debug/build/a-${RUN}/out/link`))
    },
    true,
  ],
  [
    'a library that holds its path',
    () => run('a', { 'liba.so': elfWith([{ name: '.rodata', text: SLOT }]).toString('latin1') }),
    true,
  ],
])('a build script that made %s', (_, make, isForgotten) => {
  make()
  expect(unitsOf(forget())).toHaveLength(isForgotten ? 1 : 0)
})

test('a target directory of another tool inside is looked into', () => {
  library('seen', { loaded: SLOT })
  mkdirSync(path.join(target, 'tool'))
  spawnSync('mv', [path.join(target, 'debug'), path.join(target, 'tool/debug')])
  expect(unitsOf(forget())).toEqual([`tool/debug/seen-${idOf('seen')} lib-seen`])
})

test('planted links lead nowhere, and what lies outside stays', () => {
  const outside = path.join(base, 'outside')
  target = path.join(base, 'outside')
  library('seen', { loaded: SLOT })
  target = path.join(base, 'target')
  library('link', { loaded: SLOT })
  const here = path.join(target, 'debug')
  symlinkSync(path.join(outside, 'debug'), path.join(target, 'release'))
  symlinkSync(
    path.join(outside, `debug/.fingerprint/seen-${idOf('seen')}`),
    `${here}/.fingerprint/seen-${idOf('seen')}`,
  )
  symlinkSync(outside, path.join(here, 'build'))
  rmSync(`${here}/.fingerprint/link-${idOf('link')}/lib-link`)
  symlinkSync(
    path.join(outside, `debug/.fingerprint/seen-${idOf('seen')}/lib-seen`),
    `${here}/.fingerprint/link-${idOf('link')}/lib-link`,
  )
  const before = readdirSync(outside, { recursive: true })
  const forgotten = forget()

  expect(unitsOf(forgotten)).toEqual([`debug/link-${idOf('link')} lib-link`])
  expect(readdirSync(outside, { recursive: true })).toEqual(before)
})

test('a FIFO or a link in place of dep-info is not waited for, and its unit is forgotten', () => {
  library('a')
  library('b')
  rmSync(path.join(target, `debug/deps/a-${idOf('a')}.d`))
  rmSync(path.join(target, `debug/deps/b-${idOf('b')}.d`))
  spawnSync('mkfifo', [path.join(target, `debug/deps/a-${idOf('a')}.d`)])
  symlinkSync('/etc/hostname', path.join(target, `debug/deps/b-${idOf('b')}.d`))
  expect(unitsOf(forget())).toEqual([`debug/a-${idOf('a')} lib-a`, `debug/b-${idOf('b')} lib-b`])
})

test('a sparse file of any size is not read to its end', () => {
  library('huge')
  truncateSync(path.join(target, `debug/deps/libhuge-${idOf('huge')}.rlib`), 0)
  truncateSync(path.join(target, `debug/deps/libhuge-${idOf('huge')}.rlib`), 2 ** 43)
  expect(unitsOf(forget())).toEqual([`debug/huge-${idOf('huge')} lib-huge`])
})

test('a hard link of a fingerprint is removed here alone', () => {
  library('seen', { loaded: SLOT })
  const file = path.join(target, `debug/.fingerprint/seen-${idOf('seen')}/lib-seen`)
  linkSync(file, path.join(base, 'source'))
  forget()
  expect([existsSync(file), existsSync(path.join(base, 'source'))]).toEqual([false, true])
})

test.each<[string, () => Forgotten]>([
  [
    'a fingerprint that cannot be removed',
    () => {
      library('seen', { loaded: SLOT })
      const file = path.join(target, `debug/.fingerprint/seen-${idOf('seen')}/lib-seen`)
      rmSync(file)
      mkdirSync(file)
      return forget()
    },
  ],
  [
    'a target that is a link',
    () => {
      symlinkSync(base, target)
      return forget()
    },
  ],
  [
    'a path that is not absolute',
    () => {
      library('clean')
      return forget({ formerTargets: ['target'] })
    },
  ],
  [
    'the root as a path',
    () => {
      library('clean')
      return forget({ formerWorkspaces: ['/'] })
    },
  ],
])('with %s it is not to be used at all', (_, act) => {
  expect(act().whole).not.toBeNull()
})
