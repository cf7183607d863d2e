import {
  existsSync,
  linkSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { hasReserve, makeReserve, releaseReserve, reserveSize } from '../../src/host/reserve.ts'
import { controlName } from '../../src/host/root.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const MIB = 1024 * 1024

test.each([
  [1e12, 64 * MIB],
  [6400 * MIB, 64 * MIB],
  [100 * MIB, MIB],
  [0, 0],
])('of %i bytes it takes %i', (total, bytes) => {
  expect(reserveSize({ totalBytes: total, totalInodes: null })).toEqual({ bytes, inodes: 64 })
})

test('of few inodes it takes a hundredth', () => {
  expect(reserveSize({ totalBytes: 0, totalInodes: 1500 })).toEqual({ bytes: 0, inodes: 15 })
})

const SIZE = { bytes: 8 * MIB, inodes: 64 }

describe('the reserve', () => {
  test('is real blocks and real inodes, and gives all of them back', () => {
    const root = aRoot(scene())
    const file = controlName(root, 'reserve')
    expect(hasReserve(root, SIZE)).toBe(false)
    makeReserve(root, SIZE)
    expect(hasReserve(root, SIZE)).toBe(true)
    const { size, blocks } = statSync(file)
    expect([size, blocks * 512]).toEqual([8 * MIB, 8 * MIB])
    expect(readdirSync(controlName(root, 'reserve.d'))).toHaveLength(64)

    expect(releaseReserve(root)).toBe(true)
    expect([hasReserve(root, SIZE), existsSync(file)]).toEqual([false, false])
    expect(readdirSync(controlName(root, 'reserve.d'))).toEqual([])
    expect(releaseReserve(root)).toBe(false)
  })

  test('that was cut short is none, and is made whole', () => {
    const root = aRoot(scene())
    makeReserve(root, SIZE)
    truncateSync(controlName(root, 'reserve'), 0)
    rmSync(controlName(root, 'reserve.d', '7'))
    expect(hasReserve(root, SIZE)).toBe(false)
    makeReserve(root, SIZE)
    expect(statSync(controlName(root, 'reserve')).blocks * 512).toBe(8 * MIB)
    expect(readdirSync(controlName(root, 'reserve.d'))).toHaveLength(64)
  })

  test('is given back as far as it goes: one thing that stays keeps no other', () => {
    const root = aRoot(scene())
    makeReserve(root, SIZE)
    rmSync(controlName(root, 'reserve.d', '3'))
    symlinkSync('/etc/hostname', controlName(root, 'reserve.d', '3'))
    rmSync(controlName(root, 'reserve'))
    symlinkSync('nowhere', controlName(root, 'reserve'))
    releaseReserve(root)
    expect(readdirSync(controlName(root, 'reserve.d'))).toEqual([])
    expect(existsSync('/etc/hostname')).toBe(true)
  })

  test('of a folder that a link leads to nothing is taken or put there', () => {
    const root = aRoot(scene())
    const outside = scene().directory('outside')
    writeFileSync(`${outside}/thesis`, 'years of work')
    symlinkSync(outside, controlName(root, 'reserve.d'))
    makeReserve(root, SIZE)
    expect(hasReserve(root, SIZE)).toBe(false)
    releaseReserve(root)
    expect(readdirSync(outside)).toEqual(['thesis'])
  })

  test('what has another name elsewhere is not cut to nothing', () => {
    const root = aRoot(scene())
    const precious = `${root.path}/thesis`
    writeFileSync(precious, 'years of work')
    linkSync(precious, controlName(root, 'reserve'))
    releaseReserve(root)
    expect(statSync(precious).size).toBe('years of work'.length)
  })

  test('a link in its place is not cut to nothing where it leads', () => {
    const root = aRoot(scene())
    const precious = `${scene().directory('outside')}/thesis`
    writeFileSync(precious, 'years of work')
    symlinkSync(precious, controlName(root, 'reserve'))
    releaseReserve(root)
    expect(statSync(precious).size).toBe('years of work'.length)
  })
})
