import { existsSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { keepBudget } from '../../src/steps/keep-budget.ts'
import { evict, folderOf, listSnapshots, noteBytes } from '../../src/host/snapshots.ts'
import { useScene } from '../e2e/use-scene.ts'
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

test('what nobody has measured counts for the budget once it is', async () => {
  const root = aRoot(scene())
  const old = publishNth(root, 1, 1_000_000)
  const { name } = republish(root, 2, 2)
  const { evicted } = await keepBudget(root, 1_000_000)
  expect(evicted).toHaveLength(1)
  expect([existsSync(old), existsSync(folderOf(root, name))]).toEqual([false, true])
})
