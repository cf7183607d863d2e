import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { allProcesses, isAlive } from './processes.ts'
import type { Scene } from './scene.ts'
import { waitFor } from './wait-for.ts'

/** Living keepers of a root, or of one lease in it, those that are just being started among them. */
export function keepersOf(root: string, lease?: string): number[] {
  return allProcesses().filter((pid) => {
    const words = wordsOf(pid)
    const isOne = words.includes('keep') && words.includes(root)
    return isOne && (lease === undefined || words.includes(lease)) && isAlive(pid)
  })
}

/** The words that a process was started with; none where it has ended. */
export function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** A keeper as its lease knows it, once it has introduced itself. */
export async function keeperOf(root: string, lease: string): Promise<number> {
  const file = path.join(root, '.target-guard/leases', `${lease}.keeper`)
  return waitFor(() => (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid, {
    what: 'the keeper to introduce itself',
  })
}

/**
 * Waits until no keeper of a root, or of one lease in it, is left: that of a lost job is evidence for
 * another moment.
 */
export async function keepersEnd(root: string, lease?: string): Promise<void> {
  await waitFor(() => keepersOf(root, lease).length === 0, { what: 'the keepers to end' })
}

/** Whether the lock of a lease’s keeper is held, as the kernel says. */
export async function isKept(scene: Scene, root: string, lease: string): Promise<boolean> {
  const file = path.join(root, '.target-guard/leases', `${lease}.keeper`)
  return (await scene.run('flock', ['-s', '-n', file, 'true'])).exitCode !== 0
}
