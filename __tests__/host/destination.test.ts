import { mkdirSync, symlinkSync } from 'node:fs'
import { beforeEach, expect, test } from '@jest/globals'
import { follow } from '../../src/host/destination.ts'
import { readMounts } from '../../src/host/mounts.ts'
import type { Mount } from '../../src/host/mounts.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()
let base = ''

beforeEach(() => {
  base = scene().directory('paths')
  mkdirSync(`${base}/real/deep`, { recursive: true })
})

/** This machine's mounts, and one more, of which the table alone knows. */
function beside(point: string, type: string): Mount[] {
  return [...readMounts(), { device: '0:999', root: '/', point, type, source: 'none' }]
}

function link(target: string, name: string): string {
  symlinkSync(target, `${base}/${name}`)
  return `${base}/${name}`
}

test('links on local file systems are followed, absolute and relative', () => {
  const path = `${link('real', 'one')}/../${link(`${base}/one/deep`, 'two').split('/').at(-1)}/x/./y`
  expect(follow(path, readMounts())).toMatchObject({
    path: `${base}/real/deep/x/y`,
    isLocal: true,
  })
})

test.each(['nfs4', 'fuse.sshfs', 'autofs', 'unheard-of'])(
  'the first step onto %s is the last, and what follows is as it was given',
  (type) => {
    const mounts = beside(`${base}/remote`, type)
    const path = `${link('remote/inside', 'away')}/../more`
    expect(follow(path, mounts)).toEqual({
      path: `${base}/remote/inside/../more`,
      mount: expect.objectContaining({ device: '0:999' }),
      isLocal: false,
    })
  },
)

test('the place is that of the end, not of the link', () => {
  const mounts = beside(`${base}/real`, 'ext4')
  expect(follow(link('real/deep', 'there'), mounts).mount?.device).toBe('0:999')
})

test('what is absent, or below a file, counts as it was given', () => {
  expect(follow(`${base}/no/such`, readMounts())).toMatchObject({
    path: `${base}/no/such`,
    isLocal: true,
  })
})

test('a circle of links is an error', () => {
  link('round', 'and')
  expect(() => follow(link('and', 'round'), readMounts())).toThrow('too many links')
})
