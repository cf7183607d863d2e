import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, test } from '@jest/globals'
import { encodeAhead } from '../../src/plan/ahead.ts'
import { COLD } from '../../src/plan/build-record.ts'
import { aheadPlace, awaitAhead, noteAhead, readAhead, startAhead } from '../../src/host/ahead.ts'
import { whileLocked } from '../../src/host/kernel-lock.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { discardLeftSeeding, withSeeding } from '../../src/host/seeding.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const ID = anId(1)
const NOTE = {
  making: 'of this, so',
  record: { ...COLD, kind: 'clone' as const, source: anId(2) },
  linked: [
    { path: 'debug/one', inode: '1', bornNs: '', size: 3, mode: 0o100644, mtimeNs: '1000000001' },
  ],
  told: [{ text: 'a warning', isWarning: true }],
}

let root: Root
let folder: string

beforeEach(() => {
  root = aRoot(scene())
  folder = controlName(root, 'seeding', ID)
})

/** A tool whose every command is these lines of JavaScript; the path of a program that lies beside it. */
function toolThatDoes(lines: string): string {
  const dist = scene().directory('dist')
  for (const name of ['cli', 'pre']) mkdirSync(`${dist}/${name}`)
  writeFileSync(`${dist}/cli/index.js`, lines)
  writeFileSync(`${dist}/pre/index.js`, '')
  return `${dist}/pre/index.js`
}

test('whoever comes for the clone waits until nobody is at it', async () => {
  const gate = `${scene().directory('gate')}/open`
  const works = `
    const fs = require('node:fs')
    fs.writeFileSync('${folder}/begins', process.argv.slice(2).join(' '))
    fs.renameSync('${folder}/begins', '${folder}/begun')
    while (!fs.existsSync('${gate}')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    fs.writeFileSync('${folder}/ahead.json', '{}')`
  expect(startAhead(root, ID, toolThatDoes(works), {})).toBe(true)
  await waitFor(() => existsSync(`${folder}/begun`), { what: 'it to begin' })
  expect(readFileSync(`${folder}/begun`, 'utf8')).toBe(`clone --root ${root.path} --lease ${ID}`)
  // No reaper takes it away meanwhile.
  await discardLeftSeeding(root, ID)
  expect(existsSync(`${folder}/begun`)).toBe(true)
  scene().start('sh', ['-c', `sleep 0.2; : >'${gate}'`], { stdio: 'ignore' })
  expect(await awaitAhead(root, ID)).toBe(true)
  expect(existsSync(gate)).toBe(true)
})

test('where it ends without one, and where none was begun, there is none', async () => {
  expect(await awaitAhead(root, ID)).toBe(false)
  expect(startAhead(root, ID, toolThatDoes('process.exit(1)'), {})).toBe(true)
  expect(await awaitAhead(root, ID)).toBe(false)
})

test('is not begun where somebody else is at the folder', async () => {
  mkdirSync(folder, { recursive: true })
  const begun = await whileLocked(folder, 'exclusive', async () =>
    startAhead(root, ID, toolThatDoes(''), {}),
  )
  expect(begun).toEqual({ value: false })
})

test('a clone is there with all that was noted of it', async () => {
  mkdirSync(aheadPlace(folder), { recursive: true })
  expect(readAhead(folder)).toBeNull()
  noteAhead(folder, NOTE)
  expect(readAhead(folder)).toEqual({ place: `${folder}/ahead`, note: NOTE })
  const found = await withSeeding(root, ID, async (path) => readdirSync(path), 'kept')
  expect(found).toEqual(['ahead', 'ahead.json'])
  expect(readdirSync(controlName(root, 'seeding'))).toEqual([])
})

/** The note as it is written, with something else in a place of it. */
function noteWith(other: Record<string, unknown>): string {
  return JSON.stringify({ ...(JSON.parse(encodeAhead(NOTE)) as object), ...other })
}

test.each([
  ['half-written', encodeAhead(NOTE).slice(0, -20)],
  ['of another version', noteWith({ version: 2 })],
  ['that does not say of what', noteWith({ making: null })],
  ['without the source', noteWith({ record: '{}' })],
  ['that tells nothing', noteWith({ told: [1] })],
  [
    'whose shared files lead elsewhere',
    noteWith({ linked: [{ ...NOTE.linked[0], path: '../x' }] }),
  ],
])('a note %s is none', (_, text) => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/ahead.json`, noteWith({}))
  expect(readAhead(folder)).not.toBeNull()
  writeFileSync(`${folder}/ahead.json`, text)
  expect(readAhead(folder)).toBeNull()
})
