import { closeSync, mkdirSync, openSync, statfsSync, writeSync } from 'node:fs'
import * as path from 'node:path'
import type { Scene } from './scene.ts'

/** Kinds of really small file systems that a test can fill. */
export const KINDS = {
  ext4: { mkfs: ['mkfs.ext4', '-q'], mebibytes: 200 },
  xfs: { mkfs: ['mkfs.xfs', '-q'], mebibytes: 320 },
  btrfs: { mkfs: ['mkfs.btrfs', '-q'], mebibytes: 200 },
  'large xfs': { mkfs: ['mkfs.xfs', '-q'], mebibytes: 2000 },
  'large ext4': { mkfs: ['mkfs.ext4', '-q'], mebibytes: 2000 },
  'ext4 with few inodes': { mkfs: ['mkfs.ext4', '-q', '-N', '1500'], mebibytes: 100 },
} as const

export type Kind = keyof typeof KINDS | 'tmpfs' | 'tmpfs with few inodes'

/** Mounts an empty file system of that kind in the scene; returns where. */
export async function smallDisk(scene: Scene, kind: Kind): Promise<string> {
  const mount = path.join(scene.directory('disk'), 'mount')
  mkdirSync(mount)
  if (kind === 'tmpfs') {
    await scene.must('mount', ['-t', 'tmpfs', '-o', 'size=100m,mode=755', 'none', mount])
  } else if (kind === 'tmpfs with few inodes') {
    const options = 'size=100m,nr_inodes=1500,mode=755'
    await scene.must('mount', ['-t', 'tmpfs', '-o', options, 'none', mount])
  } else {
    const { mkfs, mebibytes } = KINDS[kind]
    const image = path.join(scene.directory('image'), 'image')
    const [program, ...words] = mkfs
    await scene.must('truncate', ['--size', `${mebibytes}M`, image])
    await scene.must(program, [...words, image])
    await scene.must('mount', ['-o', 'loop', image, mount])
  }
  return mount
}

/** Writes until nothing more fits: not a byte for an ordinary user, not a file. */
export async function fill(scene: Scene, directory: string, kind: Kind): Promise<void> {
  mkdirSync(directory, { recursive: true })
  if (kind.endsWith('few inodes')) fillInodes(directory)
  else {
    const most = Math.floor(freeBytes(directory) * 0.9)
    await scene.run('fallocate', ['-l', String(most), `${directory}/allocated`])
    await scene.run('dd', ['if=/dev/zero', `of=${directory}/large`, 'bs=1M'])
    await scene.run('dd', ['if=/dev/zero', `of=${directory}/small`, 'bs=4k'])
    await scene.run('sync', ['-f', directory])
  }
}

function fillInodes(directory: string): void {
  for (let count = 0; ; count += 1) {
    try {
      closeSync(openSync(path.join(directory, String(count)), 'w'))
    } catch {
      return
    }
  }
}

/** Puts so many bytes into a file of a directory. */
export function put(directory: string, bytes: number): void {
  const file = openSync(path.join(directory, 'large'), 'w')
  const chunk = Buffer.alloc(1024 * 1024, 7)
  for (let left = bytes; left > 0; left -= chunk.length) writeSync(file, chunk)
  closeSync(file)
}

/** Bytes that an ordinary user may still write there. */
export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}
