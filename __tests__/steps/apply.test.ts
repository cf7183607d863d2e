import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { whileFileLocked, whileLocked } from '../../src/host/kernel-lock.ts'
import { endLease, endedLeasePath, findLease, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import type { Lease } from '../../src/plan/lease.ts'
import type { Action } from '../../src/plan/reclaim.ts'
import { apply, finishInPlace } from '../../src/steps/apply.ts'
import type { Applied } from '../../src/steps/apply.ts'
import { pathWithout, stubProgram } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLease, anEnd } from '../helpers/lease.ts'
import { OPEN_ROOT, writeProgram } from '../helpers/program.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
let root: Root
let lease: Lease

beforeEach(() => {
  root = aRoot(scene())
  lease = aLease()
  mkdirSync(`${root.path}/${lease.slot}`, { recursive: true })
  writeFileSync(`${root.path}/${lease.slot}/file`, '')
  writeLease(root, lease)
})

const end = (): boolean => endLease(root, lease.id, anEnd())
const isThere = (): boolean => existsSync(`${root.path}/${lease.slot}/file`)

const retirement = (state: 'live' | 'ended'): Action => {
  const { id, slot } = lease
  return { kind: 'retire', id, slot, state, reason: '' }
}

/** What a pass has come to whose rename of the slot into the trash found no room. */
function withoutRoom(state: 'live' | 'ended'): Applied {
  return {
    retired: [],
    failures: [{ action: retirement(state), why: 'full', code: 'ENOSPC' }],
  }
}

const finish = async (state: 'live' | 'ended'): Promise<Applied> =>
  finishInPlace(root, withoutRoom(state))

/** The same for an ended lease, by a process with this PATH. */
async function finishWith(PATH: string): Promise<Applied> {
  const program = writeProgram(
    scene(),
    `${OPEN_ROOT}
     import { finishInPlace } from './steps/apply.js'
     console.log(JSON.stringify(await finishInPlace(root, JSON.parse(process.argv[3]))))`,
  )
  const words = [program, root.path, JSON.stringify(withoutRoom('ended'))]
  const { stdout } = await scene().must(process.execPath, words, { env: { PATH } })
  return JSON.parse(stdout) as Applied
}

describe('a slot that is deleted where it lies', () => {
  test.each(['live', 'ended'] as const)('goes, with its lease: %s', async (state) => {
    if (state === 'ended') end()
    expect(await finish(state)).toEqual({ retired: [lease.slot], failures: [] })
    expect([isThere(), findLease(root, lease.id)]).toEqual([false, null])
  })

  test.each(['shared', 'exclusive'] as const)(
    'is left alone, and stays what it was, while others are at it: %s',
    async (kind) => {
      end()
      await whileFileLocked(endedLeasePath(root, lease.id), kind, async () => {
        expect(await finish('ended')).toMatchObject({
          retired: [],
          failures: [{ why: 'full; another job is at it' }],
        })
        expect(isThere()).toBe(true)
      })
      expect(findLease(root, lease.id)?.end).toEqual(anEnd())
      expect((await finish('ended')).retired).toEqual([lease.slot])
    },
  )

  test.each(['live', 'ended'] as const)(
    'is nobody’s to inherit after it came to nothing, also where its job ends then: %s',
    async (state) => {
      if (state === 'ended') end()
      await whileLocked(`${root.path}/${lease.slot}`, 'shared', async () => {
        expect((await finish(state)).failures).toMatchObject([
          { why: 'full; another reaper is deleting it' },
        ])
      })
      expect(end()).toBe(false)
      expect(findLease(root, lease.id)).toMatchObject({ state: 'ended', end: null })
    },
  )

  test('goes also where there is no flock(1), without which nobody inherits', async () => {
    end()
    expect((await finishWith(pathWithout(scene(), 'flock'))).retired).toEqual([lease.slot])
  })

  test('is left alone where it is inherited before its lease is locked', async () => {
    end()
    const inherits = `rm '${controlName(root, 'leases', `${lease.id}.ended`)}'\nexec "$REAL" "$@"`
    const { failures } = await finishWith(await stubProgram(scene(), 'flock', inherits))
    expect(failures).toMatchObject([{ why: 'full; somebody else was faster' }])
    expect(isThere()).toBe(true)
  })

  test('is left alone where its job has ended since it was looked at', async () => {
    end()
    expect(await finish('live')).toEqual({ retired: [], failures: [] })
    expect([isThere(), findLease(root, lease.id)?.end]).toEqual([true, anEnd()])
  })
})

test('of a slot that is just being inherited what lies beside its lease stays', () => {
  end()
  renameSync(`${root.path}/${lease.slot}`, scene().directory('seeding'))
  expect(apply(root, [retirement('ended')], [])).toEqual({ retired: [], failures: [] })
  expect(findLease(root, lease.id)?.end).toEqual(anEnd())
})
