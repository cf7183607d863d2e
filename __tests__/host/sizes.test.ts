import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { measureTrees } from '../../src/host/sizes.ts'
import { needs } from '../e2e/capabilities.ts'
import { stubProgram } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()
const MIB = 1024 * 1024

needs('root').test('trees are measured by what they take, without other disks', async () => {
  const base = scene().directory('sizes')
  const odd = `${base}/a\tb\nc`
  for (const path of [odd, `${base}/mounted/in`]) mkdirSync(path, { recursive: true })
  writeFileSync(`${odd}/large`, Buffer.alloc(2 * MIB, 1))
  linkSync(`${odd}/large`, `${odd}/again`)
  await scene().must('mount', ['-t', 'tmpfs', 'none', `${base}/mounted/in`])
  writeFileSync(`${base}/mounted/in/large`, Buffer.alloc(2 * MIB, 1))
  const sizes = await measureTrees([odd, `${base}/absent`, `${base}/mounted`], 10_000)
  expect([...sizes.keys()]).toEqual([odd, `${base}/mounted`])
  expect(sizes.get(odd)).toBeGreaterThanOrEqual(2 * MIB)
  expect(sizes.get(odd)).toBeLessThan(3 * MIB)
  expect(sizes.get(`${base}/mounted`)).toBeLessThan(MIB)
})

test('what is not measured in time is left out', async () => {
  const base = scene().directory('sizes')
  const program = writeProgram(
    scene(),
    `import { measureTrees } from './host/sizes.js'
     console.log(JSON.stringify([...(await measureTrees(process.argv.slice(2), 500))]))`,
  )
  const script = `printf '7\\t${base}/one\\0'; exec sleep 600`
  const env = { PATH: await stubProgram(scene(), 'du', script) }
  const words = [program, `${base}/one`, `${base}/two`]
  const { stdout } = await scene().must(process.execPath, words, { env })
  expect(JSON.parse(stdout)).toEqual([[`${base}/one`, 7]])
})

test('both walks of one tree share its time', async () => {
  const base = scene().directory('sizes')
  const program = writeProgram(
    scene(),
    `import { measureTree } from './host/sizes.js'
     console.log(JSON.stringify(await measureTree(process.argv[2], 1500)))`,
  )
  const script = `echo "$@" >> ${base}/calls; echo 7; exec sleep 600`
  const env = { PATH: await stubProgram(scene(), 'du', script) }
  const { stdout } = await scene().must(process.execPath, [program, base], { env })
  expect(JSON.parse(stdout)).toEqual({ bytes: 7 * 1024, files: 0 })
  expect(readFileSync(`${base}/calls`, 'utf8').split('\n')).toHaveLength(2)
})

test('nothing is measured where nothing is asked', async () => {
  expect((await measureTrees([], 0)).size).toBe(0)
})
