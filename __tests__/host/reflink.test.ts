import { readdirSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { canReflink } from '../../src/host/reflink.ts'
import { useScene } from '../e2e/use-scene.ts'
import { listing } from '../helpers/listing.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()

test('trying whether files share blocks leaves nothing', () => {
  const directory = scene().directory()
  expect(typeof canReflink(directory)).toBe('boolean')
  expect(readdirSync(directory)).toEqual([])
})

test('nothing is written where a link leads that takes the place of the trial’s folder', async () => {
  const outside = scene().directory('outside')
  writeFileSync(`${outside}/from`, 'theirs')
  const before = listing(outside)
  const script = writeProgram(
    scene(),
    `import fs from 'node:fs'
     import { syncBuiltinESMExports } from 'node:module'
     const [, , directory, outside] = process.argv
     const { mkdtempSync } = fs
     fs.mkdtempSync = (prefix) => {
       const made = mkdtempSync(prefix)
       fs.renameSync(made, made + '.aside')
       fs.symlinkSync(outside, made)
       return made
     }
     syncBuiltinESMExports()
     const { canReflink } = await import('./host/reflink.js')
     try { canReflink(directory) } catch (error) { console.log(error.code) }`,
  )
  const words = [script, scene().directory(), outside]
  expect((await scene().must(process.execPath, words)).stdout).toBe('ENOTDIR\n')
  expect(listing(outside)).toEqual(before)
})
