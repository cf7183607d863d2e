import { expect, test } from '@jest/globals'
import { reliefOrder } from '../../src/plan/relief.ts'
import { aRecord, aLease, anId } from '../helpers/lease.ts'
import { NOW, aVerdict, anObserved, endedBefore } from '../helpers/observed.ts'
import { aSelf } from '../helpers/self.ts'

const self = aSelf()
const OWN = (self.runnerKey ?? '').slice(0, 8)

/** An id of this runner, or of another one. */
function idOf(runner: 'own' | 'other', n: number): string {
  return `${runner === 'own' ? OWN : '0'.repeat(8)}${anId(n).slice(8)}`
}

const ended = (runner: 'own' | 'other', n: number, hours: number) =>
  endedBefore(hours, { n, id: idOf(runner, n) })
const dead = (runner: 'own' | 'other', n: number) =>
  anObserved({ record: aRecord(aLease({ id: idOf(runner, n) })) })

const LEASES = [
  dead('other', 1),
  ended('other', 2, 5),
  ended('own', 3, 1),
  ended('own', 4, 3),
  dead('own', 5),
  ended('other', 6, 9),
]

function order(extent: 'own' | 'host', leases = LEASES): number[] {
  const ids = reliefOrder(leases, self, extent, NOW).map(({ lease }) => lease.record.id)
  return ids.map((id) => leases.findIndex((each) => each.record.id === id) + 1)
}

test('own ended, own dead, others’ ended, orphans; of each the oldest first', () => {
  expect(order('host')).toEqual([4, 3, 5, 6, 2, 1])
  expect(order('own')).toEqual([4, 3, 5])
})

test('a sweep has no slots of its own: ended before orphans', () => {
  const host = { ...self, runnerKey: null }
  const ids = reliefOrder(LEASES, host, 'host', NOW).map(({ lease }) => lease.record.id)
  expect(ids).toHaveLength(LEASES.length)
  expect(ids.at(0)).toBe(LEASES[5]?.record.id)
})

test('never what has an owner that lives or is not known, nor what is not there', () => {
  const kept = [
    anObserved({ owner: aVerdict('alive') }),
    anObserved({ owner: aVerdict('unknown') }),
    anObserved({ slot: 'missing' }),
    anObserved({ slot: 'diverted' }),
  ]
  expect(order('host', kept)).toEqual([])
})

test('the reason says that it was the disk', () => {
  const [first] = reliefOrder(LEASES, self, 'host', NOW)
  expect(first?.reason).toBe('its job ended; the disk needs room (own, ended)')
})
