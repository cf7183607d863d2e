import { existsSync, linkSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { encodeRecord } from '../../src/plan/build-record.ts'
import type { BuildRecord } from '../../src/plan/build-record.ts'
import type { UnusedUnits } from '../../src/plan/unused-units.ts'
import { whileFileLocked } from '../../src/host/kernel-lock.ts'
import { readBuildRecord, writeRecord } from '../../src/host/lease-companions.ts'
import { dropLease, endLease, endedLeasePath, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { moveUnitsOut } from '../../src/host/unit-marks.ts'
import { pruneUnits } from '../../src/steps/prune-units.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'
import { hold } from '../helpers/hold.ts'
import { aLease, anEnd } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'

const scene = useScene()
const lease = aLease()
const OLD = 'debug/old-fedcba9876543210'
const LATELY = 'debug/lately-00000000ffffffff'
const KILOBYTE = 1024

let root: Root
let slot: string
let said: string[]

beforeEach(() => {
  root = aRoot(scene())
  slot = `${root.path}/${lease.slot}`
  said = []
  mkdirSync(slot, { recursive: true })
  cargoTree(slot)
  writeFileSync(`${slot}/debug/deps/libone-${HASH}.rlib`, 'x'.repeat(400 * KILOBYTE))
})

/** A unit with a program, which Cargo has put where people find it, too. */
function putUnit(unit: string, bytes: number): void {
  const [, label = ''] = unit.split('/')
  mkdirSync(`${slot}/debug/.fingerprint/${label}`)
  writeFileSync(`${slot}/debug/.fingerprint/${label}/bin`, '')
  mkdirSync(`${slot}/debug/build/${label}/out`, { recursive: true })
  writeFileSync(`${slot}/debug/build/${label}/out/made`, 'x'.repeat(bytes / 2))
  writeFileSync(`${slot}/debug/deps/${label}`, 'x'.repeat(bytes / 2))
  linkSync(`${slot}/debug/deps/${label}`, `${slot}/debug/${label.split('-')[0] ?? ''}`)
}

/** Ends the job as one that built well. */
function end(unused: UnusedUnits): void {
  const known = { workspace: '', common: '', toolchain: 'rustc', inputs: true, times: '' }
  const build: BuildRecord = { version: 1, ...known, generation: 0, former: [], unused }
  writeLease(root, lease)
  writeRecord(root, lease.id, '.build', encodeRecord(build))
  endLease(root, lease.id, anEnd())
}

function note(text: string): void {
  said.push(text)
}

function warn(text: string): void {
  said.push(`warning: ${text}`)
}

/** Prunes the slot; what is still counted then. */
async function prune(whenLocked = (): void => {}): Promise<UnusedUnits | undefined> {
  const runtime = {
    script: '',
    voice: { info: note, notice: note, warning: warn, error: note },
    // It is asked for when somebody looks who is in the slot.
    get environment() {
      whenLocked()
      return {}
    },
  }
  await pruneUnits({ root, self: aSelf(), id: lease.id }, runtime)
  return readBuildRecord(root, lease.id)?.unused
}

/** What there is of a unit in the slot. */
function placesOf(unit: string): string[] {
  const [, label = ''] = unit.split('/')
  const places = [`.fingerprint/${label}`, `build/${label}`, `deps/${label}`, label.split('-')[0]]
  return places.flatMap((place) =>
    existsSync(`${slot}/debug/${place ?? ''}`) ? [place ?? ''] : [],
  )
}

function trash(): string[] {
  return readdirSync(controlName(root, 'trash'))
}

describe('the slot of a job that has ended well', () => {
  test('loses what two builds in a row did not use, with the program people find', async () => {
    putUnit(OLD, 2 * KILOBYTE)
    putUnit(LATELY, 2 * KILOBYTE)
    end({ [OLD]: 2, [LATELY]: 1 })
    expect(await prune()).toEqual({ [LATELY]: 1 })
    expect(placesOf(OLD)).toEqual([])
    expect(placesOf(LATELY)).toHaveLength(4)
    expect(existsSync(`${slot}/debug/program`)).toBe(true)
    expect(trash()).toHaveLength(1)
    expect(said).toEqual([expect.stringMatching(/^1 units that builds no longer use are gone \(/)])
  })

  test('loses what incremental compilation has kept of them, the oldest of their crate', async () => {
    const states = ['old-1abc', 'one-2def', 'one-3abc', 'two-4def'].map((name, at) => {
      const folder = `${slot}/debug/incremental/${name}`
      mkdirSync(folder)
      utimesSync(folder, at, at)
      return name
    })
    putUnit(OLD, 2 * KILOBYTE)
    mkdirSync(`${slot}/debug/.fingerprint/two-${HASH}`)
    writeFileSync(`${slot}/debug/.fingerprint/two-${HASH}/test-integration-test-two`, '')
    end({ [OLD]: 2 })
    await prune()
    const left = readdirSync(`${slot}/debug/incremental`)
    expect(states.filter((name) => left.includes(name))).toEqual(['one-3abc', 'two-4def'])
  })

  needs('root').test('loses its units where their states cannot go', async () => {
    const state = `${slot}/debug/incremental/old-1abc`
    mkdirSync(state)
    putUnit(OLD, 2 * KILOBYTE)
    end({ [OLD]: 2 })
    await scene().must('mount', ['--bind', state, state])
    expect(await prune()).toEqual({})
    await scene().must('umount', [state])
    expect([placesOf(OLD), existsSync(state)]).toEqual([[], true])
    expect(said).toEqual([
      expect.stringMatching(/^warning: What incremental compilation has kept .* stays .*EBUSY/),
      expect.stringMatching(/^1 units that builds no longer use are gone/),
    ])
  })

  test('keeps what only looks like Cargo’s', async () => {
    const state = `${slot}/tool/incremental/old-1abc`
    for (const folder of [state, `${slot}/tool/build`]) mkdirSync(folder, { recursive: true })
    putUnit(OLD, 2 * KILOBYTE)
    end({ [OLD]: 2 })
    await prune()
    expect([placesOf(OLD), existsSync(state)]).toEqual([[], true])
  })

  test('loses at once what weighs more than half of what its build used', async () => {
    putUnit(LATELY, 300 * KILOBYTE)
    end({ [LATELY]: 1 })
    expect(await prune()).toEqual({})
    expect(placesOf(LATELY)).toEqual([])
  })

  test('keeps what weighs less', async () => {
    putUnit(LATELY, 150 * KILOBYTE)
    end({ [LATELY]: 1 })
    expect(await prune()).toEqual({ [LATELY]: 1 })
    expect(placesOf(LATELY)).toHaveLength(4)
    expect([trash(), said]).toEqual([[], []])
  })

  test('loses nothing while somebody is in it', async () => {
    putUnit(OLD, 2 * KILOBYTE)
    await hold(scene(), 'echo ready; read', [], { cwd: `${slot}/debug` })
    end({ [OLD]: 2 })
    expect(await prune()).toEqual({ [OLD]: 2 })
    expect(placesOf(OLD)).toHaveLength(4)
    expect(said).toEqual([expect.stringMatching(/^1 unused units stay in .*: it is in use: pid /)])
  })

  test('loses nothing while another job is at it', async () => {
    putUnit(OLD, 2 * KILOBYTE)
    end({ [OLD]: 2 })
    await whileFileLocked(endedLeasePath(root, lease.id), 'shared', async () => prune())
    expect(placesOf(OLD)).toHaveLength(4)
    expect(said).toEqual([expect.stringMatching(/another job is at it$/)])
  })

  test('loses nothing once it has gone to another job', async () => {
    putUnit(OLD, 2 * KILOBYTE)
    end({ [OLD]: 2 })
    await prune(() => dropLease(root, lease.id, false))
    expect(placesOf(OLD)).toHaveLength(4)
    expect(readBuildRecord(root, lease.id)).toBeNull()
    expect(said).toEqual([expect.stringMatching(/it has been handed down$/)])
  })

  needs('root').test('loses the rest later, where it could not lose all', async () => {
    putUnit(LATELY, 300 * KILOBYTE)
    end({ [LATELY]: 1 })
    const deps = `${slot}/debug/deps`
    // Nothing can be moved out of a directory on which something is mounted.
    const under = `${deps}/lately-00000000ffffffff`
    await scene().must('mount', ['--bind', under, under])
    expect(await prune()).toEqual({ [LATELY]: 2 })
    expect(said).toEqual([expect.stringMatching(/^warning: unused units stay .*EBUSY/)])
    await scene().must('umount', [under])
    expect(placesOf(LATELY)).not.toHaveLength(0)
    expect(trash()).toHaveLength(1)
    expect(readdirSync(controlName(root, 'seeding'))).toEqual([])
  })

  test('loses only what is too old where not all can be weighed', async () => {
    putUnit(OLD, 2 * KILOBYTE)
    putUnit(LATELY, 300 * KILOBYTE)
    end({ [OLD]: 2, [LATELY]: 1 })
    writeFileSync(`${slot}/debug/deps/libone-${HASH}.rmeta`, 'x'.repeat(150 * KILOBYTE))
    const before = process.env['PATH'] ?? ''
    const programs = scene().directory('programs')
    // As one that was ended before it had seen everything.
    const part = `PATH="${before}" du "$@" | grep -zv 'rlib$'`
    writeFileSync(`${programs}/du`, `#!/bin/sh\n${part}\n`, { mode: 0o755 })
    process.env['PATH'] = `${programs}:${before}`
    try {
      expect(await prune()).toEqual({ [LATELY]: 1 })
    } finally {
      process.env['PATH'] = before
    }
    expect(placesOf(LATELY)).toHaveLength(4)
  })

  test('says so where there is nowhere to put it', () => {
    putUnit(OLD, 2 * KILOBYTE)
    const nowhere = `${root.path}/gone`
    expect(() => moveUnitsOut(slot, [OLD], nowhere)).toThrow('cannot be moved out (ENOENT')
    expect(placesOf(OLD)).toHaveLength(4)
  })

  test('is not reached where its run dir is a link by now', async () => {
    putUnit(OLD, 2 * KILOBYTE)
    end({ [OLD]: 2 })
    const run = slot.slice(0, slot.lastIndexOf('/'))
    const outside = `${scene().directory('outside')}/run`
    await scene().must('sh', ['-c', `mv "${run}" "${outside}" && ln -s "${outside}" "${run}"`])
    await prune()
    expect(placesOf(OLD)).toHaveLength(4)
    expect(said).toEqual([expect.stringMatching(/^warning: unused units stay /)])
  })

  test('goes on where a link was planted on the way', async () => {
    putUnit(OLD, 2 * KILOBYTE)
    const outside = scene().directory('outside')
    writeFileSync(`${outside}/old-fedcba9876543210`, 'not ours')
    await scene().must('sh', ['-c', `rm -r deps && ln -s "${outside}" deps`], {
      cwd: `${slot}/debug`,
    })
    end({ [OLD]: 2 })
    await prune()
    expect(existsSync(`${outside}/old-fedcba9876543210`)).toBe(true)
    expect(placesOf(OLD)).not.toContain('.fingerprint/old-fedcba9876543210')
  })
})
