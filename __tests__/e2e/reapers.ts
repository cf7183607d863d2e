import { wordsOf } from './keepers.ts'
import { allProcesses, isAlive } from './processes.ts'
import { waitFor } from './wait-for.ts'

/** Waits until no reaper of a root is left: one in the background may come to what a test puts there. */
export async function reapersEnd(root: string): Promise<void> {
  const isReaper = (pid: number): boolean => {
    const words = wordsOf(pid)
    return words.includes('reap') && words.includes(root) && isAlive(pid)
  }
  const what = 'the reapers to end'
  await waitFor(() => !allProcesses().some(isReaper), { what, deadlineMs: 60_000 })
}
