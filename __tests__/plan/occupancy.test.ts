import { describe, expect, test } from '@jest/globals'
import { occupancyOf } from '../../src/plan/occupancy.ts'
import type { Searches } from '../../src/plan/occupancy.ts'
import { aLease } from '../helpers/lease.ts'

const { slot } = aLease()
const runDirectory = slot.slice(0, slot.lastIndexOf('/'))
const ID = 'c'.repeat(64)

/** What the searches found; nothing by default. */
function searches(overrides: Partial<Searches> = {}): Searches {
  return {
    rootPaths: ['/mnt/link', '/mnt/targets'],
    cargoLocks: new Map(),
    processes: { bySlot: new Map(), failure: null },
    containers: { list: [], failure: null },
    kept: new Set(),
    ...overrides,
  }
}

function withMount(source: string, id = ID): Searches {
  return searches({ containers: { list: [{ id, name: 'job', sources: [source] }], failure: null } })
}

describe('who lives in a slot', () => {
  test('nobody, where nothing was found', () => {
    const found = occupancyOf({ slot, container: null }, searches())
    expect(found).toEqual({ inhabitants: [], unknown: [] })
  })

  test('whoever holds one of Cargo’s locks, and every process in it', () => {
    const process = { kind: 'process' as const, what: 'pid 1 (cargo) works in it' }
    const found = occupancyOf(
      { slot, container: null },
      searches({
        cargoLocks: new Map([[slot, { held: ['debug/.cargo-lock'], unknown: [] }]]),
        processes: { bySlot: new Map([[slot, [process]]]), failure: null },
      }),
    )
    expect(found.inhabitants).toEqual([
      { kind: 'cargo-lock', what: 'Cargo’s lock debug/.cargo-lock is held' },
      process,
    ])
  })

  test('nobody of another slot', () => {
    const other = aLease({ job: { runId: '9' } }).slot
    const process = { kind: 'process' as const, what: 'pid 1' }
    const found = occupancyOf(
      { slot, container: null },
      searches({
        cargoLocks: new Map([[other, { held: ['debug/.cargo-lock'], unknown: ['x'] }]]),
        processes: { bySlot: new Map([[other, [process]]]), failure: null },
      }),
    )
    expect(found).toEqual({ inhabitants: [], unknown: [] })
  })

  test.each([
    `/mnt/targets/${slot}`,
    `/mnt/link/${slot}`,
    `/mnt/targets/${slot}/debug`,
    `/mnt/targets/${runDirectory}`,
  ])('a container that mounts %s', (source) => {
    const found = occupancyOf({ slot, container: null }, withMount(source))
    expect(found.inhabitants).toEqual([
      { kind: 'container', what: `container job (${ID.slice(0, 12)}) mounts it` },
    ])
  })

  test.each([
    '/',
    '/mnt',
    '/mnt/targets',
    '/mnt/targets/octo-org',
    `/mnt/targets/${slot}x`,
    `/mnt/targets/${runDirectory}x`,
    `/elsewhere/${slot}`,
    slot,
  ])('not a container that mounts %s', (source) => {
    const found = occupancyOf({ slot, container: null }, withMount(source))
    expect(found.inhabitants).toEqual([])
  })

  test('the container of its own job, whatever that mounts', () => {
    const found = occupancyOf({ slot, container: ID }, withMount('/mnt/targets'))
    expect(found.inhabitants).toEqual([
      { kind: 'container', what: `container job (${ID.slice(0, 12)}) of its job is running` },
    ])
  })

  test('unknown, where locks, processes or containers could not be looked at', () => {
    const found = occupancyOf(
      { slot, container: null },
      searches({
        cargoLocks: new Map([[slot, { held: [], unknown: ['no lock could be tried'] }]]),
        processes: { bySlot: new Map(), failure: '/proc cannot be read' },
        containers: { list: [], failure: 'docker does not answer' },
      }),
    )
    expect(found.unknown).toEqual([
      'no lock could be tried',
      '/proc cannot be read',
      'docker does not answer',
    ])
  })
})
