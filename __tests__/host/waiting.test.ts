import { statSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, test } from '@jest/globals'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { listWaiters, notePassing, takeTicket } from '../../src/host/waiting.ts'
import type { Ticket } from '../../src/host/waiting.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const LARGEST = Number.MAX_SAFE_INTEGER
let root: Root
let tickets: Ticket[]

beforeEach(() => {
  root = aRoot(scene())
  tickets = [5, LARGEST].map((bytes) => takeTicket(root, bytes))
})

const pathOf = ({ name }: { name: string }): string => controlName(root, 'waiting', name)
const lengths = (): number[] => tickets.map((ticket) => statSync(pathOf(ticket)).size)
const passed = (): number[] => listWaiters(root, null).map((waiter) => waiter.passed)

test('a ticket has always the same length, so that it needs no room to be written again', () => {
  const before = lengths()
  expect(new Set(before).size).toBe(1)
  expect(notePassing(root, listWaiters(root, null))).toBe(true)
  expect(lengths()).toEqual(before)
  expect(listWaiters(root, null)).toMatchObject([
    { forecastBytes: 5, passed: 1 },
    { forecastBytes: LARGEST, passed: 1 },
  ])
  for (const each of tickets) each.release()
})

test('nobody has gone past where that cannot be noted for all', () => {
  const gone = { name: 'gone', forecastBytes: 1, passed: 0 }
  expect(notePassing(root, [...listWaiters(root, null), gone])).toBe(false)
  expect(passed()).toEqual([0, 0])
  for (const each of tickets) each.release()
})

test('a ticket that cannot be read is no place in the queue', () => {
  const [first, second] = tickets
  if (first !== undefined) writeFileSync(pathOf(first), '')
  expect(listWaiters(root, null).map(({ name }) => name)).toEqual([second?.name])
  for (const each of tickets) each.release()
})
