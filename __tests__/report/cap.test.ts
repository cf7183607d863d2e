import { expect, test } from '@jest/globals'
import { capOf } from '../../src/plan/cap.ts'
import { capText } from '../../src/report/cap.ts'
import { aLine } from '../helpers/history.ts'
import { anId } from '../helpers/lease.ts'

const ROOM = { freeBytes: 60e9, evictableBytes: 45e9, reserveBytes: 5e9 }

test('the cap is told with the figures it rests on, for the host and whoever builds there', () => {
  const lines = [
    aLine({ peakBytes: 20e9 }),
    aLine({ id: anId(2), job: 'test', leg: '0123456789ab', peakBytes: 30e9 }),
    aLine({ id: anId(3), repository: 'octo-org/other', workflow: '', peakBytes: 50e9 }),
  ]
  expect(capText(capOf(lines, ROOM)).split('\n')).toEqual([
    'free    60.0 GB',
    'may go  45.0 GB in ended slots and snapshots, for jobs that would have to wait',
    'reserve 5.0 GB',
    'cap     2 at 50.0 GB each: the host',
    'cap     3 at 30.0 GB each: octo-org/demo',
    'cap     2 at 50.0 GB each: octo-org/other',
    'cap     5 at 20.0 GB each: octo-org/demo ci.yml build',
    'cap     3 at 30.0 GB each: octo-org/demo ci.yml test (leg 0123456789ab)',
    'cap     2 at 50.0 GB each: octo-org/other build',
    '',
  ])
})

test('what is not known is told as that', () => {
  expect(capText(capOf([], ROOM))).toContain('cap     unknown, no history: the host\n')
  expect(capText(null)).toBe('the free space of the disk is not known\n')
})
