import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import type { VariedProject } from '../fixtures/varied-project.ts'
import type { Scene } from './scene.ts'
import type { Change } from './warm-cases.ts'
import { CHANGES, OLD, OLDER } from './warm-cases.ts'

/** The branch that a change is on. */
export function branchOf(change: Change): string {
  if (change.older === true) return 'older'
  return hasFiles(change) ? `change-${CHANGES.indexOf(change)}` : 'first'
}

function hasFiles({ files, lock }: Change): boolean {
  return files !== undefined || lock !== undefined
}

/** Makes a git repository of a project: a revision before the first one, that, and each change. */
export async function commitAll(
  scene: Scene,
  { directory, updatedLock }: VariedProject,
): Promise<void> {
  const git = async (...words: string[]): Promise<unknown> =>
    scene.must('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...words], {
      cwd: directory,
    })
  const commit = async (branch: string, from: string[], files: Change['files']): Promise<void> => {
    await git('checkout', '--quiet', '-b', branch, ...from)
    for (const [name, text] of Object.entries(files ?? {})) {
      if (text === null) rmSync(path.join(directory, name))
      else writeFileSync(path.join(directory, name), text)
    }
    await git('add', '--all')
    await git('commit', '--quiet', '--message', branch)
  }
  const first = Object.keys(OLDER).map(
    (name) => [name, readFileSync(path.join(directory, name), 'utf8')] as const,
  )
  await git('init', '--quiet')
  await commit('older', [], OLDER)
  await commit('first', [], Object.fromEntries(first))
  for (const change of CHANGES.filter(hasFiles)) {
    const files = change.files ?? { 'Cargo.lock': updatedLock }
    await commit(branchOf(change), ['first'], files)
  }
}

/** Archives `1.tar` and `2.tar`, each with a generated file of that text and an old mtime. */
export async function archiveAll(scene: Scene, directory: string): Promise<void> {
  for (const text of ['1', '2']) {
    const folder = path.join(directory, text)
    mkdirSync(path.join(folder, 'varied'), { recursive: true })
    writeFileSync(path.join(folder, 'varied/generated.txt'), text)
    await scene.must('touch', ['-d', OLD, path.join(folder, 'varied/generated.txt')])
    await scene.must('tar', ['-cf', `${folder}.tar`, '-C', folder, 'varied/generated.txt'])
  }
}
