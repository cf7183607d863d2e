import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { forgetRules } from '../../src/steps/forget-rules.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

const LABEL = 'native-fedcba9876543210'
const NAME = 'run-build-script-build-script-build'
const FORMER = '/old/slot'
const NOW = '/new/slot'
const OUT = `debug/build/${LABEL}/out`

let base = ''
let target = ''
beforeEach(() => {
  base = mkdtempSync(path.join(realpathSync(tmpdir()), 'tg-rules-'))
  target = path.join(base, 'target')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(target, file)), { recursive: true })
  writeFileSync(path.join(target, file), text)
}

/** A build script's run at the former path, with what it made. */
function run(made: Readonly<Record<string, string>>): void {
  write(`debug/.fingerprint/${LABEL}/${NAME}`, 'hash')
  write(`debug/.fingerprint/${LABEL}/${NAME}.json`, '{}')
  write(`debug/build/${LABEL}/output`, '')
  write(`debug/build/${LABEL}/root-output`, `${FORMER}/${OUT}`)
  for (const [file, text] of Object.entries(made)) write(`${OUT}/${file}`, text)
}

/** What rustc leaves of `--emit=dep-info,metadata`, and of a library. */
const noteOf = (product: string): string =>
  `${FORMER}/${OUT}/probe.d: build/probe.rs\n\n${FORMER}/${OUT}/libprobe.${product}: build/probe.rs\n\nbuild/probe.rs:\n\n# env-dep:RUSTC_BOOTSTRAP\n`
const RULE = `${FORMER}/${OUT}/native.o: native.c more.h\n`

test.each(['native.d', 'deep/er/native.d', '.deps/native.Po', '.native.o.cmd', 'native.dep'])(
  'a build script that left %s with a former path runs again, and finds nothing',
  (file) => {
    run({ [file]: RULE, 'native.o': 'object' })
    expect(forgetRules(target, NOW, base)).toEqual([`debug/${LABEL} ${NAME}`])
    const left = [OUT, `debug/.fingerprint/${LABEL}/${NAME}`, `debug/build/${LABEL}/output`]
    expect(left.filter((each) => existsSync(path.join(target, each)))).toEqual([])
  },
)

test.each([
  ['a library of rustc’s', noteOf('rlib')],
  ['an object beside its rules', `${FORMER}/${OUT}/a.o ${FORMER}/${OUT}/a.d: a.c a.h\n`],
  ['an object, and then its rules', `${FORMER}/${OUT}/a.o: a.c\n${FORMER}/${OUT}/a.d: a.c\n`],
  ['a name with a blank', `${FORMER}/${OUT}/a\\ b.o: a.c\n\na.c:\n`],
])('a build script runs again that left rules for %s', (_, text) => {
  run({ 'native.d': text })
  expect(forgetRules(target, NOW, base)).toEqual([`debug/${LABEL} ${NAME}`])
})

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['is where it was', { 'native.d': RULE }, FORMER],
  ['left rules with no path of its own', { 'native.d': 'native.o: /usr/include/a.h\n' }, NOW],
  ['only tried what rustc knows', { 'probe.d': noteOf('rmeta') }, NOW],
  ['left a path that make does not read', { 'made.rs': RULE }, NOW],
  ['ran CMake', { 'build/CMakeCache.txt': '', 'build/CMakeFiles/native.o.d': RULE }, NOW],
  ['ran cargo', { 'target/.rustc_info.json': '{}', 'target/debug/deps/native.d': RULE }, NOW],
])('a build script that %s stays', (_, made, now) => {
  run(made)
  expect(forgetRules(target, now, base)).toEqual([])
  expect(existsSync(path.join(target, `debug/build/${LABEL}/output`))).toBe(true)
  const [file = ''] = Object.keys(made)
  expect(existsSync(path.join(target, OUT, file))).toBe(true)
})

needs('cargo').test(
  'a build script stays that tried something with the rustc of this machine',
  async () => {
    run({ 'probe.rs': '#![allow(unused)]' })
    const out = path.join(target, OUT)
    const words = ['--emit=dep-info,metadata', '--crate-type=lib', '--out-dir', out]
    await scene().must('rustc', [...words, path.join(out, 'probe.rs')])
    const note = path.join(out, 'probe.d')
    const said = readFileSync(note, 'utf8')
    expect(said).toContain(`${out}/probe.d: `)
    writeFileSync(note, said.replaceAll(target, FORMER))
    expect(forgetRules(target, NOW, base)).toEqual([])
  },
)
