import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { EVENTS_AT_MOST } from '../../src/plan/watch-event.ts'
import type { WatchEvent } from '../../src/plan/watch-event.ts'
import { controlName } from '../../src/host/root.ts'
import { openWatchLog, readWatchLog } from '../../src/host/watch-log.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const id = anId()

function event(n: number): WatchEvent {
  return { kind: 'over', atMs: n, freeBytes: n }
}

test('events are read as they were added, by one keeper and by the next', () => {
  const root = aRoot(scene())
  expect(readWatchLog(root, id)).toEqual([])
  const log = openWatchLog(root, id)
  expect(readWatchLog(root, id)).toEqual([])
  log.add(event(1))
  log.add(event(2))
  log.close()
  expect(readWatchLog(root, id)).toEqual([event(1), event(2)])
  const next = openWatchLog(root, id)
  next.add(event(3))
  next.close()
  expect(readWatchLog(root, id)).toEqual([event(1), event(2), event(3)])
})

test('an event takes no more room than was set aside', () => {
  const root = aRoot(scene())
  const file = controlName(root, 'leases', `${id}.events`)
  const log = openWatchLog(root, id)
  const { size, blocks } = statSync(file)
  for (let n = 0; n < 2 * EVENTS_AT_MOST; n += 1) log.add(event(n))
  const why = 'x'.repeat(40_000)
  log.add({ kind: 'critical', atMs: 1, path: '/', why })
  log.close()
  expect([statSync(file).size, statSync(file).blocks]).toEqual([size, blocks])
  expect(readWatchLog(root, id)).toHaveLength(EVENTS_AT_MOST)
})

test('a log goes on after what it cannot understand', () => {
  const root = aRoot(scene())
  const file = controlName(root, 'leases', `${id}.events`)
  writeFileSync(file, 'garbage')
  const log = openWatchLog(root, id)
  log.add(event(1))
  log.close()
  expect(readFileSync(file, 'utf8')).toMatch(/^garbage\n\{/)
  expect(readWatchLog(root, id)).toEqual([event(1)])
})

test('a link that was planted there is not followed', () => {
  const root = aRoot(scene())
  const elsewhere = `${scene().directory('elsewhere')}/file`
  writeFileSync(elsewhere, 'theirs')
  symlinkSync(elsewhere, controlName(root, 'leases', `${id}.events`))
  expect(caught(() => openWatchLog(root, id))).toMatchObject({ code: 'ELOOP' })
  expect(readFileSync(elsewhere, 'utf8')).toBe('theirs')
  expect(readWatchLog(root, id)).toEqual([])
})
