import { constants, copyFileSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { measureTree, measureTrees } from '../../src/host/sizes.ts'
import { needs } from '../e2e/capabilities.ts'
import { smallDisk } from '../e2e/small-disk.ts'
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
    `import { measureTree, measureTrees } from './host/sizes.js'
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

const MINUTE_MS = 60_000

function clone(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE)
}

for (const kind of ['btrfs', 'xfs'] as const) {
  needs('root', 'loop-mount').test(
    `what files share by reflink counts once on ${kind}, as hard links do`,
    async () => {
      const disk = await smallDisk(scene(), kind)
      const [tree, source] = [`${disk}/tree`, `${disk}/source`]
      for (const folder of [tree, source]) mkdirSync(folder)
      writeFileSync(`${source}/from`, Buffer.alloc(8 * MIB, 1))
      clone(`${source}/from`, `${tree}/shared`)
      writeFileSync(`${tree}/own`, Buffer.alloc(4 * MIB, 2))
      await scene().must('sync', ['-f', disk])
      const before = await measureTree(tree, MINUTE_MS)
      // What it shares with others is its own, too: who takes them away leaves it.
      expect(before?.bytes).toBeGreaterThanOrEqual(12 * MIB)
      expect(before?.bytes).toBeLessThan(13 * MIB)
      clone(`${tree}/own`, `${tree}/again`)
      clone(`${tree}/own`, `${tree}/a\tb\nc`)
      linkSync(`${tree}/shared`, `${tree}/linked`)
      clone(`${tree}/shared`, `${tree}/third`)
      await scene().must('sync', ['-f', disk])
      const after = await measureTree(tree, MINUTE_MS)
      expect(after?.bytes).toBeGreaterThanOrEqual(12 * MIB)
      expect(after?.bytes).toBeLessThan(13 * MIB)
    },
    MINUTE_MS,
  )
}
