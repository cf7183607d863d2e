import { linkSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { measureTrees } from '../../src/host/sizes.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

test('counts allocated blocks, and hard links once', async () => {
  const base = scene().directory('sizes')
  for (const each of ['a\nb', 'c']) mkdirSync(`${base}/${each}`)
  writeFileSync(`${base}/a\nb/one`, Buffer.alloc(100_000, 1))
  linkSync(`${base}/a\nb/one`, `${base}/a\nb/two`)
  writeFileSync(`${base}/c/hole`, '')
  truncateSync(`${base}/c/hole`, 1e9)
  const sizes = await measureTrees([`${base}/a\nb`, `${base}/c`, `${base}/absent`], 10_000)
  expect([...sizes.keys()]).toEqual([`${base}/a\nb`, `${base}/c`])
  expect(sizes.get(`${base}/a\nb`)).toBeGreaterThanOrEqual(100_000)
  expect(sizes.get(`${base}/a\nb`)).toBeLessThan(150_000)
  expect(sizes.get(`${base}/c`)).toBeLessThan(50_000)
})

test('what is not measured in time is left out', async () => {
  const sizes = await measureTrees(['/usr'], 1)
  expect(sizes.size).toBe(0)
  expect(await measureTrees([], 1)).toEqual(new Map())
})
