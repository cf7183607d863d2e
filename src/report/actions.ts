import type { Action } from '../plan/reclaim.ts'

/** One line for one action of a plan: the same words in explain, dry runs, logs and summaries. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'retire':
      return `retire ${action.slot}: ${action.reason}`
    case 'forget':
      return `forget lease ${action.id}: ${action.reason}`
    case 'discard':
      return `discard ${action.file}: ${action.reason}`
    case 'unlink':
      return `unlink ${action.path}: ${action.reason}`
    case 'keep':
      return `keep (${action.state}) ${action.slot ?? `lease ${action.id}`}: ${action.reason}`
    case 'adopt':
      return `retire ${action.path}: ${action.reason}`
    case 'foreign':
      return `leave ${action.path}: ${action.reason}`
    default:
      return action satisfies never
  }
}

/** How an entry of the trash is called: by its former slot where that is known. */
export function describeBlocked(entry: { id: string; slot: string | null }): string {
  const where = `.target-guard/trash/${entry.id}`
  return entry.slot === null ? where : `${where} (formerly ${entry.slot})`
}
