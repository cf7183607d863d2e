import { mkdirSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  isAtOrBelow,
  join,
  locate,
  mountsWithin,
  parseMount,
  readMounts,
  relative,
} from '../../src/host/mounts.ts'
import type { Mount } from '../../src/host/mounts.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

function aMount(point: string, overrides: Partial<Mount> = {}): Mount {
  return { device: '8:1', root: '/', point, type: 'ext4', source: '/dev/sda1', ...overrides }
}

describe('a line of mountinfo', () => {
  test.each([
    [
      '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw',
      '/mnt2',
      '/mnt1',
      '/dev/root',
    ],
    ['36 35 98:0 / /mnt\\0402\\011x rw - ext3 /dev/a\\040b rw', '/mnt 2\tx', '/', '/dev/a b'],
    ['36 35 98:0 /a\\012b\\134c /m rw - ext3 none rw', '/m', '/a\nb\\c', 'none'],
  ])('is read: %j', (line, point, root, source) => {
    expect(parseMount(line)).toEqual({ device: '98:0', root, point, type: 'ext3', source })
  })

  test.each(['', 'x', '36 35 98:0 / /m rw ext3 none rw', '36 35 - ext3 none rw'])(
    'that is damaged tells nothing: %j',
    (line) => {
      expect(parseMount(line)).toBeNull()
    },
  )
})

describe('paths', () => {
  test.each([
    ['/a/b', '/a', true],
    ['/a', '/a', true],
    ['/ab', '/a', false],
    ['/a', '/a/b', false],
    ['/a', '/', true],
    ['/', '/', true],
  ])('%s is at or below %s: %p', (path, ancestor, answer) => {
    expect(isAtOrBelow(path, ancestor)).toBe(answer)
  })

  test.each([
    ['/a/b', '/a', '/b'],
    ['/a', '/a', ''],
    ['/a', '/', '/a'],
    ['/', '/', ''],
  ])('%s relative to %s is %j, and joins again', (path, ancestor, rest) => {
    expect(relative(path, ancestor)).toBe(rest)
    expect(join(ancestor, rest)).toBe(path)
  })

  test('lie in the innermost mount, the last of several at one point', () => {
    const mounts = [
      aMount('/'),
      aMount('/mnt', { device: '8:2', root: '/old' }),
      aMount('/mnt', { device: '8:3', root: '/new' }),
      aMount('/mnt/deeper', { device: '8:4' }),
    ]
    expect(locate('/mnt/x', mounts)).toEqual({ mount: mounts[2], path: '/new/x' })
    expect(locate('/mnt/deeper', mounts)).toEqual({ mount: mounts[3], path: '/' })
    expect(locate('/mntx', mounts)).toEqual({ mount: mounts[0], path: '/mntx' })
    expect(locate('/x', [])).toBeNull()
  })

  test('hold the mounts at and below them', () => {
    const mounts = [aMount('/'), aMount('/a'), aMount('/a/b'), aMount('/ab')]
    expect(mountsWithin('/a', mounts)).toEqual(['/a', '/a/b'])
    expect(mountsWithin('/x', mounts)).toEqual([])
  })
})

needs('root').describe('mounts of this machine', () => {
  test('are seen wherever they are: with blanks, newlines and backslashes', async () => {
    const base = scene().directory()
    const point = `${base}/a b\nc\\d`
    mkdirSync(`${point}/below`, { recursive: true })
    await scene().must('mount', ['-t', 'tmpfs', 'none', point])
    expect(mountsWithin(base, readMounts())).toEqual([point])
    expect(locate(`${point}/x`, readMounts())).toMatchObject({
      path: '/x',
      mount: { type: 'tmpfs' },
    })
  })
})
