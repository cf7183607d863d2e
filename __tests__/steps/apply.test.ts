import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { heirOf, linkFormerPath } from '../../src/host/former-paths.ts'
import { keepSlot } from '../../src/host/kept-slots.ts'
import { whileFileLocked, whileLocked } from '../../src/host/kernel-lock.ts'
import { leasePath, writeRecord } from '../../src/host/lease-companions.ts'
import { endLease, endedLeasePath, findLease, writeLease } from '../../src/host/leases.ts'
import type { Helper } from '../../src/host/privilege.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { COLD, encodeRecord } from '../../src/plan/build-record.ts'
import { encodeEnd } from '../../src/plan/lease.ts'
import type { Lease } from '../../src/plan/lease.ts'
import type { Action } from '../../src/plan/reclaim.ts'
import { apply, finishInPlace } from '../../src/steps/apply.ts'
import type { Applied } from '../../src/steps/apply.ts'
import { needs } from '../e2e/capabilities.ts'
import { pathWithout, stubProgram } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLease, anEnd, anId } from '../helpers/lease.ts'
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

  test('goes also where flock(1) can take no lock at all', async () => {
    end()
    const complains = 'echo "flock: 3: No locks available" >&2; exit 71'
    const PATH = await stubProgram(scene(), 'flock', complains)
    expect((await finishWith(PATH)).retired).toEqual([lease.slot])
  })

  test('is left alone where it is inherited before its lease is locked', async () => {
    end()
    const inherits = `rm '${controlName(root, 'leases', `${lease.id}.ended`)}'\nexec "$REAL" "$@"`
    const { retired, failures } = await finishWith(await stubProgram(scene(), 'flock', inherits))
    expect({ retired, failures }).toEqual({ retired: [], failures: [] })
    expect(isThere()).toBe(true)
  })

  test('is kept for nobody once its job is gone', async () => {
    keepSlot(root, lease.id)
    await whileLocked(`${root.path}/${lease.slot}`, 'shared', async () => finish('live'))
    expect(findLease(root, lease.id)).toMatchObject({ state: 'ended', isKept: false })
  })

  test('has no end that its job has begun to note', async () => {
    writeFileSync(leasePath(root, `${lease.id}.end`), encodeEnd(anEnd()))
    await whileLocked(`${root.path}/${lease.slot}`, 'shared', async () => finish('live'))
    expect(findLease(root, lease.id)).toMatchObject({ state: 'ended', end: null })
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

needs('root').test('a slot that is inherited while a helper is asked stays inherited', async () => {
  end()
  const heir = aLease({ id: anId(2) })
  writeRecord(root, heir.id, '.seed', encodeRecord({ ...COLD, former: [lease.slot] }))
  // The one thing that root may not do in a folder either.
  const run = dirname(`${root.path}/${lease.slot}`)
  const { exitCode, stderr } = await scene().run('chattr', ['+i', run])
  // Not every file system knows the flag.
  if (exitCode !== 0 && process.env['TARGET_GUARD_REQUIRE_ALL'] === '1') throw new Error(stderr)
  if (exitCode !== 0) return
  const release = (): unknown => spawnSync('chattr', ['-i', run])
  scene().defer(() => void release())
  const helper: Helper = {
    name: 'sudo',
    chown: () => ({ ok: true }),
    move: (from, to) => {
      release()
      renameSync(`${root.path}/${lease.slot}`, scene().directory('seeding'))
      linkFormerPath(root, lease.slot, heir.slot)
      const { status } = spawnSync('mv', ['-n', '-T', '--', from, to])
      return status === 0 ? { ok: true } : { ok: false, why: 'mv: Not a directory' }
    },
    remove: () => ({ ok: true }),
  }
  expect(apply(root, [retirement('ended')], [helper])).toEqual({ retired: [], failures: [] })
  expect(heirOf(root, lease.slot)).toBe(heir.slot)
})
