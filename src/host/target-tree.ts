import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { TreeEntry } from '../plan/archive-content.ts'

/**
 * Everything in a target dir, no link followed.
 *
 * @throws Error where something cannot be read, or vanishes meanwhile: then somebody works in it
 */
export function readTree(root: string): TreeEntry[] {
  const entries: TreeEntry[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of readdirSync(join(root, folder))) {
      const entry = describe(root, folder === '' ? name : `${folder}/${name}`)
      entries.push(entry)
      if (entry.kind === 'folder') folders.push(entry.path)
    }
  }
  return entries
}

function describe(root: string, path: string): TreeEntry {
  const place = join(root, path)
  const status = lstatSync(place)
  const plain = { path, bytes: 0, isExecutable: false, target: '' }
  if (status.isDirectory()) return { ...plain, kind: 'folder' }
  if (status.isSymbolicLink()) return { ...plain, kind: 'link', target: readlinkSync(place) }
  if (!status.isFile()) return { ...plain, kind: 'other' }
  return { ...plain, kind: 'file', bytes: status.size, isExecutable: (status.mode & 0o111) !== 0 }
}
