// File systems in files, to measure on each kind of them. Needs root.
import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import { must } from './measure.mjs'

/** Makes a file system and mounts it; it goes with the scene, or with removeDisk. */
export function makeDisk(scene, { type, megabytes, name }) {
  const mount = `${scene.folder}/${name}`
  const image = `${mount}.image`
  mkdirSync(mount, { recursive: true })
  must('/', 'truncate', ['--size', `${megabytes}M`, image])
  must('/', `mkfs.${type}`, ['-q', image])
  must('/', 'mount', ['-o', 'loop', image, mount])
  const disk = { mount, image, isMounted: true }
  scene.undo.push(() => removeDisk(disk))
  return disk
}

export function removeDisk(disk) {
  if (!disk.isMounted) return
  disk.isMounted = false
  // The reaper of the last job may still be at it; it ends when it has emptied the trash.
  const patient =
    'for i in $(seq 60); do umount "$0" 2>/dev/null && exit; sleep 0.5; done; exec umount -l "$0"'
  must('/', 'sh', ['-c', patient, disk.mount])
  rmSync(disk.image)
}

/** Bytes in use, once all that was written has its place. */
export function usedBytes(mount) {
  must('/', 'sync', ['-f', mount])
  const { blocks, bfree, bsize } = statfsSync(mount)
  return (blocks - bfree) * bsize
}
