import { randomBytes } from 'node:crypto'
import { sha256 } from '../plan/naming.ts'
import { controlPath } from './root.ts'
import type { Root } from './root.ts'
import { readSmallFile, replaceFile } from './small-file.ts'

/**
 * When mtimes were last set in the checkouts of a repository that one runner has: in
 * `.target-guard/times/<hash>`, a word that is new each time. By runner and repository, not by path:
 * one checkout has a path of its own in each container.
 */

/** The word; '' where mtimes were never set, one that fits nothing where that cannot be read. */
export function lastSetTimes(root: Root, runnerKey: string, repository: string): string {
  const text = readSmallFile(pathOf(root, runnerKey, repository))
  if (text === null) return ''
  return typeof text === 'string' && text !== '' ? text.trim() : freshWord()
}

/** To be called before the first mtime is set. */
export function noteSetTimes(root: Root, runnerKey: string, repository: string): void {
  replaceFile(pathOf(root, runnerKey, repository), `${freshWord()}\n`)
}

function freshWord(): string {
  return randomBytes(8).toString('hex')
}

function pathOf(root: Root, runnerKey: string, repository: string): string {
  const name = sha256(JSON.stringify([runnerKey, repository])).slice(0, 16)
  return controlPath(root, 'times', name)
}
