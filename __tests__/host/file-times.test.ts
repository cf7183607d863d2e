import { chmodSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { setTimes } from '../../src/host/file-times.ts'
import type { Kind, PlannedTime } from '../../src/plan/build-inputs.ts'
import { useScene } from '../e2e/use-scene.ts'
import { listing } from '../helpers/listing.ts'

const scene = useScene()

const NOW = 1_795_000_000_000_000_000n
/** No double holds it. */
const EXACT = '1700000000123456789'

function planned(path: string, overrides: Partial<PlannedTime> = {}, kind: Kind = 'file') {
  const expected = { kind, id: 'unproven', isExecutable: false, size: 0 }
  return { path, mtimeNs: EXACT, expected, ...overrides }
}

function mtimeOf(path: string): string {
  return String(lstatSync(path, { bigint: true }).mtimeNs)
}

/** More than one process takes. */
const MANY = 4200

/** A workspace, and beside it what must never be touched. */
function places(): { workspace: string; outside: string } {
  const [workspace, outside] = [scene().directory('workspace'), scene().directory('outside')]
  mkdirSync(`${workspace}/a/b`, { recursive: true })
  for (const path of ['a/b/file', 'a/ÿ \n"1', '7', 'a/b/program']) {
    writeFileSync(`${workspace}/${path}`, '')
  }
  chmodSync(`${workspace}/a/b/program`, 0o755)
  symlinkSync(`${outside}/file`, `${workspace}/a/link`)
  symlinkSync(outside, `${workspace}/way`)
  writeFileSync(`${outside}/file`, '')
  return { workspace, outside }
}

// Of no machine that perl could be asked for: then touch(1) has to do.
describe.each([
  ['perl', process.arch],
  ['touch', 'none'],
])('times set by %s', (_, machine) => {
  test('are exact to the nanosecond, for files, programs, links, folders and odd names', async () => {
    const { workspace, outside } = places()
    const before = listing(outside)
    const program = { kind: 'file', id: '', isExecutable: true, size: 0 } as const
    const plans = [
      planned('a/b/file'),
      planned('a/b/program', { expected: program }),
      planned('a/ÿ \n"1'),
      planned('7', { mtimeNs: '1' }),
      planned('a/link', {}, 'link'),
      planned('a/b', {}, 'directory'),
      planned('', {}, 'directory'),
    ]
    const results = await setTimes(workspace, plans, NOW, machine)

    expect(results.map(({ kind, path }) => [path, kind])).toEqual(
      plans.map(({ path }) => [path, 'set']),
    )
    expect(plans.map(({ path }) => mtimeOf(`${workspace}/${path}`))).toEqual(
      plans.map(({ mtimeNs }) => mtimeNs),
    )
    expect(listing(outside)).toEqual(before)
  })

  test('say by which marks the file is known again', async () => {
    const { workspace } = places()
    const [result] = await setTimes(workspace, [planned('a/b/file')], NOW, machine)
    const { ctimeNs, ino } = lstatSync(`${workspace}/a/b/file`, { bigint: true })
    const stamp = { ctimeNs: String(ctimeNs), inode: String(ino), size: 0 }
    expect(result).toEqual({ kind: 'set', path: 'a/b/file', stamp })
  })

  test.each([
    ['another size', planned('a/b/file', { expected: { ...planned('').expected, size: 1 } })],
    ['an executable bit', planned('a/b/program')],
    ['a link in its place', planned('a/link')],
    ['a folder in its place', planned('a/b')],
    ['no recorded time', planned('a/b/file', { mtimeNs: null })],
  ])('are now for what has %s', async (_what, plan) => {
    const { workspace } = places()
    const results = await setTimes(workspace, [plan], NOW, machine)
    expect(results).toMatchObject([
      { path: plan.path, kind: plan.mtimeNs === null ? 'set' : 'now' },
    ])
    const set = BigInt(mtimeOf(`${workspace}/${plan.path}`))
    expect(set >= NOW).toBe(true)
    expect(set <= NOW + 2_000_000n).toBe(true)
  })

  test.each([
    ['way/file', 'by a link on the way'],
    ['../outside', 'upward'],
    ['a/../../outside', 'upward in the middle'],
    ['/etc/hostname', 'by an absolute path'],
    ['a//b', 'by an empty name'],
    ['.git/config', 'into the repository'],
    ['a/.GIT/config', 'into a repository'],
    ['a/none', 'where nothing lies'],
    ['a/b/file/none', 'below a file'],
  ])('are never set for %s: %s', async (path) => {
    const { workspace, outside } = places()
    mkdirSync(`${workspace}/.git`)
    writeFileSync(`${workspace}/.git/config`, '')
    const before = [...listing(outside), ...listing(workspace)]
    const results = await setTimes(workspace, [planned(path)], NOW, machine)
    expect(results).toMatchObject([{ kind: 'failed', path }])
    expect([...listing(outside), ...listing(workspace)]).toEqual(before)
  })

  test('go on after one that failed', async () => {
    const { workspace } = places()
    const plans = [planned('way/file'), planned('a/none'), planned('a/b/file')]
    const results = await setTimes(workspace, plans, NOW, machine)
    expect(results.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'set'])
  })
})

test('with perl any number is exact, whoever of several sets it', async () => {
  const workspace = scene().directory('workspace')
  const paths = Array.from({ length: MANY }, (_, index) => `file${index}`)
  for (const path of paths) writeFileSync(`${workspace}/${path}`, '')
  const plans = paths.map((path, index) =>
    planned(path, { mtimeNs: `${1_700_000_000_000 + index}` }),
  )
  const results = await setTimes(workspace, plans, NOW)
  expect(results.map(({ kind, path }) => `${kind} ${path}`)).toEqual(
    paths.map((path) => `set ${path}`),
  )
  expect(paths.map((path) => mtimeOf(`${workspace}/${path}`))).toEqual(
    plans.map(({ mtimeNs }) => mtimeNs),
  )
})

test('without perl no more than some hundred are exact, and all others are now', async () => {
  const workspace = scene().directory('workspace')
  const paths = Array.from({ length: 210 }, (_, index) => `file${index}`)
  for (const path of paths) writeFileSync(`${workspace}/${path}`, '')
  const results = await setTimes(
    workspace,
    paths.map((path) => planned(path)),
    NOW,
    'none',
  )
  expect(results.filter(({ kind }) => kind === 'set')).toHaveLength(200)
  expect(results.filter(({ kind }) => kind === 'now')).toHaveLength(10)
  expect(BigInt(mtimeOf(`${workspace}/file209`)) >= NOW).toBe(true)
})

test('any path at all leaves what lies outside alone', async () => {
  const { workspace, outside } = places()
  const before = listing(outside)
  const part = fc.constantFrom('..', '.', '', 'way', 'a', 'b', 'file', 'link', 'etc', '\n', ' ')
  const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'))
  await fc.assert(
    fc.asyncProperty(fc.array(path, { maxLength: 20 }), async (paths) => {
      const plans = paths.map((each) => planned(each))
      expect(await setTimes(workspace, plans, NOW)).toHaveLength(plans.length)
      expect(listing(outside)).toEqual(before)
    }),
    { numRuns: 30 },
  )
})
