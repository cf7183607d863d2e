import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { COLD, encodeRecord } from '../../src/plan/build-record.ts'
import type { BuildRecord, SeedKind } from '../../src/plan/build-record.ts'
import type { UnusedUnits } from '../../src/plan/unused-units.ts'
import { setAccessTimes } from '../../src/host/file-times.ts'
import { writeRecord } from '../../src/host/lease-companions.ts'
import { writeLease } from '../../src/host/leases.ts'
import type { Root } from '../../src/host/root.ts'
import { readMarks } from '../../src/host/unit-marks.ts'
import { adaptSeed } from '../../src/steps/adapt-seed.ts'
import { markBuild } from '../../src/steps/mark-build.ts'
import type { Runtime } from '../../src/steps/runtime.ts'
import { needs } from '../e2e/capabilities.ts'
import { smallDisk } from '../e2e/small-disk.ts'
import { useScene } from '../e2e/use-scene.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'
import { aJob, aLease } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const FILE = `debug/.fingerprint/one-${HASH}/lib-one`
const UNIT = `debug/one-${HASH}`
const MARK_NS = 1_000_000_000n

let root: Root
let slot: string
let said: string[]
let runtime: Runtime

/** A slot whose job has built in it, and whose build has been noted. */
function leaveBuild(madeBy: 'step' | 'run' = 'step'): string {
  const lease = aLease({ madeBy })
  slot = `${root.path}/${lease.slot}`
  mkdirSync(slot, { recursive: true })
  cargoTree(slot)
  const known = { workspace: '', common: '', toolchain: 'rustc', inputs: true, times: '' }
  const build: BuildRecord = { version: 1, ...known, generation: 0, former: [], unused: {} }
  writeLease(root, lease)
  writeRecord(root, lease.id, '.build', encodeRecord(build))
  return lease.id
}

function timesOf(path: string): { atimeNs: bigint; mtimeNs: bigint } {
  const { atimeNs, mtimeNs } = lstatSync(path, { bigint: true })
  return { atimeNs, mtimeNs }
}

/** Marks files of the slot, whether they are there or not. */
async function mark(files: readonly string[]): Promise<boolean> {
  const folder = openSync(slot, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    return await setAccessTimes(folder, files, 1)
  } finally {
    closeSync(folder)
  }
}

beforeEach(() => {
  root = aRoot(scene())
  said = []
  const note = (text: string): unknown => said.push(text)
  runtime = {
    environment: {},
    script: '',
    voice: { info: note, notice: note, warning: note, error: note },
  }
})

describe('the units of a slot whose job is about to end', () => {
  test('are marked, and keep their mtimes to the nanosecond', async () => {
    const id = leaveBuild()
    const { mtimeNs } = timesOf(`${slot}/${FILE}`)
    await markBuild(root, id, runtime)
    expect(timesOf(`${slot}/${FILE}`)).toEqual({ atimeNs: MARK_NS, mtimeNs })
    expect(readMarks(slot)).toEqual({ all: [UNIT], used: new Set() })
    readFileSync(`${slot}/${FILE}`)
    expect(readMarks(slot).used).toEqual(new Set([UNIT]))
    expect(said).toEqual([])
  })

  test('are marked through no link that was planted', async () => {
    const id = leaveBuild()
    const outside = scene().directory('outside')
    for (const name of ['lib-one', 'bin']) writeFileSync(`${outside}/${name}`, '')
    const before = ['lib-one', 'bin'].map((name) => timesOf(`${outside}/${name}`))
    symlinkSync(outside, `${slot}/debug/.fingerprint/two-${HASH}`)
    symlinkSync(`${outside}/bin`, `${slot}/debug/.fingerprint/one-${HASH}/bin`)
    await markBuild(root, id, runtime)
    expect(['lib-one', 'bin'].map((name) => timesOf(`${outside}/${name}`))).toEqual(before)
    expect(timesOf(`${slot}/${FILE}`).atimeNs).toBe(MARK_NS)
    // As where it was planted after the look.
    await expect(mark([`debug/.fingerprint/two-${HASH}/lib-one`, FILE])).rejects.toThrow(
      /two-.*: failed (Not a directory|Too many levels)/,
    )
    expect(['lib-one', 'bin'].map((name) => timesOf(`${outside}/${name}`))).toEqual(before)
  })

  test('are left alone where a person builds', async () => {
    const id = leaveBuild('run')
    const before = timesOf(`${slot}/${FILE}`)
    await markBuild(root, id, runtime)
    expect(timesOf(`${slot}/${FILE}`)).toEqual(before)
  })

  needs('root', 'loop-mount').test('are left unmarked where this user may not', async () => {
    root = aRoot(scene(), await smallDisk(scene(), 'ext4'))
    const id = leaveBuild()
    // The kernel refuses it as it does for files of other users.
    await scene().must('chattr', ['+i', `${slot}/${FILE}`])
    await markBuild(root, id, runtime)
    expect(said).toEqual([])
  })

  test('are said to be unmarked where that cannot be done', async () => {
    const id = leaveBuild()
    rmSync(slot, { recursive: true })
    writeFileSync(slot, 'in the way')
    await markBuild(root, id, runtime)
    expect(said).toEqual([expect.stringMatching(/^The units in .* were not marked \(/)])
  })

  test('are marked where some are gone by then', async () => {
    leaveBuild()
    const files = [`debug/.fingerprint/gone-${HASH}/lib-gone`, FILE, `debug/.fingerprint/no-file`]
    expect(await mark(files)).toBe(true)
    expect(timesOf(`${slot}/${FILE}`).atimeNs).toBe(MARK_NS)
  })
})

/** Adapts what lies in a slot as a seed; what is counted of its use, null where that cannot be told. */
async function adapt(kind: SeedKind): Promise<UnusedUnits | null> {
  const lease = aLease({ id: '0123456789abcdef00000002' })
  const origin = { workspace: '', runnerKey: '', toolchain: 'rustc', inputs: false, times: '' }
  const wish = {
    job: aJob(),
    madeBy: 'step' as const,
    runnerKey: '',
    workspace: null,
    common: '',
    restoresMtimes: false,
    times: '',
    toolchain: null,
    choice: null,
    system: '',
  }
  const adapted = await adaptSeed(
    {
      root,
      lease,
      wish,
      settings: { constantPaths: { target: null, workspace: null } },
      place: slot,
      record: { ...COLD, kind },
      origin: { ...origin, generation: 0, unused: { [UNIT]: 1 } },
      formerTargets: [],
      linked: [],
    },
    runtime,
  )
  if (typeof adapted === 'string') throw new Error(adapted)
  return adapted.unused
}

const PRINTS = 'debug/.fingerprint'

/** Leaves a build of many units, marked; their files. */
async function leaveMarked(): Promise<string[]> {
  const id = leaveBuild()
  for (let unit = 10; unit < 40; unit += 1) {
    const label = `unit-00000000000000${unit}`
    mkdirSync(`${slot}/${PRINTS}/${label}`)
    writeFileSync(`${slot}/${PRINTS}/${label}/lib-unit`, 'unit')
  }
  await markBuild(root, id, runtime)
  return readdirSync(`${slot}/${PRINTS}`).map((label) => {
    const [file = ''] = readdirSync(`${slot}/${PRINTS}/${label}`)
    return `${slot}/${PRINTS}/${label}/${file}`
  })
}

function markedAmong(files: readonly string[]): number {
  return files.filter((file) => timesOf(file).atimeNs === MARK_NS).length
}

describe('a seed', () => {
  test('that was handed down with its marks is not marked again', async () => {
    const files = await leaveMarked()
    readFileSync(files.at(-1) ?? '')
    expect(await adapt('inherit')).toEqual({ [UNIT]: 1 })
    expect(markedAmong(files)).toBe(files.length - 1)
  })

  test('that somebody has read as a whole since is', async () => {
    const files = await leaveMarked()
    for (const file of files) readFileSync(file)
    expect(await adapt('inherit')).toEqual({ [UNIT]: 1 })
    expect(markedAmong(files)).toBe(files.length)
  })

  test.each(['inherit', 'clone'] as const)('without marks is marked: %s', async (kind) => {
    leaveBuild()
    expect(await adapt(kind)).toEqual({ [UNIT]: 1 })
    expect(timesOf(`${slot}/${FILE}`).atimeNs).toBe(MARK_NS)
  })

  needs('root').test('of a disk that keeps no times any more tells nothing', async () => {
    const mount = scene().directory('disk')
    await scene().must('mount', ['-t', 'tmpfs', '-o', 'relatime', 'none', mount])
    root = aRoot(scene(), mount)
    await leaveMarked()
    await scene().must('mount', ['-o', 'remount,noatime', mount])
    expect(await adapt('inherit')).toBeNull()
  })
})
