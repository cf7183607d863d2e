import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseDepInfo } from '../../src/plan/dep-info.ts'
import { formerTargetsIn, includedIn, packageOf } from '../../src/plan/former-out-dirs.ts'
import { judgeRun, judgeUnit } from '../../src/plan/moved-unit.ts'

const ID = '0123456789abcdef'
const OUT = `/old/slot/debug/build/a-${ID}/out`
const FORMER = { targets: ['/old/slot'], workspaces: ['/old/ws'], living: ['/new/slot'] }
const NO_SCRIPT = '{"deps":[]}'
const SCRIPT = '{"deps":[[1,"build_script_build",false,2]]}'

const depInfoOf = (inputs: readonly string[], variables: readonly string[] = []): string =>
  [
    `/old/slot/debug/deps/a-${ID}.d: ${inputs.join(' ')}`,
    ...inputs.map((input) => `\n${input}:`),
    ...variables.map((each) => `# env-dep:${each}`),
  ].join('\n')

test('dep-info gives inputs and variables', () => {
  const text = depInfoOf(
    ['src/lib.rs', String.raw`/with\ space/a.rs`],
    ['A=1', String.raw`B=x\\y\nz`, 'UNSET', 'C=a=b'],
  )
  const { inputs, environment } = parseDepInfo(text)
  expect(inputs).toEqual(['src/lib.rs', '/with space/a.rs'])
  expect([...environment]).toEqual([
    ['A', '1'],
    ['B', 'x\\y\nz'],
    ['C', 'a=b'],
  ])
})

test('any text can be dep-info', () => {
  fc.assert(fc.property(fc.string(), (text) => parseDepInfo(text).inputs.length >= 0))
})

describe('a compiled unit', () => {
  test.each<[string, string, readonly string[], readonly string[], string]>([
    ['of the registry', NO_SCRIPT, ['/home/registry/a.rs'], [], 'keep'],
    ['of the registry, with a build script', SCRIPT, ['/home/registry/a.rs'], [], 'inspect'],
    ['of the workspace', NO_SCRIPT, ['src/lib.rs'], [], 'inspect'],
    ['that includes from OUT_DIR', SCRIPT, [`${OUT}/made.rs`], [`OUT_DIR=${OUT}`], 'inspect'],
    ['that reads OUT_DIR', NO_SCRIPT, ['/home/a.rs'], [`OUT_DIR=${OUT}`], 'inspect'],
    ['that reads its own package’s path', SCRIPT, ['/h/a.rs'], ['A=/old/ws/a'], 'drop'],
    ['that reads a list of paths', SCRIPT, ['/h/a.rs'], ['A=x:/old/ws/a:y'], 'drop'],
    ['that reads a path in the new slot', NO_SCRIPT, ['/h/a.rs'], ['A=/new/slot/x'], 'keep'],
    ['that runs a program', SCRIPT, ['/h/a.rs'], ['CARGO_BIN_EXE_x=/old/slot/debug/x'], 'drop'],
    ['that writes', SCRIPT, ['/h/a.rs'], ['CARGO_TARGET_TMPDIR=/old/slot/tmp'], 'drop'],
    ['made of a file of the workspace', NO_SCRIPT, ['/old/ws/shared/a.txt'], [], 'drop'],
  ])('%s', (_, fingerprint, inputs, variables, kind) => {
    const depInfo = parseDepInfo(depInfoOf(inputs, variables))
    expect(judgeUnit({ fingerprint, inputs: '', depInfo }, FORMER).kind).toBe(kind)
  })

  test('without dep-info is dropped', () => {
    const unit = { fingerprint: NO_SCRIPT, inputs: '', depInfo: null }
    expect(judgeUnit(unit, FORMER).kind).toBe('drop')
  })

  test('whose inputs Cargo looks for at a former path is dropped', () => {
    const depInfo = parseDepInfo(depInfoOf(['/home/a.rs']))
    for (const inputs of ['\0\u0001/old/ws/shared/a.txt', '/old/slot/x']) {
      expect(judgeUnit({ fingerprint: NO_SCRIPT, inputs, depInfo }, FORMER).kind).toBe('drop')
    }
  })

  test('without a fingerprint that can be read is inspected', () => {
    const depInfo = parseDepInfo(depInfoOf(['/home/a.rs']))
    expect(judgeUnit({ fingerprint: null, inputs: '', depInfo }, FORMER).kind).toBe('inspect')
  })
})

describe('a build script’s run', () => {
  const judge = (output: string | null, outDir: string | null = OUT): string | null =>
    judgeRun({ fingerprint: '{}', output, outDir }, FORMER)

  test.each<[string, string | null, string | null, boolean]>([
    ['that named nothing', 'cargo:rerun-if-changed=build.rs', OUT, false],
    ['that named its own OUT_DIR', `cargo:rustc-env=A=${OUT}/a`, OUT, false],
    ['that named its OUT_DIR, of which Cargo knows nothing', `cargo:root=${OUT}`, null, true],
    ['that named another’s', `cargo:x=/old/slot/debug/build/b-${ID}/out`, OUT, true],
    ['that showed another’s', `gcc -I/old/slot/debug/build/b-${ID}/out -c a.c`, OUT, false],
    ['that named another’s in time', `gcc a.c\n  cargo::metadata=x=/old/slot/y\r\n`, OUT, true],
    ['that named the workspace', 'cargo:rerun-if-changed=/old/ws/a', OUT, true],
    ['whose forged OUT_DIR is the workspace', 'cargo:x=/old/ws/a/b', '/old/ws/a', true],
    ['whose forged OUT_DIR is empty', 'cargo:x=/old/ws/a', '', true],
    ['without output', null, OUT, true],
  ])('%s', (_, output, outDir, isDropped) => {
    expect(judge(output, outDir) !== null).toBe(isDropped)
  })

  test('that watches a former path is dropped', () => {
    const fingerprint = '{"local":[{"RerunIfChanged":{"paths":["/old/ws/x"]}}]}'
    expect(judgeRun({ fingerprint, output: '', outDir: OUT }, FORMER)).not.toBeNull()
  })
})

test('former target directories are known by OUT_DIR', () => {
  const values = [
    OUT,
    `/b/x86_64-unknown-none/release/build/c/${ID}/out/x.rs`,
    '/c/debug/build/out',
  ]
  const found = formerTargetsIn(values, ['debug', 'x86_64-unknown-none/release', ''])
  expect([...found]).toEqual(['/old/slot', '/b'])
})

test('what is included is told by run and path', () => {
  expect(
    includedIn([`${OUT}/a/made.rs`, `/b/debug/build/c/${ID}/out/x.rs`, 'src/a.rs', OUT]),
  ).toEqual([`a-${ID}/a/made.rs`, `c/${ID}/x.rs`])
  expect([packageOf(`a-b-${ID}`), packageOf(`a-b/${ID}`)]).toEqual(['a-b', 'a-b'])
})
