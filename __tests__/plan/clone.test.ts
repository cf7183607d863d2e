import { describe, expect, test } from '@jest/globals'
import { chooseWay, replacesOutput, treatmentOf } from '../../src/plan/clone.ts'
import type { CloneQuestion, EntryKind } from '../../src/plan/clone.ts'

const HASH = '0123456789abcdef'

function treatment(path: string, kind: EntryKind = 'file', skipIncremental = true): string {
  return treatmentOf(path, kind, { skipIncremental })
}

describe('what becomes of an entry of a target directory', () => {
  test.each([
    `debug/deps/libserde-${HASH}.rlib`,
    `debug/deps/libserde-${HASH}.rmeta`,
    `my-profile/deps/libserde-${HASH}.rlib`,
    `x86_64-unknown-linux-gnu/release/deps/libserde-${HASH}.rlib`,
    'debug/libwidget.rlib',
  ])('%s is replaced by rustc or Cargo', (path) => {
    expect(treatment(path)).toBe('replaced')
  })

  test.each([
    `debug/deps/widget-${HASH}`,
    `debug/deps/my-tool-${HASH}`,
    `debug/deps/libderive-${HASH}.so`,
    `x86_64-unknown-linux-gnu/release/deps/widget-${HASH}`,
    `debug/examples/show-${HASH}`,
  ])('%s is the linker’s', (path) => {
    expect(treatment(path)).toBe('relinked')
  })

  test.each([
    'debug/widget',
    'debug/my-tool',
    'x86_64-unknown-linux-gnu/release/my_tool',
    'debug/examples/show',
  ])('%s is where people find it', (path) => {
    expect(treatment(path)).toBe('uplifted')
  })

  test.each([
    'CACHEDIR.TAG',
    '.rustc_info.json',
    'widget',
    'doc/widget',
    'debug/widget.d',
    'debug/examples/show.d',
    `debug/examples/libshow-${HASH}.rlib`,
    'debug/more/examples/deps/show',
    'debug/libwidget.so',
    `debug/deps/serde-${HASH}.d`,
    `debug/deps/widget-${HASH}.dwp`,
    `debug/deps/widget-${HASH}.widget.cgu.0.rcgu.o`,
    'debug/deps/libnative.rlib',
    `debug/deps/more/libserde-${HASH}.rlib`,
    `deps/libserde-${HASH}.rlib`,
    `doc/deps/libserde-${HASH}.rlib`,
    `debug/build/deps/libserde-${HASH}.rlib`,
    `debug/examples/deps/widget-${HASH}`,
    `.hidden/deps/libserde-${HASH}.rlib`,
    `a/b/c/deps/libserde-${HASH}.rlib`,
    `debug/.fingerprint/serde-${HASH}/lib-serde`,
    `debug/build/serde-${HASH}/out/libserde-${HASH}.rlib`,
    `debug/build/serde/${HASH}/deps/libserde-${HASH}.rlib`,
    'debug/build/x/.cargo-lock',
    `debug/build/widget-${HASH}/out/made.profraw`,
  ])('%s is copied', (path) => {
    expect(treatment(path)).toBe('copied')
  })

  test.each([
    '.cargo-lock',
    'debug/.cargo-lock',
    'debug/.cargo-build-lock',
    'debug/.cargo-artifact-lock',
    'x86_64-unknown-linux-gnu/release/.cargo-lock',
  ])('%s stays behind: one lock for two directories would be one lock for all', (path) => {
    expect(treatment(path)).toBe('left out')
  })

  test.each([
    'widget-1-2.profraw',
    'coverage/widget.profraw',
    'llvm-cov-target/widget-1-2.profraw',
    'debug/coverage/widget.profraw',
  ])('%s stays behind: what ran in another job counts in no report of this one', (path) => {
    expect(treatment(path)).toBe('left out')
  })

  test.each<[string, string, boolean, string]>([
    ['debug/incremental', 'of a profile', true, 'left out'],
    ['x86_64-unknown-linux-gnu/debug/incremental', 'of a target', true, 'left out'],
    ['debug/incremental', 'when it is wanted', false, 'copied'],
    ['debug/build/incremental', 'of something else', true, 'copied'],
    ['incremental', 'at the top', true, 'copied'],
    ['tmp', 'scratch', true, 'emptied'],
    ['x86_64-unknown-linux-gnu/tmp', 'scratch of a target', true, 'emptied'],
    ['debug/tmp', 'unknown', true, 'copied'],
    ['package', 'scratch', true, 'left out'],
    ['doc', 'documents', true, 'copied'],
  ])('the directory %s, %s (skip %s), is %s', (path, _, skip, expected) => {
    expect(treatment(path, 'directory', skip)).toBe(expected)
  })

  test('FIFOs, sockets and devices stay behind; links are copied, whatever their name', () => {
    expect(treatment('debug/anything', 'special')).toBe('left out')
    expect(treatment(`debug/deps/libserde-${HASH}.rlib`, 'link')).toBe('copied')
    expect(treatment('tmp', 'link')).toBe('copied')
  })
})

test.each([
  ['GCC: (Debian 12.2.0)\nrustc version 1.95.0', true],
  ['rustc version 1.95.0\nLinker: LLD 22.1.2 (/checkout)\nGCC: (Debian)', true],
  ['rustc version 1.95.0\nLinker: Debian LLD 14.0.6\nGCC', true],
  ['rustc version 1.95.0\nmold 1.10.1 (compatible with GNU ld)\nGCC', false],
  ['rustc version 1.95.0\nLinker: Wild version 0.5', false],
  ['rustc version 1.95.0\nLinker: another', false],
  ['', false],
  [null, false],
])('the note %j of a linker: replaces its output: %s', (note, expected) => {
  expect(replacesOutput(note)).toBe(expected)
})

describe('the way to clone', () => {
  const GB = 1e9
  const question: CloneQuestion = {
    wanted: 'auto',
    canReflink: false,
    hybridRefusal: null,
    level: 'ok',
    freeBytes: 100 * GB,
    keepFreeBytes: 20 * GB,
    sourceBytes: 10 * GB,
  }

  test.each<[string, Partial<CloneQuestion>, string | null, string]>([
    ['reflink first', { canReflink: true }, 'reflink', 'shares blocks'],
    ['reflink on a low disk, too', { canReflink: true, level: 'critical' }, 'reflink', ''],
    ['the hybrid without it', {}, 'hybrid', 'cannot reflink'],
    ['the hybrid on a low disk, too', { level: 'low' }, 'hybrid', ''],
    ['a copy without the hybrid', { hybridRefusal: 'noted' }, 'copy', 'no hard links: noted'],
    ['no copy, low', { hybridRefusal: 'x', level: 'low' }, null, 'no copy: disk low'],
    ['no copy, critical', { hybridRefusal: 'x', level: 'critical' }, null, 'no copy: disk crit'],
    ['a copy, unmeasured', { hybridRefusal: 'x', sourceBytes: null }, 'copy', 'a copy of at most'],
    ['no copy, no room', { hybridRefusal: 'x', freeBytes: 29 * GB }, null, '10 GB beside 20 GB'],
    ['no hybrid without room', { freeBytes: 0.5 * GB }, null, '1.0 GB of 0.5 GB free'],
    ['the hybrid, unmeasured', { sourceBytes: null }, 'hybrid', ''],
    ['clone never copies', { wanted: 'clone', hybridRefusal: 'x' }, null, 'warm is clone'],
    ['copy copies', { wanted: 'copy', canReflink: true }, 'copy', 'a copy of 10 GB fits'],
    ['copy, on a low disk', { wanted: 'copy', level: 'low' }, null, 'disk low'],
    ['inherit clones nothing', { wanted: 'inherit', canReflink: true }, null, 'warm is inherit'],
    ['off', { wanted: 'off', canReflink: true }, null, 'warm is off'],
  ])('%s', (_, changes, way, why) => {
    const choice = chooseWay({ ...question, ...changes })
    expect(choice.way).toBe(way)
    expect(choice.why).toContain(why)
  })
})
