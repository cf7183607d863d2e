import { existsSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { keepBudget } from '../../src/steps/keep-budget.ts'
import { evict, folderOf, listSnapshots, noteBytes, publish } from '../../src/host/snapshots.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aJob, aLease, anId } from '../helpers/lease.ts'
import { publishNth, republish } from '../helpers/published.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()

describe('where another has taken its place, a snapshot', () => {
  test('is not evicted', () => {
    const root = aRoot(scene())
    const old = republish(root, 1, 1)
    const now = republish(root, 1, 2)
    expect(evict(root, old)).toBe(false)
    expect(existsSync(folderOf(root, now.name))).toBe(true)
    expect(evict(root, now)).toBe(true)
    expect(existsSync(folderOf(root, now.name))).toBe(false)
  })

  test('says nothing of its size', () => {
    const root = aRoot(scene())
    const old = republish(root, 1, 1)
    const now = republish(root, 1, 2)
    expect(noteBytes(root, old, 1)).toBe(false)
    expect(listSnapshots(root)).toMatchObject([{ bytes: null }])
    expect(noteBytes(root, now, 2)).toBe(true)
    expect(listSnapshots(root)).toMatchObject([{ bytes: 2 }])
  })
})

test('a link to the heir of a slot is not published in place of it', () => {
  const root = aRoot(scene())
  const before = republish(root, 1, 1)
  const { id, slot } = aLease({ id: anId(2), job: aJob({ job: 'job-1' }) })
  const heir = `${root.path}/${aLease({ id: anId(3) }).slot}`
  mkdirSync(dirname(`${root.path}/${slot}`), { recursive: true })
  symlinkSync(heir, `${root.path}/${slot}`)
  const [stored] = listSnapshots(root)
  if (stored?.snapshot == null) throw new Error('there is none')
  const known = { inputs: null, linked: [] }
  expect(publish(root, slot, before.name, { ...stored.snapshot, id }, known)).toBe(false)
  expect(readlinkSync(`${root.path}/${slot}`)).toBe(heir)
  expect(listSnapshots(root)).toMatchObject([{ snapshot: { id: anId(1) } }])
})

test('what nobody has measured counts for the budget once it is', async () => {
  const root = aRoot(scene())
  const old = publishNth(root, 1, 1_000_000)
  const { name } = republish(root, 2, 2)
  const { evicted } = await keepBudget(root, 1_000_000)
  expect(evicted).toHaveLength(1)
  expect([existsSync(old), existsSync(folderOf(root, name))]).toEqual([false, true])
})
