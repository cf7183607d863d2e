import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { BuildInputs, Input } from '../../src/plan/build-inputs.ts'
import { recordInputs } from '../../src/steps/record-inputs.ts'
import { restoreTimes } from '../../src/steps/restore-times.ts'
import { idsOf } from '../e2e/ordinary-user.ts'
import { useScene } from '../e2e/use-scene.ts'
import { FINGERPRINT, git, mtimeOf, put, putUnit, soon } from '../helpers/built-checkout.ts'
import { listing } from '../helpers/listing.ts'

const scene = useScene()
interface Places {
  base: string
  origin: string
  target: string
}

function places(): Places {
  const base = scene().directory('checkouts')
  const [origin, target] = [`${base}/origin`, `${base}/target`]
  put(origin, 'Cargo.toml', '[package]\nname = "unit"\n')
  put(origin, 'Cargo.lock', '')
  put(origin, 'src/lib.rs', 'one')
  put(origin, 'a name\nof two.rs', 'two')
  git(base, 'init', '--quiet', 'origin')
  return { base, origin, target }
}

/** Records a build of what lies there, all of it committed. */
async function built({ origin, target }: Places, inputs = ['src/lib.rs']): Promise<BuildInputs> {
  git(origin, 'add', '--all')
  git(origin, 'commit', '--quiet', '--message', 'all')
  putUnit(target, inputs, 'documented')
  const recorded = await recordInputs({ target, workspace: origin, unchanging: [] })
  await soon()
  expect(recorded.gaps).toEqual([])
  return recorded
}

const inputAt = ({ inputs }: BuildInputs, name: string): Input | undefined =>
  inputs.find((input) => input.path === name)

/** The files that got their recorded time, and why the seed is of no use. */
async function restored(
  inputs: BuildInputs,
  { target }: Pick<Places, 'target'>,
  workspace: string,
): Promise<{ kept: string[]; problem: string | null; forgotten: readonly string[] }> {
  const times = await restoreTimes({ target, workspace, inputs, isOwnWorkspace: false })
  const kept = inputs.inputs.filter(({ path: name, mtimeNs }) => {
    const file = name.startsWith('/') ? name : `${workspace}/${name}`
    return existsSync(file) && !name.startsWith('/') && mtimeOf(file) === mtimeNs
  })
  const { problem, forgotten } = times
  return { kept: kept.map((input) => input.path).toSorted(), problem, forgotten }
}

const ALL = ['Cargo.lock', 'Cargo.toml', 'a name\nof two.rs', 'src/lib.rs']

describe('a folder that another took the place of, while something was built', () => {
  test.each<[string, string, boolean]>([
    ['is not what was built', 'src', true],
    ['is not what was built, whatever is in it', 'src/more', true],
    ['says nothing of others', 'assets', false],
  ])('%s', async (_, moved, isDoubted) => {
    const at = places()
    put(at.origin, 'src/more/deep.rs', 'deep')
    put(at.origin, 'assets/picture', 'of something')
    await soon()
    const folder = `${at.origin}/${moved}`
    renameSync(folder, `${folder}.aside`)
    cpSync(`${folder}.aside`, folder, { recursive: true })
    putUnit(at.target, ['src/more/deep.rs'])
    await soon()
    rmSync(folder, { recursive: true })
    renameSync(`${folder}.aside`, folder)
    const recorded = await recordInputs({ ...at, workspace: at.origin, unchanging: [] })
    expect(inputAt(recorded, 'src/more/deep.rs')?.id === 'unproven').toBe(isDoubted)
  })

  test('is what was built where it was put there before', async () => {
    const at = places()
    renameSync(`${at.origin}/src`, `${at.origin}/src.aside`)
    renameSync(`${at.origin}/src.aside`, `${at.origin}/src`)
    await soon()
    const recorded = await built(at)
    expect(inputAt(recorded, 'src/lib.rs')?.id).toMatch(/^git:/)
  })

  test('is what was built where its own time was set back before', async () => {
    const at = places()
    // Each folder counts, too.
    const script = 'cargo:rerun-if-changed=src\n'
    put(at.origin, 'build.rs', '')
    putUnit(at.target, ['src/lib.rs'], { script })
    const recording = { target: at.target, workspace: at.origin, unchanging: [] }
    const inputs = await recordInputs(recording)
    await soon()
    const times = await restoreTimes({ ...at, workspace: at.origin, inputs, isOwnWorkspace: false })
    expect(times.problem).toBeNull()
    expect(mtimeOf(`${at.origin}/src`)).toBe(inputAt(inputs, 'src')?.mtimeNs)
    const again = await recordInputs({ ...recording, restored: times.restored })
    expect(again.inputs.filter(({ id }) => id === 'unproven')).toEqual([])
  })

  test('is not as it was restored either', async () => {
    const at = places()
    const inputs = await built(at)
    const restoring = { target: at.target, workspace: at.origin, inputs, isOwnWorkspace: false }
    const { restored: known } = await restoreTimes(restoring)
    await soon()
    const recording = { target: at.target, workspace: at.origin, unchanging: [], restored: known }
    expect(inputAt(await recordInputs(recording), 'src/lib.rs')?.id).toMatch(/^git:/)
    renameSync(`${at.origin}/src`, `${at.origin}/src.aside`)
    renameSync(`${at.origin}/src.aside`, `${at.origin}/src`)
    expect(inputAt(await recordInputs(recording), 'src/lib.rs')?.id).toBe('unproven')
  })
})

describe('what is unchanged gets its time', () => {
  test('in a clone, in a shallow one, and with any name', async () => {
    const at = places()
    const inputs = await built(at)
    for (const words of [['clone'], ['clone', '--depth=1']]) {
      const url = words.length > 1 ? `file://${at.origin}` : at.origin
      git(at.base, ...words, '--quiet', url, 'clone')
      expect(await restored(inputs, at, `${at.base}/clone`)).toMatchObject({ kept: ALL })
      rmSync(`${at.base}/clone`, { recursive: true })
    }
  })

  test.each([
    ['of another format', ['--index-version', '4']],
    ['that is split', ['--split-index']],
  ])('in one with an index %s', async (_, words) => {
    const at = places()
    const inputs = await built(at)
    git(at.base, 'clone', '--quiet', at.origin, 'clone')
    git(`${at.base}/clone`, 'update-index', ...words)
    expect(await restored(inputs, at, `${at.base}/clone`)).toMatchObject({ kept: ALL })
  })

  test('in a sparse one, as far as it is there', async () => {
    const at = places()
    const inputs = await built(at)
    git(at.base, 'clone', '--quiet', '--sparse', at.origin, 'clone')
    const { kept, problem } = await restored(inputs, at, `${at.base}/clone`)
    expect(problem).toBeNull()
    // The package lacks a file, which shows in nothing but its manifest.
    expect(kept).toEqual(['Cargo.lock', 'a name\nof two.rs'])
  })

  test('in a submodule, and in another work tree', async () => {
    const at = places()
    put(at.base, 'inner/deep/file.rs', 'inner')
    git(at.base, 'init', '--quiet', 'inner')
    git(`${at.base}/inner`, 'add', '--all')
    git(`${at.base}/inner`, 'commit', '--quiet', '--message', 'inner')
    git(at.origin, 'submodule', '--quiet', 'add', `${at.base}/inner`, 'sub')
    const inputs = await built(at)
    git(at.base, 'clone', '--quiet', '--recurse-submodules', at.origin, 'clone')
    const all = ['.gitmodules', ...ALL, 'sub/deep/file.rs']
    expect((await restored(inputs, at, `${at.base}/clone`)).kept).toEqual(all)
    git(at.origin, 'worktree', 'add', '--quiet', '--detach', `${at.base}/tree`)
    const without = ['.gitmodules', ...ALL].filter((name) => name !== 'Cargo.toml')
    expect((await restored(inputs, at, `${at.base}/tree`)).kept).toEqual(without)
  })

  test.each([
    ['a submodule', 'vendor'],
    ['a folder with one', 'vendor/sub'],
  ])('in %s that a build script names', async (_, sub) => {
    const at = places()
    put(at.base, 'inner/deep/file.c', 'inner')
    git(at.base, 'init', '--quiet', 'inner')
    git(`${at.base}/inner`, 'add', '--all')
    git(`${at.base}/inner`, 'commit', '--quiet', '--message', 'inner')
    git(at.origin, 'submodule', '--quiet', 'add', `${at.base}/inner`, sub)
    git(at.origin, 'add', '--all')
    git(at.origin, 'commit', '--quiet', '--message', 'all')
    putUnit(at.target, ['src/lib.rs'], { script: 'cargo:rerun-if-changed=vendor\n' })
    const inputs = await recordInputs({ ...at, workspace: at.origin, unchanging: [] })
    await soon()
    git(at.base, 'clone', '--quiet', '--recurse-submodules', at.origin, 'clone')
    const { kept } = await restored(inputs, at, `${at.base}/clone`)
    expect(kept).toEqual(expect.arrayContaining(['vendor', `${sub}/.git`, `${sub}/deep/file.c`]))
  })

  test('where it belongs to another user', async () => {
    const at = places()
    const inputs = await built(at)
    git(at.base, 'clone', '--quiet', at.origin, 'clone')
    const { uid, gid } = idsOf('nobody')
    execFileSync('chown', ['-R', `${uid}:${gid}`, `${at.base}/clone`])
    chownSync(`${at.base}/clone`, uid, gid)
    expect((await restored(inputs, at, `${at.base}/clone`)).kept).toEqual(ALL)
  })

  test('without any repository, and without git', async () => {
    const at = places()
    rmSync(`${at.origin}/.git`, { recursive: true })
    putUnit(at.target, ['src/lib.rs'], 'documented')
    const recording = { target: at.target, workspace: at.origin, unchanging: [] }
    const inputs = await recordInputs(recording)
    await soon()
    cpSync(at.origin, `${at.base}/copy`, { recursive: true })
    expect((await restored(inputs, at, `${at.base}/copy`)).kept).toEqual(ALL)

    git(at.base, 'init', '--quiet', 'copy')
    const { PATH } = process.env
    process.env['PATH'] = scene().directory('empty')
    try {
      expect((await restored(inputs, at, `${at.base}/copy`)).problem).toBeNull()
    } finally {
      process.env['PATH'] = PATH
    }
    // There is no perl either, and node's times are doubles.
    const recorded = BigInt(inputAt(inputs, 'src/lib.rs')?.mtimeNs ?? 0)
    const off = recorded - BigInt(mtimeOf(`${at.base}/copy/src/lib.rs`))
    expect(off >= 0n && off <= 2000n).toBe(true)
  })
})

describe('what git would convert is told by its own bytes', () => {
  test('a pointer in place of a large file', async () => {
    const at = places()
    put(at.origin, '.gitattributes', '*.bin filter=large\n')
    put(at.origin, 'large.bin', 'pointer\n')
    const inputs = await built(at)
    // To git this one is as clean, and of the same size.
    const filter = { smudge: 'sed s/.*/content/', clean: 'sed s/.*/pointer/' }
    const settings = Object.entries(filter).flatMap(([name, program]) => [
      '-c',
      `filter.large.${name}=${program}`,
    ])
    git(at.base, 'clone', '--quiet', ...settings, at.origin, 'clone')
    expect(readFileSync(`${at.base}/clone/large.bin`, 'utf8')).toBe('content\n')
    // Where the index is as young as the file, git reads the file again.
    utimesSync(`${at.base}/clone/large.bin`, 1, 1)
    git(`${at.base}/clone`, 'update-index', '--refresh')
    const { kept } = await restored(inputs, at, `${at.base}/clone`)
    expect(kept).toEqual(['.gitattributes', ...ALL])
  })

  test('line ends', async () => {
    const at = places()
    put(at.origin, 'src/lib.rs', 'one\n')
    const inputs = await built(at)
    git(at.base, 'clone', '--quiet', '-c', 'core.autocrlf=true', at.origin, 'clone')
    const { kept } = await restored(inputs, at, `${at.base}/clone`)
    expect(kept).not.toContain('src/lib.rs')
    expect(kept).toContain('a name\nof two.rs')
  })

  test('a file that git was told to overlook', async () => {
    const at = places()
    const inputs = await built(at)
    git(at.base, 'clone', '--quiet', at.origin, 'clone')
    git(`${at.base}/clone`, 'update-index', '--assume-unchanged', 'src/lib.rs')
    put(at.base, 'clone/src/lib.rs', '2nd')
    const { kept } = await restored(inputs, at, `${at.base}/clone`)
    expect(kept).toEqual(['Cargo.lock', 'Cargo.toml', 'a name\nof two.rs'])
  })
})

describe('nothing that a repository says is run', () => {
  test('neither filters nor monitors', async () => {
    const at = places()
    put(at.origin, '.gitattributes', '* filter=evil\n')
    const inputs = await built(at)
    git(at.base, 'clone', '--quiet', at.origin, 'clone')
    const script = `${at.base}/evil`
    put(at.base, 'evil', `#!/bin/sh\ntouch ${at.base}/ran\ncat\n`)
    chmodSync(script, 0o755)
    const settings = { 'filter.evil.clean': script, 'core.fsmonitor': script }
    for (const [key, value] of Object.entries(settings)) {
      git(`${at.base}/clone`, 'config', key, value)
    }
    utimesSync(`${at.base}/clone/src/lib.rs`, 1, 1)
    expect((await restored(inputs, at, `${at.base}/clone`)).problem).toBeNull()
    expect(existsSync(`${at.base}/ran`)).toBe(false)
  })
})

describe('a link that was planted', () => {
  test.each<[string, (clone: string, outside: string) => void]>([
    [
      'in place of a file',
      (clone, outside) => {
        rmSync(`${clone}/src/lib.rs`)
        symlinkSync(`${outside}/lib.rs`, `${clone}/src/lib.rs`)
      },
    ],
    [
      'in place of a folder',
      (clone, outside) => {
        rmSync(`${clone}/src`, { recursive: true })
        symlinkSync(outside, `${clone}/src`)
      },
    ],
  ])('%s makes the seed useless, and nothing behind it is touched', async (_, plant) => {
    const at = places()
    const inputs = await built(at)
    git(at.base, 'clone', '--quiet', at.origin, 'clone')
    const outside = scene().directory('outside')
    put(outside, 'lib.rs', 'one')
    utimesSync(`${outside}/lib.rs`, 1, 1)
    const before = listing(outside)
    plant(`${at.base}/clone`, outside)
    const { problem } = await restored(inputs, at, `${at.base}/clone`)
    expect(problem).toMatch(/leads out of the workspace|cannot be set/)
    expect(listing(outside)).toEqual(before)
  })
})

function outsideFile(): string {
  const outside = scene().directory('outside')
  put(outside, 'a.h', 'one')
  return `${outside}/a.h`
}

describe('outside the workspace', () => {
  test.each<[string, (file: string) => void, boolean]>([
    ['the same', () => {}, true],
    ['the same, written again', (file) => writeFileSync(file, 'one'), true],
    ['other content', (file) => writeFileSync(file, 'two'), false],
    ['the same, but older', (file) => utimesSync(file, 1, 1), false],
    ['nothing', (file) => rmSync(file), false],
  ])('%s: no time is set, and units see to it', async (_, act, isKept) => {
    const at = places()
    const file = outsideFile()
    const inputs = await built(at, ['src/lib.rs', file])
    expect(inputAt(inputs, file)?.units).toEqual([FINGERPRINT])
    act(file)
    const before = existsSync(file) ? mtimeOf(file) : ''
    git(at.base, 'clone', '--quiet', at.origin, 'clone')
    const { forgotten } = await restored(inputs, at, `${at.base}/clone`)
    expect(existsSync(file) ? mtimeOf(file) : '').toBe(before)
    expect(forgotten).toEqual(isKept ? [] : [FINGERPRINT])
    expect(readdirSync(`${at.target}/${FINGERPRINT}`).length > 0).toBe(isKept)
  })

  test('git’s own files are looked at, and left alone', async () => {
    const at = places()
    const inputs = await built(at, ['src/lib.rs', '.git/HEAD'])
    git(at.base, 'clone', '--quiet', at.origin, 'clone')
    const head = `${at.base}/clone/.git/HEAD`
    writeFileSync(head, 'ref: refs/heads/other\n')
    utimesSync(head, 1, 1)
    const { forgotten } = await restored(inputs, at, `${at.base}/clone`)
    expect(forgotten).toEqual([FINGERPRINT])
    expect(mtimeOf(head)).toBe('1000000000')
  })
})

describe('the seed is not used', () => {
  test('where inputs may be missing, but in its own workspace', async () => {
    const at = places()
    const inputs = { ...(await built(at)), gaps: ['something'] }
    const restoring = { target: at.target, workspace: at.origin, inputs }
    const foreign = await restoreTimes({ ...restoring, isOwnWorkspace: false })
    expect(foreign.problem).toContain('something')
    const own = await restoreTimes({ ...restoring, isOwnWorkspace: true })
    expect(own.problem).toBeNull()
  })

  test('where it was built in the future', async () => {
    const at = places()
    const inputs = await built(at)
    const nowNs = BigInt(inputs.newestNs)
    const restoring = { target: at.target, workspace: at.origin, inputs, nowNs }
    const { problem } = await restoreTimes({ ...restoring, isOwnWorkspace: true })
    expect(problem).toContain('future')
  })

  test('where the workspace is gone', async () => {
    const at = places()
    const inputs = await built(at)
    const restoring = { target: at.target, workspace: `${at.base}/none`, inputs }
    const { problem } = await restoreTimes({ ...restoring, isOwnWorkspace: true })
    expect(problem).toContain('ENOENT')
  })
})

test('units that name what is missing are lost, and forgotten', async () => {
  const at = places()
  const inputs = await built(at, ['src/lib.rs', 'generated/none.rs'])
  expect(inputs.lost).toEqual([FINGERPRINT])
  const { forgotten } = await restored(inputs, at, at.origin)
  expect(forgotten).toEqual([FINGERPRINT])
})

test('what was written after the unit began, with an older time, is not proven', async () => {
  const at = places()
  put(at.origin, '.gitignore', 'made.rs\n')
  put(at.origin, 'made.rs', 'made')
  await built(at, ['src/lib.rs', 'made.rs'])
  put(at.origin, 'made.rs', 'other')
  utimesSync(`${at.origin}/made.rs`, 1, 1)
  const recording = { target: at.target, workspace: at.origin, unchanging: [] }
  const inputs = await recordInputs(recording)
  expect(inputAt(inputs, 'made.rs')?.id).toBe('unproven')
  expect(inputAt(inputs, 'src/lib.rs')?.id).toMatch(/^git:/)
})

test('a hostile record touches nothing outside, and makes nothing old that is new', async () => {
  const at = places()
  const inputs = await built(at)
  git(at.base, 'clone', '--quiet', at.origin, 'clone')
  const clone = `${at.base}/clone`
  const outside = scene().directory('outside')
  put(outside, 'file', 'one')
  symlinkSync(outside, `${clone}/way`)
  put(clone, 'src/lib.rs', 'two')
  const lie = inputs.inputs.find((input) => input.path === 'src/lib.rs')
  if (lie === undefined) throw new Error('it was not recorded')
  const lies = ['way/file', '../outside', '.git/HEAD', `${outside}/file`, 'src/lib.rs'].map(
    (name): Input => Object.assign({}, lie, { path: name, mtimeNs: '1', units: ['debug/../x'] }),
  )
  const before = [...listing(outside), ...listing(`${clone}/.git`)]
  await restoreTimes({
    target: at.target,
    workspace: clone,
    inputs: { ...inputs, lost: ['way/.fingerprint/x'], inputs: lies },
    isOwnWorkspace: true,
  })
  expect([...listing(outside), ...listing(`${clone}/.git`)]).toEqual(before)
  expect(mtimeOf(`${clone}/src/lib.rs`)).not.toBe('1')
})
