import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { BuildInputs } from '../../src/plan/build-inputs.ts'
import { recordInputs } from '../../src/steps/record-inputs.ts'
import { restoreTimes } from '../../src/steps/restore-times.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { FINGERPRINT, git, mtimeOf, put, putUnit, soon } from '../helpers/built-checkout.ts'
import type { Beside } from '../helpers/built-checkout.ts'

// Of two packages only the first was built.

const scene = useScene()

interface Places {
  base: string
  origin: string
  target: string
}

const FIRST = ['first/Cargo.toml', 'first/notes.md', 'first/src/lib.rs']

function places(): Places {
  const base = scene().directory('unnamed')
  const [origin, target] = [`${base}/origin`, `${base}/target`]
  put(origin, 'Cargo.toml', '[workspace]\n')
  put(origin, 'Cargo.lock', '')
  put(origin, 'first/Cargo.toml', '[package]\nname = "unit"\n')
  put(origin, 'first/src/lib.rs', 'one')
  put(origin, 'first/notes.md', 'notes')
  put(origin, 'second/Cargo.toml', '[package]\nname = "second"\n')
  put(origin, 'second/src/lib.rs', 'two')
  put(origin, '.gitignore', '*.ignored\n')
  git(base, 'init', '--quiet', 'origin')
  return { base, origin, target }
}

async function built({ origin, target }: Places, beside?: Beside): Promise<BuildInputs> {
  git(origin, 'add', '--all')
  git(origin, 'commit', '--quiet', '--message', 'all')
  putUnit(target, ['first/src/lib.rs'], beside)
  const recorded = await recordInputs({ target, workspace: origin, unchanging: [] })
  await soon()
  return recorded
}

function clone({ base, origin }: Places): string {
  rmSync(`${base}/clone`, { recursive: true, force: true })
  git(base, 'clone', '--quiet', origin, 'clone')
  return `${base}/clone`
}

const pathsIn = ({ inputs }: BuildInputs): string[] => inputs.map((input) => input.path).toSorted()

test.each<[string, Beside | undefined, string[]]>([
  ['what units name', undefined, ['first/src/lib.rs']],
  ['all of a package that is documented', 'documented', FIRST],
  ['all of a package whose build script names nothing', { script: '' }, FIRST],
  [
    'all of a package with a build script that names something',
    { script: 'cargo:rerun-if-changed=src/lib.rs\n' },
    FIRST,
  ],
])('%s is recorded, and nothing else', async (_, beside, expected) => {
  const at = places()
  const inputs = await built(at, beside)
  expect(inputs).toMatchObject({ gaps: [], lost: [] })
  expect(pathsIn(inputs)).toEqual(expected)
})

test('everything is recorded where nobody knows of which package something counts', async () => {
  const at = places()
  const inputs = await built(at, { script: '', label: 'unknown' })
  expect(inputs.whole).toEqual([''])
  expect(pathsIn(inputs)).toEqual([
    '.gitignore',
    'Cargo.lock',
    'Cargo.toml',
    ...FIRST,
    'second/Cargo.toml',
    'second/src/lib.rs',
  ])
})

test('what links of such a package lead to is recorded as well, and treated like it', async () => {
  const at = places()
  put(at.origin, 'LICENSE', 'license')
  put(at.origin, 'shared/deep/file', 'shared')
  symlinkSync('../LICENSE', `${at.origin}/first/LICENSE`)
  symlinkSync('../shared', `${at.origin}/first/shared`)
  symlinkSync('../LICENSE', `${at.origin}/shared/LICENSE`)
  const inputs = await built(at, 'documented')
  const behind = ['LICENSE', 'shared/LICENSE', 'shared/deep/file']
  expect(pathsIn(inputs)).toEqual([...behind, ...FIRST, 'first/LICENSE', 'first/shared'].toSorted())

  const workspace = clone(at)
  put(workspace, 'shared/more', 'more')
  utimesSync(`${workspace}/shared/more`, 1, 1)
  git(workspace, 'add', 'shared/more')
  const restoring = { target: at.target, workspace, inputs, isOwnWorkspace: true }
  // But for what lies beside the new one.
  expect(await restoreTimes(restoring)).toMatchObject({ problem: null, kept: 7 })
  expect(BigInt(mtimeOf(`${workspace}/shared/more`)) > BigInt(inputs.newestNs)).toBe(true)
})

const OLD = '1000000000'
const [UNNAMED, UNTRACKED] = ['second/src/lib.rs', 'second/more.rs']

test.each<[string, boolean, string[]]>([
  ['of another workspace gets now, it was not compared', false, []],
  ['of the same workspace stays, if git put it there', true, [UNNAMED]],
])('a file that no unit names and that is older than the seed: %s', async (_, own, expected) => {
  const at = places()
  const inputs = await built(at)
  const workspace = clone(at)
  put(workspace, UNTRACKED, 'more')
  for (const name of [UNNAMED, UNTRACKED]) utimesSync(`${workspace}/${name}`, 1, 1)
  git(workspace, 'update-index', '--refresh')
  const restoring = { target: at.target, workspace, inputs, isOwnWorkspace: own }
  expect((await restoreTimes(restoring)).problem).toBeNull()
  const stayed = [UNNAMED, UNTRACKED].filter((name) => mtimeOf(`${workspace}/${name}`) === OLD)
  expect(stayed).toEqual(expected)
  for (const name of [UNNAMED, UNTRACKED].filter((each) => !stayed.includes(each))) {
    expect(BigInt(mtimeOf(`${workspace}/${name}`)) > BigInt(inputs.newestNs)).toBe(true)
  }
})

test.each<[string, number, boolean]>([
  ['which git has not noticed', 1, false],
  ['so much that git takes it for young', -1, true],
])(
  'a file that no unit names and that is older than the seed, %s, gets now',
  async (_, mtime, known) => {
    const at = places()
    const inputs = await built(at)
    const workspace = clone(at)
    execFileSync('touch', ['-d', `@${mtime}`, `${workspace}/${UNNAMED}`])
    if (known) git(workspace, 'update-index', '--refresh')
    const restoring = { target: at.target, workspace, inputs, isOwnWorkspace: false }
    expect(await restoreTimes(restoring)).toMatchObject({ problem: null, kept: 1, changed: 1 })
    expect(BigInt(mtimeOf(`${workspace}/${UNNAMED}`)) > BigInt(inputs.newestNs)).toBe(true)
  },
)

test('a file that no unit names and that is younger than the seed is left alone', async () => {
  const at = places()
  const inputs = await built(at)
  const workspace = clone(at)
  const before = mtimeOf(`${workspace}/${UNNAMED}`)
  const restoring = { target: at.target, workspace, inputs, isOwnWorkspace: false }
  expect(await restoreTimes(restoring)).toMatchObject({ problem: null, kept: 1, changed: 0 })
  expect(mtimeOf(`${workspace}/${UNNAMED}`)).toBe(before)
})

test('a link that no unit names makes nothing new', async () => {
  const at = places()
  const inputs = await built(at)
  const workspace = clone(at)
  const manifest = `${workspace}/second/Cargo.toml`
  mkdirSync(`${workspace}/second/data`)
  symlinkSync('../src/lib.rs', `${workspace}/second/data/link`)
  const before = mtimeOf(manifest)
  const restoring = { target: at.target, workspace, inputs, isOwnWorkspace: false }
  expect((await restoreTimes(restoring)).problem).toBeNull()
  expect(mtimeOf(manifest)).toBe(before)
})

test('what was made after the build is no input: where it is missing nothing is built again', async () => {
  const at = places()
  git(at.origin, 'add', '--all')
  git(at.origin, 'commit', '--quiet', '--message', 'all')
  putUnit(at.target, ['first/src/lib.rs'], { script: '' })
  await soon()
  put(at.origin, 'first/junit.xml', 'report')
  const recording = { target: at.target, workspace: at.origin, unchanging: [] }
  const inputs = await recordInputs(recording)
  expect(pathsIn(inputs)).toEqual(FIRST)
  // What was there before, and was written again, is one.
  put(at.origin, 'first/notes.md', 'other notes')
  expect(pathsIn(await recordInputs(recording))).toEqual(FIRST)
})

test.each([true, false])(
  'a unit of which nobody knows all inputs is built again: own workspace %p',
  async (isOwn) => {
    const at = places()
    git(at.origin, 'add', '--all')
    git(at.origin, 'commit', '--quiet', '--message', 'all')
    putUnit(at.target, ['first/src/lib.rs', 'nowhere.rs'])
    const inputs = await recordInputs({ target: at.target, workspace: at.origin, unchanging: [] })
    await soon()
    const restoring = { target: at.target, workspace: at.origin, inputs, isOwnWorkspace: isOwn }
    expect(await restoreTimes(restoring)).toMatchObject({ problem: null, forgotten: [FINGERPRINT] })
  },
)

needs('root').test('what no unit names may be of a time that nobody can set', async () => {
  const at = places()
  const inputs = await built(at)
  const workspace = clone(at)
  const report = `${workspace}/report.xml`
  put(workspace, 'report.xml', 'of another user')
  utimesSync(report, 1, 1)
  // Not every file system knows the flag.
  const { exitCode, stderr } = await scene().run('chattr', ['+i', report])
  if (exitCode !== 0 && process.env['TARGET_GUARD_REQUIRE_ALL'] === '1') throw new Error(stderr)
  if (exitCode !== 0) return
  scene().defer(() => void spawnSync('chattr', ['-i', report]))
  const restoring = { target: at.target, workspace, inputs }
  const own = await restoreTimes({ ...restoring, isOwnWorkspace: true })
  expect(own.problem).toBeNull()
  const elsewhere = await restoreTimes({ ...restoring, isOwnWorkspace: false })
  expect(elsewhere.problem).toContain('the time of report.xml cannot be set')
})
