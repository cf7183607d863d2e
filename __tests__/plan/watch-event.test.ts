import { expect, test } from '@jest/globals'
import { EVENTS_AT_MOST, encodeEvent, parseEvents } from '../../src/plan/watch-event.ts'
import type { WatchEvent } from '../../src/plan/watch-event.ts'
import { aLease } from '../helpers/lease.ts'

const { id, slot } = aLease()

const EVENTS: WatchEvent[] = [
  { kind: 'critical', atMs: 1, path: '/mnt', why: '1 GB free, below the floor of 3 GB' },
  { kind: 'relief', atMs: 2, retired: 3, freedBytes: 4, refusal: '' },
  {
    kind: 'growth',
    atMs: 5,
    growers: [{ id, slot, runner: 'one', grewBytes: 6, bytes: 7, seconds: 8 }],
  },
  { kind: 'over', atMs: 9, freeBytes: 10 },
]

test('events are read as they were written, whatever empty lines lie between', () => {
  expect(parseEvents(EVENTS.map(encodeEvent).join('\n\n\n'))).toEqual(EVENTS)
})

test.each([
  ['', 'nothing'],
  ['{', 'half a line'],
  ['[]', 'a list'],
  ['{"kind":"critical"}', 'no time'],
  ['{"kind":"critical","atMs":1e300}', 'a time that no date has'],
  ['{"kind":"critical","atMs":"1"}', 'a time in words'],
  ['{"kind":"other","atMs":1}', 'another kind'],
])('%j is no event: %s', (text) => {
  expect(parseEvents(text)).toEqual([])
  expect(parseEvents(`${text}\n${encodeEvent(EVENTS[0] as WatchEvent)}`)).toHaveLength(1)
})

test('what others wrote is bounded, and of the kind that it should be', () => {
  const why = 'x'.repeat(10_000)
  const growers = [
    null,
    { id: '../../etc', slot, runner: 'one' },
    { id, slot: '../../etc/passwd', runner: 'one' },
    { id, slot, runner: 7, grewBytes: 'many', bytes: -1, seconds: null },
    ...Array.from({ length: 100 }, () => ({ id, slot })),
  ]
  const lines = [
    { kind: 'critical', atMs: 1, path: {}, why },
    { kind: 'growth', atMs: 1, growers },
    { kind: 'growth', atMs: 1, growers: 'none' },
  ].map((each) => JSON.stringify(each))
  const [critical, growth, none] = parseEvents(lines.join('\n'))
  expect(critical).toEqual({ kind: 'critical', atMs: 1, path: '', why: 'x'.repeat(500) })
  expect(growth).toEqual({
    kind: 'growth',
    atMs: 1,
    growers: Array.from({ length: 2 }, () => ({
      id,
      slot,
      runner: '',
      grewBytes: 0,
      bytes: 0,
      seconds: 0,
    })),
  })
  expect(none).toEqual({ kind: 'growth', atMs: 1, growers: [] })
  expect(parseEvents(`${lines.join('\n')}\n`.repeat(100))).toHaveLength(EVENTS_AT_MOST)
})
