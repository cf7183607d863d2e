import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { moveRules } from '../../src/steps/move-rules.ts'
import type { MovedRules, RuleMove } from '../../src/steps/move-rules.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { PRINTS_WORD, buildAndRun, writeNativeProject } from '../fixtures/native-project.ts'

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
const RUN = `debug/${LABEL} ${NAME}`

const read = (file: string): string => readFileSync(path.join(target, OUT, file), 'utf8')

function move(to: Partial<RuleMove> = {}): MovedRules {
  return moveRules({ place: target, target: NOW, aliases: [], former: [], ...to }, base)
}

test.each(['native.d', 'deep/er/native.d', '.deps/native.Po', '.native.o.cmd', 'native.dep'])(
  'a build script’s rules in %s name the present path, as does all that make may read',
  (file) => {
    const makefile = `PREFIX=${FORMER}/${OUT}\nCFLAGS = -I${FORMER}/${OUT}/a "-L${FORMER}/b/"\n`
    run({ [file]: RULE, 'native.o': `\u007fELF ${FORMER}/`, Makefile: makefile, data: `\0${RULE}` })
    const [rules, made] = [file, 'Makefile'].map((each) => path.join(target, OUT, each))
    utimesSync(rules ?? '', 1000.5, 2000.25)
    chmodSync(made ?? '', 0o750)
    linkSync(made ?? '', path.join(base, 'shared'))
    expect(move()).toEqual({ moved: [RUN], forgotten: [] })
    expect(read(file)).toBe(RULE.replace(FORMER, NOW))
    expect(read('Makefile')).toBe(makefile.replaceAll(FORMER, NOW))
    expect([read('native.o'), read('data')]).toEqual([`\u007fELF ${FORMER}/`, `\0${RULE}`])
    expect(statSync(rules ?? '').mtimeMs).toBe(2_000_250)
    expect(statSync(made ?? '').mode & 0o777).toBe(0o750)
    // What another slot shares is not written to.
    expect(readFileSync(path.join(base, 'shared'), 'utf8')).toBe(makefile)
    expect(existsSync(path.join(target, `debug/.fingerprint/${LABEL}/${NAME}`))).toBe(true)
    expect(move()).toEqual({ moved: [], forgotten: [] })
  },
)

test('rules that were moved before, to a place that is a former one now, are moved again', () => {
  run({ 'native.d': `a.o: ${FORMER}/${OUT}/a.h /between/${OUT}/b.h ${NOW}/${OUT}/c.h\n` })
  expect(move({ former: ['/between'] }).moved).toEqual([RUN])
  expect(read('native.d')).toBe(`a.o: ${NOW}/${OUT}/a.h ${NOW}/${OUT}/b.h ${NOW}/${OUT}/c.h\n`)
})

test('rules that name what another build script made are moved', () => {
  run({ 'native.d': `a.o: ${FORMER}/debug/build/zlib-0123456789abcdef/out/z.h\n` })
  expect(move().moved).toEqual([RUN])
})

test.each(['Makefile', 'makefile.inc', 'config.mk', 'config.status', 'libtool', 'build.ninja'])(
  'what was configured once, and is in %s, names the present path',
  (file) => {
    const text = `prefix='${FORMER}/${OUT}/install'\nlibdir = $(DESTDIR)${FORMER}/${OUT}/lib\n`
    run({ [file]: text, note: `see file://${FORMER}/${OUT}/a\n` })
    expect(move()).toEqual({ moved: [RUN], forgotten: [] })
    expect(read(file)).toBe(text.replaceAll(FORMER, NOW))
    // What may be another path stays, where make does not read it.
    expect(read('note')).toBe(`see file://${FORMER}/${OUT}/a\n`)
  },
)

test('rules are moved beside what CMake built, which gets along by itself', () => {
  run({ 'native.d': RULE, 'cmake/CMakeCache.txt': '', 'cmake/native.o.d': RULE })
  expect(move().moved).toEqual([RUN])
  expect(read('native.d')).not.toBe(RULE)
  expect(read('cmake/native.o.d')).toBe(RULE)
})

const ELSEWHERE = `a.o: /else/where/${OUT}/a.h\n`
test.each<[string, Readonly<Record<string, string>>, Partial<RuleMove>]>([
  ['of a place of which nothing is known', { 'native.d': ELSEWHERE }, {}],
  ['of the real place of a constant path', { 'native.d': ELSEWHERE }, { target: FORMER }],
  ['with a former path in another one', { 'native.d': `${RULE}b.o: /x${FORMER}/b.h\n` }, {}],
  ['in a folder of ninja’s', { 'native.d': RULE, 'build/.ninja_deps': '' }, {}],
  ['in a folder of Meson’s', { 'build.ninja': RULE, 'meson-private/a': '' }, {}],
  ['for a path that make would not read so', { 'native.d': RULE }, { target: '/new/a b' }],
  ['that are no text', { 'native.d': `${RULE}\0` }, {}],
])('a build script that left rules %s runs again, and finds nothing', (_, made, to) => {
  run(made)
  expect(move(to)).toEqual({ moved: [], forgotten: [RUN] })
  const left = [OUT, `debug/.fingerprint/${LABEL}/${NAME}`, `debug/build/${LABEL}/output`]
  expect(left.filter((each) => existsSync(path.join(target, each)))).toEqual([])
})

test('a build script whose rules cannot be written runs again', () => {
  run({ 'native.d': RULE })
  const name = `native.d`
  // Longer by an id than a name may be, while it is written.
  const long = `${'n'.repeat(250)}.d`
  renameSync(path.join(target, OUT, name), path.join(target, OUT, long))
  expect(move()).toEqual({ moved: [], forgotten: [RUN] })
})

test.each([
  ['a library of rustc’s', noteOf('rlib')],
  ['an object beside its rules', `${FORMER}/${OUT}/a.o ${FORMER}/${OUT}/a.d: a.c a.h\n`],
  ['an object, and then its rules', `${FORMER}/${OUT}/a.o: a.c\n${FORMER}/${OUT}/a.d: a.c\n`],
  ['a name with a blank', `${FORMER}/${OUT}/a\\ b.o: a.c\n\na.c:\n`],
])('rules for %s are rules', (_, text) => {
  run({ 'native.d': text })
  expect(move().moved).toEqual([RUN])
  expect(read('native.d')).toBe(text.replaceAll(FORMER, NOW))
})

test.each<[string, Readonly<Record<string, string>>, Partial<RuleMove>]>([
  ['is where it was', { 'native.d': RULE }, { target: FORMER }],
  ['left rules with an alias', { 'native.d': ELSEWHERE }, { aliases: ['/else/where'] }],
  ['left rules with no path of its own', { 'native.d': 'native.o: /usr/include/a.h\n' }, {}],
  ['left rules with relative paths', { 'native.d': `a.o: ../x/${OUT}/a.h -I../${OUT}/b\n` }, {}],
  ['only tried what rustc knows', { 'probe.d': noteOf('rmeta') }, {}],
  ['left a path that make does not read', { 'made.rs': RULE }, {}],
  ['ran CMake', { 'build/CMakeCache.txt': '', 'build/CMakeFiles/native.o.d': RULE }, {}],
  ['ran cargo', { 'target/.rustc_info.json': '{}', 'target/debug/deps/native.d': RULE }, {}],
])('a build script that %s stays', (_, made, to) => {
  run(made)
  expect(move(to)).toEqual({ moved: [], forgotten: [] })
  expect(existsSync(path.join(target, `debug/build/${LABEL}/output`))).toBe(true)
  for (const [file, text] of Object.entries(made)) expect(read(file)).toBe(text)
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
    expect(move()).toEqual({ moved: [], forgotten: [] })
  },
)

/** Has make build a library of two objects, one of them with a header that it makes itself. */
const SCRIPT = `
use std::{env, fs, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=word");
    let out = env::var("OUT_DIR").unwrap();
    let native = format!("{}/native", env::var("CARGO_MANIFEST_DIR").unwrap());
    let word = fs::read_to_string("word").unwrap();
    fs::write(format!("{out}/word.h"), format!("#define WORD {word}")).unwrap();
    let words = ["-f", &format!("{native}/Makefile"), &format!("OUT={out}")];
    let make = Command::new("make").args(words).current_dir(&native).status();
    assert!(make.unwrap().success());
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static=native");
}
`
const MAKEFILE = `
OBJECTS = $(OUT)/word.o $(OUT)/more.o
$(OUT)/libnative.a: $(OBJECTS)
\tar crs $@ $^
$(OUT)/%.o: %.c
\techo $* >>$(OUT)/compiled
\t$(CC) -MMD -I$(OUT) -c $< -o $@
-include $(OBJECTS:.o=.d)
`

needs('cargo', 'make').test(
  'make compiles what it should, and no more, where it has been moved',
  () => {
    const workspace = path.join(base, 'workspace')
    writeNativeProject(workspace, {
      'build.rs': SCRIPT,
      'main.rs': PRINTS_WORD,
      word: '1',
      'native/Makefile': MAKEFILE,
      'native/word.c': '#include "word.h"\nint word(void) { return WORD; }\n',
      'native/more.c': '#include "more.h"\nint more(void) { return MORE; }\n',
      'native/more.h': '#define MORE 1\n',
    })
    const built = (at: string): [string, string] => {
      const says = buildAndRun(workspace, at)
      const compiled = `cat ${at}/debug/build/native-*/out/compiled`
      return [says, execFileSync('sh', ['-c', compiled], { encoding: 'utf8' })]
    }
    expect(built(target)).toEqual(['1', 'word\nmore\n'])
    let place = target
    for (const [number, { word, compiled }] of [
      { word: '2', compiled: 'word\nmore\nword\n' },
      { word: '3', compiled: 'word\nmore\nword\nword\n' },
    ].entries()) {
      const next = path.join(base, `next-${number}`)
      renameSync(place, next)
      const { moved } = moveRules({ place: next, target: next, aliases: [], former: [] }, base)
      expect(moved).toHaveLength(1)
      writeFileSync(path.join(workspace, 'word'), word)
      expect(built(next)).toEqual([word, compiled])
      place = next
    }
  },
)
