import type { Action } from '../plan/reclaim.ts'

/** One line for one action of a plan: the same words in explain, dry runs, logs and summaries. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'retire':
      return `retire${action.asFarAsNeeded === true ? ', as far as needed,' : ''} ${action.slot}: ${action.reason}`
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

/** How a job tells of a pass. */
export interface PassSpeech {
  /** whether lines say that it would do so */
  would: boolean
  /** ids of leases whose slots have just become snapshots */
  published: readonly string[]
}

/**
 * What a job says of a pass: what it changes, and what it cannot; the rest is a number, since there is
 * more of it with every pull request.
 */
export function passLines(
  actions: readonly Action[],
  { would, published }: PassSpeech = { would: false, published: [] },
): string[] {
  const told = actions
    .filter((action) => isTold(action, published))
    .map((action) => `${would ? 'would ' : ''}${describeAction(action)}`)
  const many = actions.filter((each) => each.kind === 'keep' && each.state === 'retained').length
  if (many === 0) return told
  return [...told, `${many} ended slot${many === 1 ? ' is' : 's are'} kept to be inherited`]
}

function isTold(action: Action, published: readonly string[]): boolean {
  switch (action.kind) {
    case 'keep':
      return action.state === 'blocked' || action.state === 'unknown'
    case 'forget':
      // Its slot is not lost.
      return !published.includes(action.id)
    case 'foreign':
      return false
    case 'retire':
    case 'discard':
    case 'unlink':
    case 'adopt':
      return true
    default:
      return action satisfies never
  }
}

/** How an entry of the trash is called: by its former slot where that is known. */
export function describeBlocked(entry: { id: string; slot: string | null }): string {
  const where = `.target-guard/trash/${entry.id}`
  return entry.slot === null ? where : `${where} (formerly ${entry.slot})`
}
