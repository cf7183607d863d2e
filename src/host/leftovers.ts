import { namesIn } from './folders.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { UNFINISHED, isOld, removeFile } from './small-file.ts'

/** Where files are replaced as a whole. */
const FOLDERS = ['', 'ending', 'history', 'times', 'trash'] as const

/**
 * Files whose writer was killed before it gave them their name.
 *
 * @returns paths in the root's own folder
 */
export function listUnfinished(root: Root, nowMs: number): string[] {
  return FOLDERS.flatMap((folder) => {
    const inFolder = (name: string): string => (folder === '' ? name : `${folder}/${name}`)
    return namesIn(controlPath(root, ...(folder === '' ? [] : [folder])))
      .filter((name) => UNFINISHED.test(name))
      .map(inFolder)
      .filter((path) => isOld(controlPath(root, ...path.split('/')), nowMs))
  })
}

/** Removes a file in the root's own folder, by its path there. */
export function discardLeftover(root: Root, file: string): void {
  removeFile(controlPath(root, ...file.split('/')))
}
