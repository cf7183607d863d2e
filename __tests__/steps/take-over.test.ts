import { chmodSync, lstatSync, readdirSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { endLease, findLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { stateOf } from '../../src/host/processes.ts'
import type { Job, Owner } from '../../src/plan/job.ts'
import { acquire, takeOver } from '../../src/steps/acquire.ts'
import type { AcquireRequest } from '../../src/steps/acquire.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { OTHER_BOOT, aJob, aRunnerKey, anEnd, anId, anOwner } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const OWN = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }

/** What a hook, or with `step` a step, asks for in this root. */
function request(root: Root, overrides: Partial<AcquireRequest> = {}): AcquireRequest {
  return {
    root,
    job: aJob(),
    owner: anOwner(),
    forecastBytes: null,
    workspace: '',
    madeBy: 'hook',
    builder: OWN,
    ways: [],
    onLease: () => {},
    ...overrides,
  }
}

function names(root: Root): string[] {
  return readdirSync(root.path).filter((name) => name !== '.target-guard')
}

describe('acquiring', () => {
  test('writes the lease before there is a slot, and makes the slot', () => {
    const root = aRoot(scene())
    const seen: unknown[] = []
    const onLease = (id: string): void => {
      seen.push(id, readdirSync(controlName(root, 'leases')), names(root))
    }
    const { lease, targetDirectory, runDirectory } = acquire(request(root, { onLease }))
    expect(seen).toEqual([lease.id, [`${lease.id}.json`], []])
    expect(targetDirectory).toBe(`${root.path}/${lease.slot}`)
    expect(targetDirectory.startsWith(`${runDirectory}/`)).toBe(true)
    expect(readdirSync(targetDirectory)).toEqual([])
  })

  test('never gives the same slot twice', () => {
    const root = aRoot(scene())
    const slots = Array.from({ length: 50 }, () => acquire(request(root)).targetDirectory)
    expect(new Set(slots).size).toBe(50)
  })

  test('leaves nothing where the slot cannot be made', () => {
    const root = aRoot(scene())
    symlinkSync('/nowhere', `${root.path}/octo-org`)
    expect(caught(() => acquire(request(root)))).toMatchObject({
      name: 'GuardError',
      message: expect.stringContaining('cannot be made'),
    })
    expect(readdirSync(controlName(root, 'leases'))).toEqual([])
  })

  needs('root').describe('for another user', () => {
    test('gives them the run dir and the slot, and nothing above', () => {
      const root = aRoot(scene())
      const builder = { uid: 1234, gid: 4321 }
      const { targetDirectory, runDirectory } = acquire(request(root, { builder }))
      expect(lstatSync(targetDirectory)).toMatchObject(builder)
      expect(lstatSync(runDirectory)).toMatchObject(builder)
      expect(lstatSync(`${root.path}/octo-org/demo/7`)).toMatchObject(OWN)
    })
  })
})

describe('a step takes over its hook’s lease', () => {
  test('of the same job, once', () => {
    const root = aRoot(scene())
    const hooked = acquire(request(root))
    expect(takeOver(hooked.lease.id, request(root))).toEqual(hooked)
    expect(takeOver(hooked.lease.id, request(root))).toBeNull()
  })

  test('and notes the matrix leg, which no hook is told', () => {
    const root = aRoot(scene())
    const { lease } = acquire(request(root, { job: aJob({ workflow: '' }) }))
    const job = aJob({ leg: '0123456789ab' })
    const taken = { ...lease, workflow: 'ci.yml', leg: '0123456789ab' }
    expect(takeOver(lease.id, request(root, { job }))?.lease).toEqual(taken)
    expect(findLease(root, lease.id)?.lease).toEqual(taken)
  })

  test('also where the step does not see the hook’s process: in a job container', () => {
    const root = aRoot(scene())
    const { lease } = acquire(request(root))
    const owner = anOwner({ worker: null, pidNamespace: 'pid:[1]', container: 'a'.repeat(64) })
    expect(takeOver(lease.id, request(root, { owner }))?.lease).toEqual(lease)
  })

  test('also with files in it, if it is the builder’s', () => {
    const root = aRoot(scene())
    const { lease, targetDirectory } = acquire(request(root))
    writeFileSync(`${targetDirectory}/file`, '')
    expect(takeOver(lease.id, request(root))).not.toBeNull()
  })
})

describe('a step does not take over', () => {
  test.each<[string, Partial<Job>, Partial<Owner>]>([
    ['another repository', { repository: 'other' }, {}],
    ['another owner', { owner: 'other' }, {}],
    ['another run', { runId: '9' }, {}],
    ['another attempt', { attempt: 2 }, {}],
    ['another job', { job: 'lint' }, {}],
    ['another runner', {}, { runner: { name: 'runner-2', key: aRunnerKey('runner-2') } }],
    ['another boot', {}, { bootId: OTHER_BOOT }],
    ['another Worker: the leg before', {}, { worker: { pid: 4711, start: 1001 } }],
    ['another Worker with another pid', {}, { worker: { pid: 4712, start: 1000 } }],
    ['a Worker that is gone, seen by none', {}, { worker: null }],
  ])('the lease of %s', (_, job, owner) => {
    const root = aRoot(scene())
    const { lease } = acquire(request(root))
    expect(stateOf({ pid: 4711, start: 1000 })).not.toBe('alive')
    const found = takeOver(lease.id, request(root, { job: aJob(job), owner: anOwner(owner) }))
    expect(found).toBeNull()
  })

  test('the lease of another step', () => {
    const root = aRoot(scene())
    const { lease } = acquire(request(root, { madeBy: 'step' }))
    expect(takeOver(lease.id, request(root))).toBeNull()
  })

  test('a lease that has ended', () => {
    const root = aRoot(scene())
    const { lease } = acquire(request(root))
    endLease(root, lease.id, anEnd())
    expect(takeOver(lease.id, request(root))).toBeNull()
  })

  test('a lease whose slot is gone, or is a link', () => {
    const root = aRoot(scene())
    const { lease, targetDirectory } = acquire(request(root))
    rmdirSync(targetDirectory)
    expect(takeOver(lease.id, request(root))).toBeNull()
    symlinkSync(scene().directory('victim'), targetDirectory)
    const builder = { uid: 1234, gid: 4321 }
    expect(takeOver(lease.id, request(root, { builder }))).toBeNull()
  })

  test.each(['', 'x', '../../etc/passwd', anId(99), `${anId()}/..`])('what %j names', (id) => {
    expect(takeOver(id, request(aRoot(scene())))).toBeNull()
  })

  test('a lease that is damaged', () => {
    const root = aRoot(scene())
    const { lease } = acquire(request(root))
    const file = controlName(root, 'leases', `${lease.id}.json`)
    chmodSync(file, 0o644)
    writeFileSync(file, '')
    expect(takeOver(lease.id, request(root))).toBeNull()
  })

  needs('root').describe('for another builder', () => {
    test('a slot that is in use; an empty one is given to them', () => {
      const root = aRoot(scene())
      const builder = { uid: 1234, gid: 4321 }
      const used = acquire(request(root))
      writeFileSync(`${used.targetDirectory}/file`, '')
      expect(takeOver(used.lease.id, request(root, { builder }))).toBeNull()
      expect(lstatSync(used.targetDirectory)).toMatchObject(OWN)
      const empty = acquire(request(root))
      expect(takeOver(empty.lease.id, request(root, { builder }))).toEqual(empty)
      expect(lstatSync(empty.targetDirectory)).toMatchObject(builder)
    })
  })
})
