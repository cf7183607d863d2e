import {
  lstatSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { claimAlert } from '../../src/host/alert-clock.ts'
import { controlName, openRoot } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caughtAsync } from '../helpers/caught.ts'
import { OPEN_ROOT, writeProgram } from '../helpers/program.ts'
import { PRECIOUS, aRoot } from '../helpers/root.ts'

const scene = useScene()
const HOUR = 3_600_000
const NOW = 1_800_000_000_000
let root: Root

beforeEach(() => {
  root = aRoot(scene())
})

/** Whether a critical disk may be told so many hours later. */
async function claimedAt(hours: number): Promise<boolean> {
  return claimAlert(root, 'critical', 6, NOW + hours * HOUR)
}

describe('an alert', () => {
  test('is due at first, and again after its hours', async () => {
    expect(await claimedAt(0)).toBe(true)
    expect(await claimedAt(0)).toBe(false)
    expect(await claimedAt(5.99)).toBe(false)
    expect(await claimedAt(6)).toBe(true)
    expect(await claimedAt(11.9)).toBe(false)
  })

  test('is throttled by kind', async () => {
    expect(await claimAlert(root, 'critical', 6, NOW)).toBe(true)
    expect(await claimAlert(root, 'blocked', 6, NOW)).toBe(true)
    expect(await claimAlert(root, 'pass-failed', 6, NOW)).toBe(true)
    expect(await claimAlert(root, 'blocked', 6, NOW)).toBe(false)
  })

  test('is not throttled with 0 hours', async () => {
    expect(await claimAlert(root, 'critical', 0, NOW)).toBe(true)
    expect(await claimAlert(root, 'critical', 0, NOW)).toBe(true)
  })

  test('is not throttled by a clock that was wrong, but by one that is a moment ahead', async () => {
    expect(await claimAlert(root, 'critical', 6, NOW)).toBe(true)
    expect(await claimAlert(root, 'critical', 6, NOW - 1000)).toBe(false)
    expect(await claimAlert(root, 'critical', 6, NOW - HOUR)).toBe(true)
  })

  test('is claimed by one of many processes', async () => {
    const script = writeProgram(
      scene(),
      `${OPEN_ROOT}
       import { claimAlert } from './host/alert-clock.js'
       console.log(await claimAlert(root, 'critical', 6, Date.now()))`,
    )
    const words = [script, root.path]
    const ends = await Promise.all(
      Array.from({ length: 8 }, async () => scene().must(process.execPath, words)),
    )
    expect(ends.filter(({ stdout }) => stdout === 'true\n')).toHaveLength(1)
  })
})

describe('a link that was planted', () => {
  test('for the note is not followed', async () => {
    const canary = `${scene().directory('outside')}/canary`
    writeFileSync(canary, '')
    const { mtimeMs } = statSync(canary)
    const note = controlName(root, 'alerts', 'critical')
    unlinkSync(note)
    symlinkSync(canary, note)
    await claimAlert(root, 'critical', 6, NOW)
    await claimAlert(root, 'critical', 6, NOW + 7 * HOUR)
    expect([statSync(canary).mtimeMs, lstatSync(note).isSymbolicLink()]).toEqual([mtimeMs, true])
  })

  test('for the folder is an error', async () => {
    const folder = controlName(root, 'alerts')
    const outside = `${scene().directory('outside')}/alerts`
    renameSync(folder, outside)
    symlinkSync(outside, folder)
    const { mtimeMs } = statSync(`${outside}/critical`)
    const opened = openRoot(root.path, PRECIOUS)
    const error = await caughtAsync(claimAlert(opened, 'critical', 6, NOW))
    expect(error).toMatchObject({ code: 'ENOENT' })
    expect(opened.misplaced).toMatchObject([{ name: 'alerts' }])
    expect(statSync(`${outside}/critical`).mtimeMs).toBe(mtimeMs)
  })

  test('or a note that is missing is no reason to send each', async () => {
    rmSync(controlName(root, 'alerts', 'critical'))
    expect(await caughtAsync(claimAlert(root, 'critical', 6, NOW))).toMatchObject({
      code: 'ENOENT',
    })
  })
})
