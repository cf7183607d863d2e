import { chmodSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { setTimes } from '../../src/host/file-times.ts'
import type { Kind, PlannedTime } from '../../src/plan/build-inputs.ts'
import { needs } from '../e2e/capabilities.ts'
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

// Of no machine that perl could be asked for: then node has to do.
describe.each([
  ['perl', process.arch, 0n],
  ['node', 'none', 2000n],
])('times set by %s', (_, machine, nearNs) => {
  test('are those that were recorded, for files, programs, links, folders and odd names', async () => {
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
    for (const { path, mtimeNs } of plans) {
      const off = BigInt(mtimeNs ?? 0) - BigInt(mtimeOf(`${workspace}/${path}`))
      expect(off >= 0n && off <= nearNs).toBe(true)
    }
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

/** Sets the times of so many files by node, and reads what they have then. */
async function setByNode(workspace: string, times: readonly bigint[]): Promise<bigint[]> {
  const plans = times.map((time, index) => planned(`file${index}`, { mtimeNs: String(time) }))
  for (const { path } of plans) writeFileSync(`${workspace}/${path}`, '')
  const results = await setTimes(workspace, plans, NOW, 'none')
  expect(results.every(({ kind }) => kind === 'set')).toBe(true)
  return plans.map(({ path }) => BigInt(mtimeOf(`${workspace}/${path}`)))
}

test('without perl any number is set near, never later, and exactly the next time', async () => {
  const workspace = scene().directory('workspace')
  const time = fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n })
  const times = fc.array(time, { minLength: 50, maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(times, async (wanted) => {
      const near = await setByNode(workspace, wanted)
      const offs = near.map((mtimeNs, index) => (wanted[index] ?? 0n) - mtimeNs)
      expect(offs.filter((off) => off < 0n || off > 2000n)).toEqual([])
      expect(await setByNode(workspace, near)).toEqual(near)
    }),
    { numRuns: 30 },
  )
})

needs('root', 'loop-mount').test(
  'without perl what a disk keeps by the second only is now',
  async () => {
    const [image, mount] = [`${scene().directory('image')}/image`, scene().directory('mount')]
    await scene().must('truncate', ['--size', '20M', image])
    await scene().must('mkfs.ext4', ['-q', '-I', '128', image])
    await scene().must('mount', ['-o', 'loop', image, mount])
    writeFileSync(`${mount}/file`, '')
    const results = await setTimes(mount, [planned('file')], NOW, 'none')
    expect(results).toMatchObject([{ kind: 'now' }])
    expect(BigInt(mtimeOf(`${mount}/file`))).toBe(NOW)
  },
)

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
