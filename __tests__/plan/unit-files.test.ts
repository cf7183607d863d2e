import { expect, test } from '@jest/globals'
import { runsOf, unitsOf } from '../../src/plan/unit-files.ts'
import type { Listing } from '../../src/plan/unit-files.ts'

/** Lists the folders of a tree that is given by its files. */
function listing(files: readonly string[]): Listing {
  return (folders) => {
    const prefix = folders.map((each) => `${each}/`).join('')
    const below = files.filter((file) => file.startsWith(prefix))
    return [...new Set(below.map((file) => file.slice(prefix.length).split('/')[0] ?? ''))]
  }
}

function unitsIn(files: readonly string[]): ReturnType<typeof unitsOf> {
  return unitsOf(listing(files))
}

const ID = '0123456789abcdef'
const paths = (places: readonly { folders: readonly string[]; name: string }[]): string[] =>
  places.map(({ folders, name }) => [...folders, name].join('/'))

test('a library’s files are those with its id', () => {
  const [unit] = unitsIn([
    `.fingerprint/a-b-${ID}/invoked.timestamp`,
    `.fingerprint/a-b-${ID}/dep-lib-a_b`,
    `.fingerprint/a-b-${ID}/lib-a_b`,
    `.fingerprint/a-b-${ID}/lib-a_b.json`,
    `.fingerprint/a-b-${ID}/output-lib-a_b`,
    `deps/a_b-${ID}.d`,
    `deps/liba_b-${ID}.rlib`,
    `deps/liba_b-${ID}.rmeta`,
    `deps/a_b-${ID}.a_b.0.rcgu.o`,
    'deps/liba_b-fedcba9876543210.rlib',
  ])
  expect(unit).toMatchObject({ name: 'lib-a_b', label: `a-b-${ID}`, run: null })
  expect(unit?.fingerprint).toEqual(['.fingerprint', `a-b-${ID}`])
  expect(paths(unit?.depInfos ?? [])).toEqual([`deps/a_b-${ID}.d`])
  expect(paths(unit?.artefacts ?? [])).toEqual([
    `deps/liba_b-${ID}.rlib`,
    `deps/liba_b-${ID}.rmeta`,
  ])
})

test.each([
  ['lib-foo-bar', 'deps/foo_bar.d', 'deps/libfoo_bar.so'],
  ['lib-library', 'deps/library.d', 'deps/liblibrary.so'],
  ['example-foo', 'examples/foo.d', 'examples/foo'],
])('%s without an id in its files is found by name', (name, depInfo, artefact) => {
  const [unit] = unitsIn([`.fingerprint/p-${ID}/${name}`, depInfo, artefact, 'deps/other.d'])
  expect(paths(unit?.depInfos ?? [])).toEqual([depInfo])
  expect(paths(unit?.artefacts ?? [])).toEqual([artefact])
})

test('a build script is compiled, and run, in folders of its own', () => {
  const [compiled, run] = unitsIn([
    `.fingerprint/a-${ID}/build-script-build-script-build`,
    `.fingerprint/a-fedcba9876543210/run-build-script-build-script-build.json`,
    `build/a-${ID}/build-script-build`,
    `build/a-${ID}/build_script_build-${ID}.d`,
    'build/a-fedcba9876543210/output',
  ])
  expect(paths(compiled?.depInfos ?? [])).toEqual([`build/a-${ID}/build_script_build-${ID}.d`])
  expect(paths(compiled?.artefacts ?? [])).toEqual([`build/a-${ID}/build-script-build`])
  expect(run?.run?.output).toEqual({ folders: ['build', 'a-fedcba9876543210'], name: 'output' })
  expect(run?.run?.folders).toEqual(['build', 'a-fedcba9876543210', 'out'])
})

test('each unit has a folder of its own in Cargo’s next layout', () => {
  const [library, run] = unitsIn([
    `build/small/${ID}/fingerprint/lib-small`,
    `build/small/${ID}/out/small-${ID}.d`,
    `build/small/${ID}/out/libsmall-${ID}.rlib`,
    'build/small/fedcba9876543210/fingerprint/run-build-script-build-script-build',
    'build/small/fedcba9876543210/run/stdout',
  ])
  expect(library?.fingerprint).toEqual(['build', 'small', ID, 'fingerprint'])
  expect(paths(library?.depInfos ?? [])).toEqual([`build/small/${ID}/out/small-${ID}.d`])
  expect(run?.run?.output.name).toBe('stdout')
  expect(run?.run?.folders).toEqual(['build', 'small', 'fedcba9876543210', 'out'])
})

test('the runs of build scripts are found alone, in either layout', () => {
  const run = 'run-build-script-build-script-build'
  const files = [
    `.fingerprint/a-${ID}/build-script-build-script-build`,
    `build/a-${ID}/build_script_build-${ID}.d`,
    `.fingerprint/a-fedcba9876543210/${run}`,
    'build/a-fedcba9876543210/root-output',
    // It is forgotten already, and runs anyway.
    'build/gone-fedcba9876543210/root-output',
    `build/small/${ID}/fingerprint/lib-small`,
    `build/small/fedcba9876543210/fingerprint/${run}`,
  ]
  const runs = unitsIn(files).filter((unit) => unit.run !== null)
  expect(runs.map(({ label }) => label)).toEqual(['a-fedcba9876543210', 'small/fedcba9876543210'])
  expect(runsOf(listing(files))).toEqual(runs)
})

test('documentation is left alone', () => {
  expect(unitsIn([`.fingerprint/a-${ID}/doc-lib-a`])).toEqual([])
})
