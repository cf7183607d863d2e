import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  statfsSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { hasReserve, makeReserve, releaseReserve, reserveSize } from '../../src/host/reserve.ts'
import { withHostLock } from '../../src/host/host-lock.ts'
import { controlName, openRoot } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { needs } from '../e2e/capabilities.ts'
import { fill, smallDisk } from '../e2e/small-disk.ts'
import { useScene } from '../e2e/use-scene.ts'
import { PRECIOUS, aRoot } from '../helpers/root.ts'

const scene = useScene()
const MIB = 1024 * 1024
const SIZE = { bytes: MIB, inodes: 64 }
let root: Root
let file: string
let folder: string

beforeEach(() => {
  root = aRoot(scene())
  file = controlName(root, 'reserve')
  folder = controlName(root, 'reserve.d')
})

describe('the size of the reserve', () => {
  test.each([
    ['a large disk', 1e12, 1e8, 64 * MIB, 64],
    ['a disk of 1 GB', 1e9, 1e6, 1e7, 64],
    ['a tiny disk', 1_000_050, 1500, 10_000, 15],
    ['a disk without an inode count', 1e12, null, 64 * MIB, 64],
  ])('of %s', (_, totalBytes, totalInodes, bytes, inodes) => {
    expect(reserveSize({ totalBytes, totalInodes })).toEqual({ bytes, inodes })
  })
})

/** Bytes free for root, who fills what is kept for it, too. */
function freeFor(disk: string): number {
  const { bfree, bsize } = statfsSync(disk)
  return bfree * bsize
}

needs('root', 'loop-mount', 'btrfs').describe('on a disk of its own', () => {
  test.each(['ext4', 'btrfs', 'tmpfs', 'tmpfs with few inodes'] as const)(
    'takes blocks and inodes of %s, and gives them back when it is full',
    async (kind) => {
      const disk = await smallDisk(scene(), kind)
      root = openRoot(`${disk}/targets`, PRECIOUS)
      const before = statfsSync(disk)
      const size = reserveSize({
        totalBytes: before.blocks * before.bsize,
        totalInodes: before.files === 0 ? null : before.files,
      })
      makeReserve(root, size)
      expect(hasReserve(root, size)).toBe(true)
      const { blocks } = statSync(controlName(root, 'reserve'))
      expect(blocks * 512).toBeGreaterThanOrEqual(size.bytes)
      expect(size.bytes).toBeLessThanOrEqual((before.blocks * before.bsize) / 100)
      expect(readdirSync(controlName(root, 'reserve.d'))).toHaveLength(size.inodes)

      await fill(scene(), `${disk}/filler`, kind)
      const free = { bytes: freeFor(disk), inodes: statfsSync(disk).ffree }
      expect(releaseReserve(root)).toBe(true)
      await scene().must('sync', ['-f', disk])
      const now = { bytes: freeFor(disk), inodes: statfsSync(disk).ffree }
      expect(now.bytes - free.bytes).toBeGreaterThanOrEqual(0.9 * size.bytes)
      expect(now.inodes - free.inodes).toBeGreaterThanOrEqual(before.files === 0 ? 0 : size.inodes)
      expect(releaseReserve(root)).toBe(false)
    },
  )

  test('is given back first thing where there is no room for the lock', async () => {
    const disk = await smallDisk(scene(), 'tmpfs with few inodes')
    root = openRoot(`${disk}/targets`, PRECIOUS)
    makeReserve(root, { bytes: MIB, inodes: 15 })
    await fill(scene(), `${disk}/filler`, 'tmpfs with few inodes')
    expect(() => mkdirSync(`${disk}/more`)).toThrow(/ENOSPC/)
    const locked = await withHostLock(root, () => existsSync(controlName(root, 'host.lock.lock')))
    expect(locked).toMatchObject({ value: true, problem: null, gaveReserve: true })
    // Without one the work is done without the lock.
    mkdirSync(`${disk}/filler/again`)
    await fill(scene(), `${disk}/filler/again`, 'tmpfs with few inodes')
    const without = await withHostLock(root, () => 'done')
    expect(without).toMatchObject({ value: 'done', heldMs: null, gaveReserve: false })
    expect(without.problem).toContain('ENOSPC')
  })
})

describe('a reserve that is not whole', () => {
  test.each([
    ['cut short by a crash', () => truncateSync(file, 0)],
    ['without its file', () => unlinkSync(file)],
    ['without its folder', () => rmSync(folder, { recursive: true })],
    ['without one of its files', () => unlinkSync(`${folder}/3`)],
    ['smaller than the disk is now', () => truncateSync(file, MIB / 2)],
  ])('%s, is made whole', (_, damage) => {
    makeReserve(root, SIZE)
    damage()
    expect(hasReserve(root, SIZE)).toBe(false)
    makeReserve(root, SIZE)
    expect(hasReserve(root, SIZE)).toBe(true)
    expect([statSync(file).size, readdirSync(folder).length]).toEqual([MIB, 64])
  })

  test('gives back what there is', () => {
    makeReserve(root, SIZE)
    unlinkSync(file)
    expect(releaseReserve(root)).toBe(true)
    expect(readdirSync(folder)).toEqual([])
    expect(releaseReserve(root)).toBe(false)
  })
})

describe('what was planted at its names', () => {
  let canary: string
  let outside: string

  beforeEach(() => {
    outside = scene().directory('outside')
    canary = `${outside}/canary`
    writeFileSync(canary, 'untouched')
    makeReserve(root, SIZE)
  })

  test('is not followed: a link for the file', () => {
    unlinkSync(file)
    symlinkSync(canary, file)
    expect(hasReserve(root, { bytes: 1, inodes: 1 })).toBe(false)
    releaseReserve(root)
    expect(readFileSync(canary, 'utf8')).toBe('untouched')
    symlinkSync(canary, file)
    makeReserve(root, SIZE)
    expect([lstatSync(file).isFile(), readFileSync(canary, 'utf8')]).toEqual([true, 'untouched'])
  })

  test('is not cut: a second name of another file', () => {
    unlinkSync(file)
    linkSync(canary, file)
    releaseReserve(root)
    expect([existsSync(file), readFileSync(canary, 'utf8')]).toEqual([false, 'untouched'])
  })

  test('is not followed: a link for the folder', () => {
    rmSync(folder, { recursive: true })
    symlinkSync(outside, folder)
    releaseReserve(root)
    makeReserve(root, SIZE)
    expect(readdirSync(outside)).toEqual(['canary'])
  })

  test('holds nobody up: a FIFO', async () => {
    unlinkSync(file)
    await scene().must('mkfifo', [file])
    expect(releaseReserve(root)).toBe(true)
    expect(existsSync(file)).toBe(false)
  })
})
