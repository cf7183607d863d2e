import { join } from 'node:path'
import type { PlannedTime } from '../plan/build-inputs.ts'
import { isExpected, stampOf, statOrNull } from './contents.ts'
import type { SetTime } from './file-times.ts'

/** Planned times, when another target directory is built from the same workspace. */
export interface TimesAhead {
  /** to be set: nothing gets older by them */
  times: PlannedTime[]
  /** what has its time already, and stays alone: whoever set it knows it by its ctime */
  standing: SetTime[]
}

/**
 * Leaves out the times that would make something older than it is. What was built here of another
 * content would look fresh then; a time that is too new only has units built again.
 */
export function onlyAhead(workspace: string, planned: readonly PlannedTime[]): TimesAhead {
  const ahead: TimesAhead = { times: [], standing: [] }
  for (const each of planned) {
    const stat = each.mtimeNs === null ? null : statOrNull(join(workspace, each.path))
    const isBehind = stat !== null && stat.mtimeNs > BigInt(each.mtimeNs ?? 0)
    if (isBehind) continue
    const isThere = stat !== null && String(stat.mtimeNs) === each.mtimeNs
    if (!isThere || !isExpected(stat, each.expected)) ahead.times.push(each)
    else {
      ahead.standing.push({ kind: 'set', path: each.path, stamp: stampOf(stat) })
    }
  }
  return ahead
}
