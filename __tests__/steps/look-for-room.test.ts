import { mkdirSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Self } from '../../src/plan/evidence.ts'
import type { Owner, ProcessKey } from '../../src/plan/job.ts'
import type { Settings } from '../../src/plan/settings.ts'
import { nextSample } from '../../src/plan/size-sample.ts'
import { noteKeeper } from '../../src/host/keeper-lock.ts'
import { endLease, writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { writeSizeSample } from '../../src/host/size-samples.ts'
import { takeTicket } from '../../src/host/waiting.ts'
import { lookForRoom } from '../../src/steps/look-for-room.ts'
import type { NoRoom } from '../../src/steps/look-for-room.ts'
import { NO_DOCKER } from '../e2e/containers.ts'
import { startTimeOf } from '../e2e/processes.ts'
import { useScene } from '../e2e/use-scene.ts'
import { hold } from '../helpers/hold.ts'
import { aLease, anEnd, anId, aRunnerKey } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
import { aSelf } from '../helpers/self.ts'

const scene = useScene()
const KEY = aRunnerKey('runner-2')
const ID = anId(2, KEY)
const DEAD = { pid: process.pid, start: 1 }
const ALIVE = { pid: process.pid, start: Number(startTimeOf(process.pid)) }
let root: Root
let free: number

beforeEach(() => {
  root = aRoot(scene())
  const { bavail, bsize } = statfsSync(root.path)
  free = bavail * bsize
})

/** A live lease of another runner that is to fill nine tenths of what is free. */
function holder(worker: ProcessKey): void {
  holderWith({ worker })
}

function holderWith(more: Partial<Owner>): void {
  const owner = { runner: { name: 'runner-2', key: KEY }, ...more }
  writeLease(root, { ...aLease({ id: ID, owner }), forecastBytes: Math.round(0.9 * free) })
}

const keeperName = (): string => controlName(root, 'leases', `${ID}.keeper`)

/** Looks for half of what is free. */
async function look(self: Self = aSelf(), outer: string[] = []): Promise<NoRoom | null> {
  const settings = { admission: { reserveBytes: 0 } } as Settings
  const expected = { bytes: Math.round(free / 2), from: 'setting' } as const
  const environment = { DOCKER_HOST: NO_DOCKER }
  return lookForRoom({ root, self, settings, expected, ticket: null, outer, environment })
}

describe('a job', () => {
  test('has no room beside a live one that may still grow, which is named', async () => {
    holder(ALIVE)
    const found = await look()
    expect(found?.decision).toMatchObject({ kind: 'wait', why: 'room' })
    expect(found?.holders.map(({ lease }) => lease?.owner.runner.name)).toEqual(['runner-2'])
  })

  test('has room beside one that has grown already', async () => {
    holder(ALIVE)
    const bytes = Math.round(0.7 * free)
    writeSizeSample(root, ID, nextSample(null, { bytes, files: 1, uptimeMs: 1 }))
    expect(await look()).toBeNull()
  })

  test.each([
    ['is dead', (): void => holder(DEAD)],
    [
      'has ended',
      (): void => {
        holder(ALIVE)
        endLease(root, ID, anEnd())
      },
    ],
  ])('has room beside one that %s', async (_, make) => {
    make()
    expect(await look()).toBeNull()
  })

  test('goes past one that has no room, but not while something is being deleted', async () => {
    const ticket = takeTicket(root, 2 * free)
    const entry = controlName(root, 'trash', anId(3))
    mkdirSync(entry)
    expect((await look())?.decision).toMatchObject({ kind: 'wait', why: 'turn' })
    rmdirSync(entry)
    expect(await look()).toBeNull()
    ticket.release()
  })

  test('does not go past one whose room is being made while the space is read', async () => {
    const ticket = takeTicket(root, 2 * free)
    const entry = controlName(root, 'trash', anId(3))
    mkdirSync(entry)
    const looking = look()
    // The space has been read by now, and what else there is to see has not.
    rmdirSync(entry)
    expect((await looking)?.decision).toMatchObject({ kind: 'wait', why: 'turn' })
    expect(await look()).toBeNull()
    ticket.release()
  })

  test('has no room beside a killed run whose command builds on, and holds the lock', async () => {
    holder(DEAD)
    const command = 'exec 9>>"$1"; flock -x -n 9 || exit 1; echo ready; read'
    const { release } = await hold(scene(), command, [keeperName()])
    expect((await look())?.holders).toHaveLength(1)
    await release()
    expect(await look()).toBeNull()
  })

  test('has room beside one of whom nothing is known but that its keeper has left', async () => {
    holderWith({ worker: null, container: 'killed' })
    expect(await look()).not.toBeNull()
    writeFileSync(keeperName(), '')
    expect(await look()).not.toBeNull()
    noteKeeper(root, ID, { ...ALIVE, pidNamespace: 'pid:[1]' })
    expect(await look()).toBeNull()
    // It was the keeper alone that was killed.
    const slot = `${root.path}/${aLease({ id: ID }).slot}`
    mkdirSync(slot, { recursive: true })
    const { release } = await hold(scene(), 'echo ready; read', [], { cwd: slot })
    expect((await look())?.holders).toHaveLength(1)
    await release()
    expect(await look()).toBeNull()
  })

  test('does not wait for the run that it was started within', async () => {
    holder(ALIVE)
    expect(await look(aSelf(), [ID])).toBeNull()
    expect(await look(aSelf(), [anId(3)])).not.toBeNull()
  })

  test('does not wait for itself', async () => {
    holder(ALIVE)
    const { runId, attempt, job } = aLease()
    const self = aSelf({ runnerKey: KEY, worker: ALIVE, job: { runId, attempt, job } })
    expect(await look(self)).toBeNull()
    expect(await look({ ...self, job: { runId, attempt, job: 'another' } })).not.toBeNull()
  })
})
